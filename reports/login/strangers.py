"""What a stranger may send: a log-in is small, so a large form is refused unread."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]

# A log-in with its hidden field has a few hundred bytes.
LONGEST_BODY = 64 * 1024


def refuse_large_forms(get_response: Handler) -> Handler:
    """A middleware that answers 413 before a large form of a stranger is taken apart.

    To check its hidden field Django reads a form of up to 2.5 MB, which takes seconds
    of the processor.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > LONGEST_BODY and not request.user.is_authenticated:
            return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return get_response(request)

    return answer
