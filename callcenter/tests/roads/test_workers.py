"""Four workers at once on the same calls give the rows of a quiet run (MariaDB)."""

import random

import pytest

from callcenter.demo.setup.installation import install
from callcenter.events.eventfile import event_of_line
from callcenter.models import Call, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.receive import receive
from callcenter.tests.roads.workers import at_once
from callcenter.tests.samples import NAMES, file_of
from callcenter.upkeep.intake import load

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

WORKERS = 4


@pytest.fixture
def lines() -> list[bytes]:
    """The lines of all recorded calls, half of them twice, in disorder."""
    chance = random.Random(4)
    found = [line for name in NAMES for line in file_of(name).read_bytes().splitlines()]
    found += [line for line in found if chance.random() < 0.5]
    chance.shuffle(found)
    return found


@pytest.fixture
def quiet_run(lines, tmp_path) -> dict[str, list[tuple[object, ...]]]:
    """The rows that one worker makes of the lines, which are then taken away again."""
    install()
    path = tmp_path / "all.jsonl"
    path.write_bytes(b"\n".join(lines))
    load(path)
    rows = history_rows()
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()
    return rows


def test_files_loaded_by_four_workers_give_the_rows_of_one(quiet_run, lines, tmp_path):
    def work(number: int) -> None:
        part = tmp_path / f"part-{number}.jsonl"
        part.write_bytes(b"\n".join(lines[number::WORKERS]))
        load(part)

    at_once(WORKERS, work)

    assert history_rows() == quiet_run
    assert WebhookEvent.objects.pending().count() == 0


def test_requests_taken_by_four_workers_give_the_rows_of_one(quiet_run, lines):
    def work(number: int) -> None:
        for line in lines[number::WORKERS]:
            receive(event_of_line(line))

    at_once(WORKERS, work)

    assert history_rows() == quiet_run
    assert WebhookEvent.objects.pending().count() == 0
