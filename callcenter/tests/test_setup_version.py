"""Every way to change the setup raises the version that the flow compares."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connections

from callcenter.models import Operator, Queue, SetupVersion

pytestmark = pytest.mark.django_db


def version() -> int:
    return SetupVersion.objects.get(pk=1).version


def test_saving_deleting_and_bulk_changes_raise_the_version():
    queue = Queue.objects.create(slug="support", name="Support")
    seen = [version()]
    queue.save()
    seen.append(version())
    Queue.objects.update(name="Help")
    seen.append(version())
    Queue.objects.bulk_create([Queue(slug="sales", name="Sales")])
    seen.append(version())
    operator = Operator.objects.create(name="Sato", number="+815000000201")
    seen.append(version())
    operator.queues.add(queue)
    seen.append(version())
    operator.queues.clear()
    seen.append(version())
    queue.delete()
    seen.append(version())
    Queue.objects.all().delete()
    seen.append(version())

    assert all(before < after for before, after in pairwise(seen))


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_simultaneous_changes_each_raise_the_version():
    workers = 4
    SetupVersion.objects.create(pk=1)
    start = threading.Barrier(workers)

    def create(number: int) -> None:
        try:
            start.wait()
            Queue.objects.create(slug=f"queue-{number}", name="Queue")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(create, range(workers)))

    assert version() == workers
