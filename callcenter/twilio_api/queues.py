"""Keeps the queues at Twilio equal with ours, and notes of each whether it is."""

from django.utils import timezone
from twilio.rest import Client

from callcenter.models import Queue, QueueAtTwilio
from callcenter.twilio_api.client import TwilioFailure, client
from callcenter.twilio_api.setup import queue_steps


def keep_equal(twilio: Client | None = None) -> int:
    """Make what is missing, change what differs; how many queues.

    Raises NotConfigured before anything is asked, and TwilioFailure, which is noted at
    the queues that are not known to be equal.
    """
    twilio = twilio or client()
    began_at = timezone.now()
    changed = 0
    try:
        for step in queue_steps(twilio):
            if step.changes:
                step.make()
                changed += 1
            _note(step.slug, "")
    except TwilioFailure as failure:
        rest = Queue.objects.filter(is_active=True)
        rest = rest.exclude(at_twilio__checked_at__gte=began_at)
        for slug in rest.values_list("slug", flat=True):
            _note(slug, failure.kept)
        raise
    return changed


def _note(slug: str, problem: str) -> None:
    queue = Queue.objects.get(slug=slug)
    QueueAtTwilio.objects.update_or_create(
        queue=queue,
        defaults={"checked_at": timezone.now(), "problem": problem[:255]},
    )
