"""A plan is read back from its file as it was. No database."""

from dataclasses import replace
from datetime import date, time

import pytest

from callcenter.flow import planfile
from callcenter.flow.plan import HoursPlan, Plan
from callcenter.tests.flow.plans import both, make_plan, with_line, with_queue

FULL = replace(
    with_queue(
        with_line(
            make_plan(),
            hours=(HoursPlan(1, time(9, 30), time(0)),),
            holidays=frozenset([date(2026, 1, 1), date(2026, 1, 2)]),
            prompts=both("greeting"),
            fallback_number="+81312345678",
        ),
        "support",
        prompts=both("waiting", ja="お待ちください。\u2028"),
    ),
    holidays=frozenset([date(2026, 11, 3)]),
    wrap_up_codes={"12": "billing", "007": "複雑"},
)


@pytest.mark.parametrize("plan", [FULL, Plan(), Plan(version=3)])
def test_plan_is_read_as_it_was_written(tmp_path, plan):
    path = tmp_path / "spool" / "plan.json"

    planfile.save(plan, path)

    assert planfile.load(path) == plan


def test_file_is_for_its_owner_only_and_replaces_the_one_before(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("before")
    path.chmod(0o644)

    planfile.save(FULL, path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_writing_that_fails_leaves_the_file_before(tmp_path, monkeypatch):
    path = tmp_path / "plan.json"
    planfile.save(FULL, path)

    def fail(plan):
        raise OSError("no space left")

    monkeypatch.setattr(planfile, "dumps", fail)
    with pytest.raises(OSError, match="no space left"):
        planfile.save(Plan(), path)

    assert planfile.load(path) == FULL
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": 0, "plan": {}}',
        '{"format": 1, "plan": {}}',
        '{"format": 1, "plan": []}',
        planfile.dumps(FULL).replace('"09:30:00"', '"late"'),
        planfile.dumps(FULL).replace('"tries"', '"attempts"'),
        planfile.dumps(FULL)[:-10],
        "\ufeff" + planfile.dumps(FULL),
    ],
)
def test_file_that_holds_no_plan_is_refused(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(planfile.UnreadablePlan):
        planfile.load(path)


def test_file_in_another_encoding_holds_no_plan(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(planfile.UnreadablePlan):
        planfile.load(path)
