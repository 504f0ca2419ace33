"""A small installation for tests, and a look at what is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection

from callcenter.models import (
    Menu,
    MenuOption,
    Message,
    Operator,
    PhoneLine,
    Queue,
    WebhookEvent,
)
from callcenter.tests.pins import with_pin
from callcenter.tests.twilio_client import LINE

OPERATOR = "+815000000201"


def install() -> None:
    """One line with a menu that leads to two queues and a message; one operator."""
    support = Queue.objects.create(slug="support", name="Support", priority=1)
    sales = Queue.objects.create(slug="sales", name="Sales", priority=2)
    hours = Message.objects.create(slug="information", name="Information")
    menu = Menu.objects.create(slug="main", name="Main")
    for key, action, where in (
        ("1", "queue", {"queue": support}),
        ("2", "message", {"message": hours}),
        ("3", "queue", {"queue": sales}),
    ):
        MenuOption.objects.create(menu=menu, input=key, action=action, **where)
    PhoneLine.objects.create(
        number=LINE, name="Main", is_default=True, menu=menu, queue=support
    )
    operator = with_pin(Operator.objects.create(name="Sato", number=OPERATOR))
    operator.queues.add(support)


def stored() -> list[tuple[str, str, str]]:
    """Kind, path and decision of all stored events, in the order of receipt."""
    events = WebhookEvent.objects.order_by("received_at", "id")
    return list(events.values_list("kind", "path", "decision"))


@contextmanager
def database_gone() -> Iterator[None]:
    """Every query fails, as it does while the server is away."""

    def gone(*args: Any) -> None:
        raise OperationalError(2013, "Lost connection to server")

    with connection.execute_wrapper(gone):
        yield
