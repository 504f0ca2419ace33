"""Sessions end after a working day without use, or when an administrator ends them."""

from collections.abc import Callable, Collection
from time import time

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponseBase]

# A session in use is prolonged at most so often: each time it is saved.
_PROLONGED_EVERY_SECONDS = 300
_PROLONGED_AT = "prolonged_at"


def prolong_in_use(get_response: Handler) -> Handler:
    """A middleware by which SESSION_COOKIE_AGE counts from the last use."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            begun = request.user.last_login
            last = request.session.get(_PROLONGED_AT) or (
                begun.timestamp() if begun else 0
            )
            if time() - last >= _PROLONGED_EVERY_SECONDS:
                request.session[_PROLONGED_AT] = int(time())
        return get_response(request)

    return answer


def end_sessions(users: Collection[int]) -> int:
    """Log accounts out everywhere, by their keys; returns how many sessions ended."""
    wanted = {str(pk) for pk in users}
    running = Session.objects.filter(expire_date__gt=timezone.now())
    found = [
        session.pk
        for session in running.iterator()
        if session.get_decoded().get(SESSION_KEY) in wanted
    ]
    Session.objects.filter(pk__in=found).delete()
    return len(found)
