"""What the printed work list says above its callers."""

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django_stubs_ext import StrOrPromise

from callcenter.models import AbandonedCall
from reports.present import formats
from reports.worklist import words
from reports.worklist.forms import ListQuery
from reports.worklist.shown import Reader
from reports.worklist.tabs import WorkList

Reason = AbandonedCall.Reason


def lines(
    work_list: WorkList, asked: ListQuery, reader: Reader, on_page: int
) -> Iterator[tuple[StrOrPromise, StrOrPromise]]:
    """The tab, what it is narrowed to, how many callers it has, and as of when."""
    yield gettext("State of the work"), asked.tab.label
    yield gettext("How far back"), _days(work_list, asked)
    if asked.queue:
        name = reader.queue_names.get(asked.queue, asked.queue)
        yield pgettext("column", "Queue"), name
    if asked.reason:
        yield pgettext("work list", "Reason"), capfirst(Reason(asked.reason).label)
    if asked.q:
        yield gettext("Search"), asked.q
    yield gettext("Callers"), _callers(work_list, asked, on_page)
    yield gettext("As of"), formats.moment(reader.now)


def _days(work_list: WorkList, asked: ListQuery) -> str:
    if work_list.since is None:
        return gettext("all days")
    since = gettext("since %(moment)s") % {"moment": formats.moment(work_list.since)}
    return f"{words.days(asked.days)} ({since})"


def _callers(work_list: WorkList, asked: ListQuery, on_page: int) -> str:
    """How many callers the tab has, and how many of them stand on this page."""
    total = work_list.counts()[asked.tab]
    is_cut = work_list.calls(asked.tab).is_cut
    text = words.at_least(total, is_cut=is_cut)
    if on_page == total:
        return text
    part = gettext("%(count)s on this page") % {"count": formats.count(on_page)}
    return f"{text} ({part})"


def part(asked: ListQuery, reader: Reader) -> str:
    """What a file is narrowed to, for its name: a queue, a reason, or both."""
    queue = str(reader.queue_names.get(asked.queue, asked.queue))
    reason = str(Reason(asked.reason).label) if asked.reason else ""
    return " ".join(filter(None, (queue, reason)))
