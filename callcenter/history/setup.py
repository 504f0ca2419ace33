"""The rules read from the tables of the setup, and read again when it has changed."""

import threading

from django.utils import timezone

from callcenter.days import midnight
from callcenter.history.rules import Rules, Threshold
from callcenter.models import Operator, PhoneLine, Queue, QueueThreshold

_rules_lock = threading.Lock()
_rules: tuple[int, Rules] | None = None


def current_rules(version: int) -> Rules:
    """The rules of this setup version; they are kept for the next call."""
    global _rules
    with _rules_lock:
        if _rules is None or _rules[0] != version or version == 0:
            _rules = version, _read_rules()
        return _rules[1]


def forget_rules() -> None:
    """Read the rules again next time: for tests, which change tables directly."""
    global _rules
    with _rules_lock:
        _rules = None


def _read_rules() -> Rules:
    zone = timezone.get_default_timezone()
    thresholds: dict[str, list[Threshold]] = {}
    for row in QueueThreshold.objects.select_related("queue"):
        thresholds.setdefault(row.queue.slug, []).append(
            Threshold(
                midnight(row.valid_from, zone),
                row.target_seconds,
                row.short_abandon_seconds,
            )
        )
    queues = Queue.objects.exclude(twilio_sid="").values_list("twilio_sid", "slug")
    operators = Operator.objects.values_list("number", "client_identity")
    numbers = {number for number, _ in operators if number}
    browsers = {f"client:{name}" for _, name in operators if name}
    return Rules(
        thresholds={slug: tuple(rows) for slug, rows in thresholds.items()},
        queues_by_sid=dict(queues),
        operators=frozenset(numbers | browsers),
        lines=frozenset(PhoneLine.objects.values_list("number", flat=True)),
    )
