"""From the tables of Twilio-MiniCC v2 to the history: from a dump and from a server.

The dump shows defects 1, 5, 9 and 12 of docs/twilio.md 13.3, lost rows, and rows that
cannot be taken over.
"""

import gzip
import json
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from callcenter.models import (
    AbandonedCall,
    Call,
    Connection,
    IvrStep,
    Operator,
    OperatorState,
    Queue,
    QueueEntry,
    Recording,
    WebhookEvent,
)
from callcenter.predecessor import takeover
from callcenter.tests.history_rows import history_rows
from callcenter.tests.pins import kept, with_pin
from callcenter.tests.samples import CALLS
from callcenter.upkeep import intake

pytestmark = pytest.mark.django_db

DUMP = CALLS / "predecessor.sql"
HISTORY: dict[str, tuple[type[models.Model], list[str], list[str]]] = {
    "calls": (
        Call,
        ["sid"],
        [
            *("kind", "direction", "from_raw", "caller", "line", "status"),
            *("started_at", "ended_at", "duration_seconds", "outcome"),
            *("disconnected_by", "ivr_path", "wait_seconds", "talk_seconds"),
        ],
    ),
    "queue_entries": (
        QueueEntry,
        ["call__sid", "visit"],
        [
            *("queue", "entered_at", "left_at", "wait_seconds", "outcome"),
            *("overflow_reason", "queue_result", "is_inferred"),
            "is_lost_while_connecting",
        ],
    ),
    "connections": (
        Connection,
        ["entry__call__sid", "entry__visit"],
        [
            *("operator_call_sid", "operator", "connected_at", "ended_at"),
            *("talk_seconds", "talk_source"),
        ],
    ),
    "abandoned_calls": (
        AbandonedCall,
        ["call__sid", "visit"],
        ["queue", "caller", "abandoned_at", "wait_seconds", "recovered_at"],
    ),
    "operator_states": (
        OperatorState,
        ["call__sid", "started_at"],
        ["operator", "state", "ended_at"],
    ),
    "ivr_steps": (IvrStep, ["call__sid"], []),
    "recordings": (Recording, ["recording_sid"], []),
    "operators": (Operator, ["number"], ["name", "pin", "is_active"]),
}


def history() -> dict[str, list[dict[str, Any]]]:
    """What the tables say, as it stands in the expected file."""

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    return {
        name: [
            {column: plain(value) for column, value in row.items()}
            for row in model._default_manager.order_by(*key).values(*key, *columns)
        ]
        for name, (model, key, columns) in HISTORY.items()
    }


EXPECTED = json.loads((CALLS / "predecessor.expected.json").read_text())


@pytest.fixture
def dump(tmp_path) -> Path:
    """A copy of the dump: the file of refused rows is written beside it."""
    return Path(shutil.copy(DUMP, tmp_path))


def take_over(*words: object) -> str:
    """Run the command on tables of which rows are refused; its last sentence."""
    with pytest.raises(CommandError, match="The refused rows are in") as ended:
        call_command("import_minicc", *words)
    return str(ended.value)


def test_a_dump_gives_its_history(dump):
    take_over(dump)

    assert history() == EXPECTED["history"]
    assert not WebhookEvent.objects.filter(derived_at=None).exists()


def test_what_cannot_be_taken_over_is_said_and_kept(dump, capsys):
    last = take_over(dump)

    captured = capsys.readouterr()
    refused = (dump.parent / "predecessor.sql.rejected").read_text()
    assert [json.loads(line) for line in refused.splitlines()] == EXPECTED["refused"]
    said = [line.replace(str(dump), "DUMP") for line in captured.out.splitlines()]
    summary = EXPECTED["said"][-1]
    assert said == EXPECTED["said"][:-1]
    assert last == f"{summary} The refused rows are in {dump}.rejected."
    assert "2 operators were created, inactive and without a PIN" in captured.err


def test_a_second_run_adds_nothing(dump, capsys):
    take_over(dump)
    once = history_rows()
    # What people have made of an operator is theirs.
    Operator.objects.filter(number="+815000000201").update(name="佐藤", is_active=True)
    capsys.readouterr()

    last = take_over(dump)

    captured = capsys.readouterr()
    assert last.startswith(
        "Took over 31 rows, refused 3; created 0 operators; kept 0 events, 39 were"
        " known; derived 0 calls."
    )
    assert captured.err == ""
    assert history_rows() == once
    assert Operator.objects.get(number="+815000000201").is_active


def test_what_an_interrupted_run_did_not_get_to_is_done_by_the_next(dump, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(intake, "derive_events", interrupted)
        with pytest.raises(CommandError, match="Stopped"):
            call_command("import_minicc", dump)
    assert WebhookEvent.objects.filter(derived_at=None).exists()

    take_over(dump)

    assert history() == EXPECTED["history"]


def test_rows_that_came_later_complete_the_calls_that_were_there(tmp_path):
    """The old center goes on working between a first and a last taking over."""
    text = DUMP.read_text()
    first = tmp_path / "first.sql"
    # The tables in which a call stands when it has ended are dumped too early.
    head, _, tail = text.partition("INSERT INTO `enqueue_data`")
    first.write_text(
        head + tail.partition(";\n")[2].partition("INSERT INTO `status")[0]
    )
    last = tmp_path / "last.sql"
    last.write_text(text)

    with suppress(CommandError):
        call_command("import_minicc", first)
    assert Call.objects.filter(kind="operator").count() == 1
    take_over(last)

    assert history() == EXPECTED["history"]


def test_a_dry_run_says_the_same_and_stores_nothing(dump, capsys):
    with pytest.raises(CommandError) as ended:
        call_command("import_minicc", dump, "--dry-run")

    assert str(ended.value) == (
        "Dry run: nothing was taken over. Rows would be refused, see above."
    )
    said = capsys.readouterr().out.replace(str(dump), "DUMP").splitlines()
    expected = list(EXPECTED["said"][:-1])
    expected[2] = "Refused:"
    assert said == expected
    assert not dump.with_name(f"{dump.name}.rejected").exists()
    assert not WebhookEvent.objects.exists()
    assert not Operator.objects.exists()


def test_a_gzip_dump_in_another_zone_and_queue(tmp_path):
    path = tmp_path / "old.sql.gz"
    path.write_bytes(gzip.compress(DUMP.read_bytes()))
    rejected = tmp_path / "elsewhere"

    last = take_over(
        *(path, "--zone=America/New_York", "--queue=sales"),
        f"--rejected={rejected}",
    )

    assert last.endswith(f"The refused rows are in {rejected}.")

    entries = QueueEntry.objects.filter(call__sid="CA" + "1".rjust(32, "0"))
    left_at = datetime(2014, 5, 8, 14, 1, tzinfo=UTC)
    assert list(entries.values_list("queue", "left_at")) == [("sales", left_at)]
    assert len(rejected.read_text().splitlines()) == 3


def test_rows_go_to_the_queue_that_is_set_up_with_their_sid(dump):
    Queue.objects.create(slug="support", name="Support")
    Queue.objects.create(slug="sales", name="Sales", twilio_sid="QU" + "5" * 32)

    take_over(dump)

    # The call that a full queue refused names none.
    queues = QueueEntry.objects.order_by("queue").values_list("queue", flat=True)
    assert list(queues.distinct()) == ["sales", "support"]
    assert QueueEntry.objects.get(queue="support").queue_result == "queue-full"


def test_the_only_queue_there_is_takes_the_old_calls(dump):
    Queue.objects.create(slug="madoguchi", name="窓口")

    take_over(dump)

    assert set(QueueEntry.objects.values_list("queue", flat=True)) == {"madoguchi"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--zone=Mars"],
            "There is no time zone Mars; a zone has a name like Asia/Tokyo.",
        ),
        (
            ["--zone=../etc"],
            "There is no time zone ../etc; a zone has a name like Asia/Tokyo.",
        ),
        (["--queue=a/b"], "a/b cannot be the code of a queue."),
        ([], "Which queue were callers in? --queue a|b"),
    ],
)
def test_what_nobody_can_mean_is_said_in_one_line(arguments, said, dump):
    Queue.objects.create(slug="a", name="A")
    Queue.objects.create(slug="b", name="B")

    with pytest.raises(CommandError) as error:
        call_command("import_minicc", dump, *arguments)

    assert str(error.value) == said
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "There are no rows of operators, enqueue_data, queue_data"),
        (b"\x7fELF \xff\x00';", "There are no rows of operators"),
        (gzip.compress(DUMP.read_bytes())[:500], "cannot be read"),
        (b"SET NAMES tis620;", "cannot be read: its character set tis620"),
    ],
)
def test_a_file_that_is_no_dump_is_said_in_one_line(content, said, tmp_path):
    path = tmp_path / "old.sql"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=said):
        call_command("import_minicc", path)


def test_a_missing_file_is_said_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_minicc", tmp_path / "nothing.sql")


def test_tables_of_which_nothing_is_refused_end_well(tmp_path, capsys):
    path = tmp_path / "old.sql"
    path.write_text("INSERT INTO `operators` VALUES ('+815000000201');\n")

    call_command("import_minicc", path)

    assert "refused 0;" in capsys.readouterr().out
    assert not path.with_name("old.sql.rejected").exists()


def test_operators_that_are_there_stay_as_they_are():
    sato = with_pin(Operator.objects.create(number="+815000000201", name="佐藤"))
    before = kept(sato)

    made = takeover.make_operators(["+815000000201", "+815000000202", "client:suzuki"])

    assert made == 2
    columns = ("name", "number", "client_identity", "is_active")
    assert list(Operator.objects.order_by("pk").values_list(*columns)) == [
        ("佐藤", "+815000000201", None, True),
        ("+815000000202", "+815000000202", None, False),
        ("suzuki", None, "suzuki", False),
    ]
    assert kept(sato) == before


@pytest.fixture
def old_server(settings):
    """The address of a server that holds what the dump holds."""
    database = settings.DATABASES["default"]
    name = f"{database['NAME']}_old"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    driver = pytest.importorskip("MySQLdb")
    socket = database["OPTIONS"]["unix_socket"]
    old = driver.connect(unix_socket=socket, user="root", db=name, charset="utf8mb4")
    with old.cursor() as cursor:
        cursor.execute(DUMP.read_text())
        while cursor.nextset() is not None:
            pass
    old.commit()
    old.close()
    yield f"mysql://root@localhost/{name}?unix_socket={socket}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_server_gives_the_history_of_its_dump(old_server, dump, tmp_path):
    rejected = tmp_path / "rejected"

    take_over(old_server, f"--rejected={rejected}")
    assert history() == EXPECTED["history"]
    refused = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert sorted(refused, key=str) == sorted(EXPECTED["refused"], key=str)

    assert "kept 0 events, 39 were known; derived 0 calls." in take_over(dump)


@pytest.mark.server
@pytest.mark.parametrize(
    "place", ["root:geheim@localhost/nothing", "root:geheim@localhost:port/minicc"]
)
def test_a_server_that_cannot_be_read_is_said_without_its_password(place, settings):
    socket = settings.DATABASES["default"]["OPTIONS"]["unix_socket"]

    with pytest.raises(CommandError, match="The database cannot be read") as error:
        call_command("import_minicc", f"mysql://{place}?unix_socket={socket}")

    assert "geheim" not in str(error.value)
