"""Event files in and out: restartable, nothing lost, nothing twice."""

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command

from callcenter.events.eventfile import LONGEST_LINE, line_of_event
from callcenter.history import store
from callcenter.models import Call, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.sample_events import CALLER, at, choose, end, leave, ring, wait
from callcenter.upkeep import intake

pytestmark = pytest.mark.django_db

CALL = [ring(), choose(5), wait(5, 0), leave(65, "hangup", 60), end(66)]


def file_of(tmp_path, lines, name="events.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_line_that_cannot_be_read_is_kept_aside_and_the_rest_goes_on(tmp_path):
    lines = [line_of_event(one) for one in CALL]
    path = file_of(tmp_path, [*lines[:2], "{broken", "", '{"at": 5}', *lines[2:]])
    seen: list[intake.Rejected] = []

    result = intake.load(path, on_rejected=seen.append)

    assert (result.kept, result.repeats, result.rejected) == (5, 0, 2)
    assert [(one.number, one.reason) for one in seen] == [
        (3, "no JSON"),
        (5, "path or params is missing"),
    ]
    rejected = tmp_path / "events.jsonl.rejected"
    assert rejected.read_text() == '{broken\n{"at": 5}\n'
    assert Call.objects.get().outcome == "abandoned"


def test_a_line_too_long_is_rejected_by_its_number_and_only_its_beginning_kept(
    tmp_path,
):
    lines = [line_of_event(one) for one in CALL]
    long = json.dumps({"CallToken": "secret", "x": "y" * LONGEST_LINE})
    path = file_of(tmp_path, [lines[0], long, *lines[1:]])
    seen: list[intake.Rejected] = []

    result = intake.load(path, on_rejected=seen.append)

    assert (result.kept, result.rejected) == (5, 1)
    assert [(one.number, one.reason) for one in seen] == [
        (2, f"longer than {LONGEST_LINE:,} bytes")
    ]
    (left,) = (tmp_path / "events.jsonl.rejected").read_text().splitlines()
    assert left.startswith('{"CallToken": ***, "x": "yyy')
    assert len(left) < 2000


def test_a_pin_in_a_rejected_line_is_not_kept(tmp_path):
    params = {"CallSid": CALLER, "Digits": "4711", "CallToken": "secret"}
    without_moment = json.dumps({"path": "/twilio/operator/", "params": params})
    path = file_of(tmp_path, [without_moment, without_moment[:-1]])

    assert intake.load(path).rejected == 2

    left = (tmp_path / "events.jsonl.rejected").read_text()
    assert "4711" not in left
    assert "secret" not in left
    assert left.count(CALLER) == 2


def test_a_gzip_file_is_loaded_whatever_its_name(tmp_path):
    path = tmp_path / "events"
    path.write_bytes(gzip.compress("\n".join(map(line_of_event, CALL)).encode()))

    assert intake.load(path).kept == 5


def test_a_cut_gzip_file_ends_with_a_sentence(tmp_path):
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress("\n".join(map(line_of_event, CALL)).encode())[:-9])

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_events", path)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_file_in_any_encoding_of_unicode_is_read(tmp_path, encoding):
    path = tmp_path / "events.jsonl"
    lines = map(line_of_event, [ring(CallerName="山田"), *CALL[1:]])
    path.write_bytes("\n".join(lines).encode(encoding))

    result = intake.load(path)

    assert (result.kept, result.rejected) == (5, 0)
    assert Call.objects.get().outcome == "abandoned"


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "latin-1"])
def test_a_file_in_another_encoding_is_refused_as_a_whole(tmp_path, encoding):
    path = tmp_path / "events.jsonl"
    name = "é" if encoding == "latin-1" else "山田"
    lines = map(line_of_event, [*CALL[:2], ring(CallerName=name), *CALL[2:]])
    path.write_bytes("\n".join(lines).encode(encoding))

    with pytest.raises(CommandError, match=r"line 3 is not in UTF-8"):
        call_command("load_events", path)

    assert not WebhookEvent.objects.exists()


def test_a_damaged_line_among_lines_of_utf8_is_rejected_alone(tmp_path):
    lines = [line_of_event(one).encode() for one in [*CALL, ring(CallerName="山田")]]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([b"{\xff\xfe}", *lines]))

    result = intake.load(path)

    assert (result.kept, result.rejected) == (6, 1)


def test_a_line_torn_in_a_character_is_rejected_alone(tmp_path):
    lines = [line_of_event(one).encode() for one in [*CALL, ring(CallerName="山田")]]
    path = tmp_path / "events.jsonl"
    torn = lines[-1][: lines[-1].index("田".encode()) + 1]
    path.write_bytes(b"\n".join([*lines[:-1], torn]))

    result = intake.load(path)

    assert (result.kept, result.rejected) == (5, 1)


def test_a_run_that_rejected_lines_fails_and_says_so_last(tmp_path):
    path = file_of(tmp_path, [*map(line_of_event, CALL), "{broken"])

    whole = file_of(tmp_path, [line_of_event(CALL[0])], "whole.jsonl")
    with pytest.raises(
        CommandError, match=r"Kept 5 events, .* 1 lines rejected"
    ) as end:
        call_command("load_events", path, whole)

    assert str(end.value).endswith(f"The rejected lines are in {path}.rejected.")
    assert Call.objects.get().outcome == "abandoned"


def test_what_an_interrupted_run_stored_is_derived_by_the_next(tmp_path, monkeypatch):
    path = file_of(tmp_path, [line_of_event(one) for one in CALL])

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(intake, "derive_events", interrupted)
        with pytest.raises(KeyboardInterrupt):
            intake.load(path)
    assert not Call.objects.exists()

    result = intake.load(path)

    assert (result.kept, result.repeats, result.derived) == (0, 5, 1)
    assert Call.objects.get().outcome == "abandoned"
    assert WebhookEvent.objects.pending().count() == 0


def test_many_batches_keep_every_line_once(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "BATCH", 2)
    monkeypatch.setattr(intake, "_DERIVE_AFTER", 3)
    lines = [line_of_event(one) for one in CALL]
    path = file_of(tmp_path, [*lines, *lines])

    result = intake.load(path)

    assert (result.kept, result.repeats) == (5, 5)
    assert Call.objects.get().outcome == "abandoned"


def test_dumped_events_load_into_the_same_history(tmp_path):
    intake.load(file_of(tmp_path, [line_of_event(one) for one in CALL]))
    history = history_rows()
    out = io.StringIO()

    count = intake.dump(out)

    assert count == 5
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()
    intake.load(file_of(tmp_path, out.getvalue().splitlines(), "dumped.jsonl"))
    assert history_rows() == history


def test_dump_takes_a_half_open_period_in_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "_PAGE", 1)
    intake.load(file_of(tmp_path, [line_of_event(one) for one in CALL]))
    out = io.StringIO()

    count = intake.dump(out, since=at(5), until=at(65))

    # choose() and wait() both at 5; ring() before, leave() on the far edge.
    assert count == 2
    assert out.getvalue().count("\n") == 2


def test_a_call_that_cannot_be_derived_does_not_stop_the_others(tmp_path, monkeypatch):
    other = "CA" + "e" * 32
    real = store.rebuild

    def failing(sids, **options):
        if other in sids:
            raise ValueError("odd")
        real(sids, **options)

    monkeypatch.setattr(store, "rebuild", failing)
    events = [*CALL, ring(sid=other)]

    intake.load(file_of(tmp_path, [line_of_event(one) for one in events]))

    assert Call.objects.get(sid=CALLER).outcome == "abandoned"
    assert WebhookEvent.objects.pending().get().derivation_error == "ValueError: odd"


@pytest.mark.parametrize("options", [[], ["--since", "2026-01-01"], ["--pending"]])
def test_rebuilding_leaves_no_event_pending(tmp_path, options):
    intake.load(file_of(tmp_path, [line_of_event(one) for one in CALL]))
    WebhookEvent.objects.update(derived_at=None)

    call_command("rebuild_calls", *options)

    assert not WebhookEvent.objects.pending().exists()


@pytest.mark.parametrize("options", [[], ["--pending"]])
def test_rebuilding_that_is_stopped_says_so(tmp_path, monkeypatch, options):
    intake.load(file_of(tmp_path, [line_of_event(one) for one in CALL]))
    WebhookEvent.objects.update(derived_at=None)

    def stopped(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "rebuild", stopped)

    with pytest.raises(CommandError, match=r"Stopped after 0 .*run it again"):
        call_command("rebuild_calls", *options)


@pytest.mark.parametrize("options", [[], ["--pending"]])
def test_rebuilding_says_after_how_many_calls_it_was_stopped(
    tmp_path, monkeypatch, options
):
    """Also where there is no terminal, and so no progress bar that counts."""
    events = [
        {**one, "params": {**one["params"], "CallSid": f"CA{number:032x}"}}
        for number in range(3)
        for one in map(json.loads, [line_of_event(CALL[0])])
    ]
    intake.load(file_of(tmp_path, list(map(json.dumps, events))))
    WebhookEvent.objects.update(derived_at=None)
    monkeypatch.setattr(store, "LEGS_AT_ONCE", 1)
    rebuild, done = store.rebuild, list[object]()

    def stopped_after_two(*args, **more):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(args)
        return rebuild(*args, **more)

    monkeypatch.setattr(store, "rebuild", stopped_after_two)

    with pytest.raises(CommandError, match=r"^Stopped after 2 "):
        call_command("rebuild_calls", *options)


def test_commands_close_with_one_line(tmp_path, capsys):
    path = file_of(tmp_path, [line_of_event(one) for one in CALL])

    call_command("load_events", path)
    call_command("rebuild_calls")
    call_command("rebuild_calls", "--pending")
    call_command("dump_events", "--output", tmp_path / "out.jsonl")

    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "Kept 5 events, 0 were known, 0 lines rejected; derived 1 calls.",
        "Derived 1 calls again.",
        "Derived 0 calls again, for 0 pending events.",
    ]
    assert captured.err.splitlines()[-1] == "Wrote 5 events."


def test_a_missing_file_is_said_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("load_events", tmp_path / "nothing.jsonl")
