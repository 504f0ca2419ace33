"""The wall screen: a page for whoever knows its address, and its figures each second.

There is no log-in: the token in the address is the key. Nothing of a caller is shown.
"""

from datetime import timedelta
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.models import WallScreen
from reports.present import formats
from reports.wall import board
from reports.wall.shown import shown

_LOOKS_AGAIN_AFTER_SECONDS = "60"
_SEEN_EVERY = timedelta(minutes=1)
THEMES = ("light", "dark")


class _View(Protocol):
    def __call__(self, request: HttpRequest, screen: WallScreen) -> HttpResponse: ...


def _of_screen(view: _View) -> Any:
    """The view in the language of the screen; 404 in words for an address that is none.

    An address that was one and is off or expired is none either.
    """

    @require_safe
    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.localtime(timezone=timezone.get_default_timezone())
        screen = WallScreen.objects.of_token(token).first()
        if screen is None or not screen.is_open(now):
            language = screen.language if screen else settings.LANGUAGE_CODE
            with translation.override(language):
                text = render_to_string("reports/wall/closed.html", request=request)
            response = HttpResponse(text, status=404)
            # Nobody sits before a screen to reload it once it is switched on again.
            response["Refresh"] = _LOOKS_AGAIN_AFTER_SECONDS
        else:
            _note(screen)
            with translation.override(screen.language):
                response = view(request, screen)
        # The address is the key: it must not be handed on, nor kept.
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer


@_of_screen
def page(request: HttpRequest, screen: WallScreen) -> HttpResponse:
    """The whole page, which then asks for its figures every second."""
    theme = request.GET.get("theme", "")
    context = _context(screen)
    context["theme"] = theme if theme in THEMES else ""
    return HttpResponse(render_to_string("reports/wall/page.html", context))


@_of_screen
def figures(request: HttpRequest, screen: WallScreen) -> HttpResponse:
    """What changes on the page, to be put in place of what is there."""
    return HttpResponse(
        render_to_string("reports/wall/_figures.html", _context(screen))
    )


def _context(screen: WallScreen) -> dict[str, Any]:
    now = board.current()
    slugs = list(screen.queues.values_list("slug", flat=True))
    return {
        "title": screen.name,
        "board": shown(now, slugs),
        "day": formats.day_and_weekday(now.at.date()),
        "time": f"{now.at:%H:%M}",
        "texts": texts(),
    }


def texts() -> dict[str, str]:
    """What the page says of the age of its figures; %s are the seconds."""
    return {
        "fresh": gettext("updated %s s ago"),
        "stale": gettext("No news for %s s: these figures are old."),
    }


def _note(screen: WallScreen) -> None:
    now = timezone.now()
    if screen.seen_at is None or screen.seen_at < now - _SEEN_EVERY:
        WallScreen.objects.filter(pk=screen.pk).update(seen_at=now)
