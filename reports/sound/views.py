"""The audio of voicemail and recordings, through us, and the wish to delete it.

Twilio's address is in no page: whoever may play a recording hears it from here, and
each listening is recorded.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.log import log_response
from django.utils.translation import gettext

from callcenter import access_log
from callcenter.access_log import Kind
from callcenter.audio import wishes
from callcenter.audio.playing import LARGEST_PART, BeyondEnd, part_of
from callcenter.models import Recording, Voicemail
from callcenter.reasons import Explained, Reason, parts
from reports import looks
from reports.present.links import PageLinks, row_url
from reports.sound import ranges
from reports.sound.player import DELETE, Row, may_play, what_became_of

logger = logging.getLogger(__name__)

# In bytes, of a file that is sent at once: players ask for parts.
LARGEST_WHOLE = 16 * 1024 * 1024
# One type for all: what Twilio says of its file is not passed on.
_TYPE = "audio/wav"
_STATUS = {
    Reason.RECORDING_GONE: 404,
    Reason.RECORDING_TOO_LONG: 413,
    Reason.MANY_LISTENERS: 503,
    Reason.TWILIO_NOT_SET_UP: 503,
    Reason.TWILIO_SLOW: 504,
}
_OTHER_STATUS = 502
_GONE = 410


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the audio, below those of the admin site."""
    found = []
    for name, model in (("voicemail", Voicemail), ("recording", Recording)):
        for what, view in (("audio", _audio), ("deletion", _deletion)):
            found.append(
                path(
                    f"{name}/<int:pk>/{what}/",
                    site.admin_view(_of(view, model, site)),
                    name=f"{name}_{what}",
                )
            )
    return found


def _of(
    view: Callable[[HttpRequest, Row], HttpResponse],
    model: type[Row],
    site: admin.AdminSite,
) -> Callable[[HttpRequest, int], HttpResponse]:
    """The view of a row that the reader may see; PermissionDenied, Http404 else."""

    def show(request: HttpRequest, pk: int) -> HttpResponse:
        if not PageLinks(request, site).may_view(model):
            raise PermissionDenied
        row: Any = get_object_or_404(model.objects.select_related("call"), pk=pk)
        return view(request, row)

    return show


def _audio(request: HttpRequest, row: Row) -> HttpResponse:
    """The audio as a WAV file, or the part of it that a player asks for."""
    if not may_play(row, request.user):
        raise PermissionDenied
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if gone := what_became_of(row):
        return _sentence(gone, _GONE)
    asked = ranges.wanted(request.headers.get("Range", ""), LARGEST_PART)
    whole = ranges.Wanted(0, LARGEST_WHOLE)
    first, most = (asked or whole).first, (asked or whole).most
    try:
        part = part_of(row, first, most)
        if asked is None and len(part.content) < part.total:
            raise Explained(Reason.RECORDING_TOO_LONG)
    except BeyondEnd as end:
        answer = HttpResponse(status=416, content_type="text/plain")
        answer["Content-Range"] = ranges.beyond(end.total)
        return answer
    except Explained as failure:
        return _failed(request, row, failure)
    looks.at_audio(request, row)
    answer = HttpResponse(
        part.content, content_type=_TYPE, status=200 if asked is None else 206
    )
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    if asked:
        length = len(part.content)
        answer["Content-Range"] = ranges.content_range(first, length, part.total)
    return answer


def _failed(request: HttpRequest, row: Row, failure: Explained) -> HttpResponse:
    """Why the audio cannot be heard, in words; the log has the details."""
    reason, _detail = parts(failure.kept)
    status = _STATUS.get(reason, _OTHER_STATUS) if reason else _OTHER_STATUS
    said = gettext("This cannot be played: %(reason)s")
    text = said % {"reason": reason.label if reason else failure}
    answer = _sentence(text, status)
    log_response(
        "%s cannot be played: %s",
        row.recording_sid,
        failure,
        response=answer,
        request=request,
        logger=logger,
        level="warning",
    )
    return answer


def _sentence(text: str, status: int) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _deletion(request: HttpRequest, row: Row) -> HttpResponse:
    """Let the audio be deleted at Twilio, for those who may."""
    if not request.user.has_perm(DELETE):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if wishes.leave_for_soon(row):
        subject = looks.recording(row)
        access_log.note(
            Kind.AUDIO_DELETION, request, user=request.user, subject=subject
        )
    messages.success(
        request, gettext("The audio will be deleted at Twilio within minutes.")
    )
    return redirect(row_url(row))
