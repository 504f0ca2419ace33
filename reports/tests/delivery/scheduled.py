"""A report that is due, and what has become of it."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import time_machine

from reports.delivery.sending import send_due
from reports.models import Delivery, ScheduledReport

# A Wednesday in Tokyo, a quarter past seven.
NOW = datetime(2026, 10, 20, 22, 15, tzinfo=UTC)
BOSS, PEER = "boss@example.com", "peer@example.com"


def schedule(owner, **more):
    return ScheduledReport.objects.create(
        **{
            "user": owner,
            "name": "Morning",
            "report": "queue-summary",
            "query": "queue=support",
            "period": "yesterday",
            "frequency": "daily",
            "hour": 7,
            "recipients": BOSS,
            "language": "en",
            "since": NOW - timedelta(days=40),
            **more,
        }
    )


def run(at=NOW):
    with time_machine.travel(at, tick=False):
        send_due()


def only() -> Delivery:
    return Delivery.objects.get()


def workbook(message):
    (part,) = message.iter_attachments()
    return openpyxl.load_workbook(io.BytesIO(part.get_content())), part


def text_of(message) -> str:
    text: str = message.get_body(("plain",)).get_content()
    return text
