"""A caller whose number is forgotten in tests, and what is compared of the history."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from callcenter.forgotten import PREFIX
from callcenter.models import (
    AbandonedCall,
    AccessRecord,
    Call,
    FollowUp,
    WebhookEvent,
)
from callcenter.tests.history_rows import history_rows
from callcenter.tests.sample_events import (
    CALLER,
    CALLER_NUMBER,
    OTHER_CALLER,
    at,
    choose,
    connect,
    done,
    end,
    event,
    leave,
    ring,
    sign_in,
    wait,
)
from callcenter.upkeep import forgetting
from callcenter.upkeep.forgetting import (
    forget_caller,
)
from callcenter.upkeep.rebuild import rebuild_all, sids_to_rebuild
from reports.models import DayNote, ExportAudit, SavedView

DAY = 86_400
STRANGER = "+815000000888"
SAID = f"it is {CALLER_NUMBER}"
LAST_CALL = "CA" + "e" * 32


def abandoned(start: float, sid: str = CALLER, **more: Any) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid, **more),
        choose(start + 5, sid=sid, **more),
        wait(start + 6, 0, sid=sid, **more),
        leave(start + 65, "hangup", 60, sid=sid, **more),
        end(start + 66, sid=sid, **more),
    ]


def answered(start: float, sid: str = OTHER_CALLER, **more: Any) -> list[WebhookEvent]:
    return [
        ring(start, sid=sid, **more),
        choose(start + 5, sid=sid, **more),
        connect(start + 30, 25, sid=sid, **more),
        leave(start + 90, "bridged", 25, sid=sid, **more),
        done(start + 91, caller=sid, talk=58),
        end(start + 92, sid=sid, **more),
    ]


def story() -> list[WebhookEvent]:
    """The caller gives up, is answered, and gives up a day later; so does another."""
    told = {"CallerName": "Sato", "CallerCity": "Tokyo", "Caller": CALLER_NUMBER}
    return [
        *sign_in(),
        *abandoned(0, **told),
        *answered(200),
        *abandoned(DAY, LAST_CALL),
        *abandoned(300, "CA" + "8" * 32, From=STRANGER),
        # A child leg that shows the caller's number to somebody else.
        event(40, "status/", sid="CA" + "7" * 32, CallStatus="completed", To=STRANGER,
              Direction="outbound-dial", ParentCallSid=CALLER),
        event(7, "wait/support/1/?step=3", "hold", Digits="05000000999"),
        event(8, "menu/main/?step=9", "hold", SpeechResult=SAID),
        # What was typed and said names the number too.
        event(310, "menu/main/?step=2", "menu:main", sid="CA" + "8" * 32, From=STRANGER,
              Digits="05000000999"),
    ]  # fmt: skip


def without_callers() -> dict[str, list[tuple[Any, ...]]]:
    """The rows of history with one mark for each caller, in place of the number."""
    marks: dict[str, str] = {}
    for caller in Call.objects.order_by("sid").values_list("caller", flat=True):
        if caller:
            marks.setdefault(caller, f"caller {len(marks)}")
    marks |= {caller[::-1]: mark for caller, mark in marks.items()}
    blanks = {"05000000999": "***", "Sato": "", SAID: "it is ***"}

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            for number, blank in blanks.items():
                value = value.replace(number, blank)
            return marks.get(value, value)
        return value

    plain_rows = {
        table: [tuple(map(plain, row)) for row in rows]
        for table, rows in history_rows().items()
    }
    # What the leg that showed the number to somebody else has as its "line".
    shown = next(
        (marks[one] for one in marks if one.startswith(("+815000000999", PREFIX))), ""
    )
    line = [one.name for one in Call._meta.concrete_fields].index("line") - 1
    plain_rows["Call"] = [
        (*row[:line], "" if row[line] == shown else row[line], *row[line + 1 :])
        for row in plain_rows["Call"]
    ]
    return {table: sorted(rows, key=repr) for table, rows in plain_rows.items()}


def apart_from_hashes(rows: dict[str, list[tuple[Any, ...]]]) -> set[Any]:
    """The rows without the hashes of rows below them, which have the caller in them."""
    return {
        (table, row[:-3] if table == "Call" else row)
        for table, found in rows.items()
        for row in found
    }


def rebuild_everything() -> None:
    errors = [error for _, error in rebuild_all(sids_to_rebuild()) if error]
    assert errors == []


def written_by_people() -> None:
    """The number in every text that people or their acts leave."""
    text = "番号は０５０－００００－０９９９、+81 50 0000 0999"
    user = User.objects.create(username="sato")
    follow_up = FollowUp.objects.create(
        abandoned_call=AbandonedCall.objects.get(call__sid=CALLER)
    )
    follow_up.steps.create(act="note", text=text, made_at=at(0), by=user)
    DayNote.objects.create(day=at(0).date(), text=text)
    SavedView.objects.create(report="calls", name="x", query="q=%2B815000000999")
    ExportAudit.objects.create(
        started_at=at(0), query="050-0000-0999", is_masked=False, username="sato"
    )
    AccessRecord.objects.create(at=at(0), kind="caller-page", subject=text)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Call),
        object_repr="x",
        action_flag=CHANGE,
        change_message=text,
    )


def forget(number: str = CALLER_NUMBER, **options: Any) -> forgetting.Forgotten:
    return forget_caller(number, **{"really": True, **options})
