"""What the stored requests of a call say where the URL of a request cannot.

Each is one query, and empty while the database is away.
"""

from urllib.parse import parse_qs, urlsplit

from callcenter import patience
from callcenter.decision import Decision, Verb
from callcenter.models import Language, WebhookEvent
from callcenter.routes import Kind

# Requests whose URL carries the language that the caller is spoken to.
_WITH_LANGUAGE = (Kind.WAIT, Kind.QUEUE_EXIT, Kind.MENU)
# A caller who waits is asked about every few seconds: the last ones are enough.
_MOST = 20


def why_left(event: WebhookEvent) -> str:
    """Why our last wait document of a visit took the caller out of the queue.

    The URL of an exit is handed out when the caller enters, and knows nothing of it.
    """
    rows = (
        WebhookEvent.objects.filter(
            call_sid=event.call_sid, kind=Kind.WAIT, visit=event.visit
        )
        .order_by("-received_at", "-id")
        .values_list("decision", flat=True)[:_MOST]
    )
    decisions = map(Decision.parse, patience.ask(lambda: list(rows), []))
    return next((one.target for one in decisions if one.verb is Verb.LEAVE), "")


def language_of(event: WebhookEvent) -> str:
    """The language of the caller's last request.

    The URL of the announcement is the operator's, who may take any caller.
    """
    rows = (
        WebhookEvent.objects.filter(call_sid=event.call_sid, kind__in=_WITH_LANGUAGE)
        .order_by("-received_at", "-id")
        .values_list("path", flat=True)[:_MOST]
    )
    for path in patience.ask(lambda: list(rows), []):
        spoken = parse_qs(urlsplit(path).query).get("lang", [""])[-1]
        if spoken in Language.values:
            return spoken
    return ""
