"""The command that counts the sums of intervals."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from callcenter.models import ChangedQuarter
from reports.models import QueueDay, QueueQuarter
from reports.query.intervals import count
from reports.tests.factories import NOON, count_marked, forget_calls, make_entry

pytestmark = pytest.mark.django_db


def counted(*options: str) -> str:
    out = StringIO()
    call_command("count_intervals", *options, stdout=out)
    return out.getvalue()


def test_changed_quarter_hours_are_counted():
    for hours in (0, 1, 1, 30):
        make_entry(NOON + timedelta(hours=hours))

    assert counted() == "Counted 3 quarter hours of queues, 0 of operators.\n"
    assert counted() == "Counted 0 quarter hours of queues, 0 of operators.\n"

    assert QueueQuarter.objects.count() == 3
    assert QueueDay.objects.count() == 2
    assert not ChangedQuarter.objects.exists()


def test_all_are_counted_again_also_those_without_entries_now():
    make_entry()
    count_marked()
    QueueQuarter.objects.update(answered=99)
    forget_calls()
    ChangedQuarter.objects.all().delete()
    make_entry(NOON + timedelta(hours=2))
    ChangedQuarter.objects.all().delete()

    assert counted("--all") == "Counted 2 quarter hours of queues, 7 of operators.\n"

    assert QueueQuarter.objects.get().answered == 1
    assert QueueDay.objects.get().answered == 1


def test_it_can_be_stopped_and_run_again(monkeypatch):
    for hours in (0, 1):
        make_entry(NOON + timedelta(hours=hours))

    def stop(_about, _quarters):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(count, "count_quarters", stop)
        with pytest.raises(CommandError, match="Stopped after 0 of 2"):
            counted()

    assert counted() == "Counted 2 quarter hours of queues, 0 of operators.\n"
