"""Sentences of the work list: counts, limits of what is read, and what was done."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from callcenter.models import FollowUpStep
from reports.present import formats
from reports.worklist import tabs
from reports.worklist.forms import Act, ListQuery
from reports.worklist.tabs import ALL, ToRingBack, WorkList


def at_least(count: int, *, is_cut: bool) -> str:
    """A count; 10,000+ where more was not read."""
    return formats.count(count) + ("+" if is_cut else "")


def to_ring_back(figure: ToRingBack) -> tuple[str, str]:
    """How many callers are to be rung back, and how many of them since midnight."""
    note = gettext("%(count)s of them called today")
    return (
        at_least(figure.callers, is_cut=figure.is_cut),
        note % {"count": formats.count(figure.of_today)},
    )


def days(count: int) -> str:
    """The label of a choice of days."""
    if count == ALL:
        return gettext("All")
    if count == 1:
        return gettext("24 hours")
    if count == 365:
        return gettext("a year")
    return gettext("%(count)d days") % {"count": count}


def limits(work_list: WorkList, asked: ListQuery) -> list[str]:
    """Which calls the tab is about, in sentences, and what was not read."""
    calls = work_list.calls(asked.tab)
    if calls.is_cut and calls.since:
        if asked.tab.is_finished:
            text = gettext(
                "This tab covers what is finished among the newest %(count)s calls,"
                " since %(since)s. Older ones are neither shown nor counted."
            )
        else:
            text = gettext(
                "This tab covers the newest %(count)s calls to ring back, since"
                " %(since)s. Older ones are neither shown nor counted."
            )
        since = formats.moment(calls.since)
        count = formats.count(tabs.MOST_CALLS)
        more = gettext("Choose a queue, or search, to find older ones.")
        return [text % {"count": count, "since": since}, more]
    if work_list.since:
        text = gettext("Callers who called since %(since)s.")
        return [text % {"since": formats.moment(work_list.since)}]
    return [gettext("All are listed, however long ago they called.")]


def rung(telephone: str, number: str) -> str:
    """That the user's telephone rings now, and how it goes on."""
    text = gettext(
        "Your telephone %(telephone)s rings now. Take the call and press 1: then"
        " %(number)s is rung, and the result is saved."
    )
    return text % {"telephone": formats.number(telephone), "number": number}


def not_rung(problem: str, number: str) -> str:
    """Why Twilio rings nobody, and what to do instead."""
    text = gettext(
        "%(problem)s %(number)s is assigned to you: dial the number by hand, then save"
        " the result."
    )
    return text % {"problem": problem, "number": number}


def done(asked: dict[str, Any], number: str) -> str:
    """The sentence that confirms an act on a caller."""
    said = {
        Act.CLAIM: gettext("%(number)s is assigned to you."),
        Act.RING: gettext(
            "%(number)s is assigned to you. Dial the number, then save the result."
        ),
        Act.RELEASE: gettext("%(number)s is released: anybody can ring back."),
        Act.ATTEMPT: gettext("Result saved for %(number)s: %(result)s."),
        Act.NOTE: gettext("Note saved for %(number)s."),
        Act.CLOSE: gettext("%(number)s is closed."),
        Act.REOPEN: gettext("%(number)s is open again."),
        Act.CORRECT: gettext(
            "Result saved for %(number)s: %(result)s. The caller is assigned to you"
            " again."
        ),
    }
    results = dict(FollowUpStep.Result.choices)
    result = capfirst(str(results.get(asked["result"], "")))
    return said[asked["act"]] % {"number": number, "result": result}
