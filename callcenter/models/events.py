"""The event store: one row per request, kept as it arrived."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self, TypeAlias

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from callcenter import routes
from callcenter.decision import Verb
from callcenter.models.fields import AsciiField, SidField

# How the decision begins on a request in which a wrap-up code was typed.
_CODE_NOTED = f"{Verb.WRAP_UP}:"

# A kind without a label here fails at start.
KIND_LABELS = {
    routes.Kind.INCOMING: _("incoming call"),
    routes.Kind.MENU: _("menu input"),
    routes.Kind.WAIT: _("waiting"),
    routes.Kind.QUEUE_EXIT: _("left the queue"),
    routes.Kind.CONNECT: _("operator takes the caller"),
    routes.Kind.OPERATOR: _("operator asks for calls"),
    routes.Kind.OPERATOR_DONE: _("operator's conversation over"),
    routes.Kind.CLIENT: _("browser call"),
    routes.Kind.RING_BACK: _("operator is rung for a ring-back"),
    routes.Kind.RING_BACK_DONE: _("ring-back over"),
    routes.Kind.VOICEMAIL: _("voicemail left"),
    routes.Kind.RECORDING: _("recording state"),
    routes.Kind.STATUS: _("call status"),
    routes.Kind.FALLBACK: _("fallback"),
    routes.Kind.INTERNAL: _("internal event"),
}


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    """Events, and which of them the derivation of a call needs."""

    def pending(self) -> Self:
        """Events newer than what is derived of a call they concern; no late ones."""
        return self.filter(derived_at=None).exclude(derivation_error=WebhookEvent.LATE)

    def late(self) -> Self:
        """Events that came after their call was sealed, or long after its end.

        They are never derived.
        """
        return self.filter(derived_at=None, derivation_error=WebhookEvent.LATE)

    def of_call(self, sid: str) -> Self:
        """Events under the SID of a leg, and those of other legs that name it."""
        return self.filter(Q(call_sid=sid) | Q(other_sid=sid))

    def of_operator_legs(self, since: Mapping[str, datetime]) -> Self:
        """What operators' legs contribute to calls they were given, from a moment on.

        These are the requests that say whose leg it is, and later Dial actions and
        typed wrap-up codes that name no leg with events. One that names a leg with
        events concerns only that call, and a Dial action with `no-answer` concerns no
        call. A shift has hundreds of both, so they are not read.
        """
        introduces = Q(kind__in=routes.VOICE_URLS)
        heard_of = WebhookEvent.objects.filter(call_sid=OuterRef("other_sid"))
        names_nobody = Q(other_sid="") | ~Exists(heard_of)
        moments = [
            Q(call_sid=leg, received_at__gte=moment) for leg, moment in since.items()
        ]
        later = Q(*moments, _connector=Q.OR)
        is_over = Q(kind=routes.Kind.OPERATOR_DONE) & later
        talked = is_over & ~Q(result="no-answer") & names_nobody
        noted = Q(kind=routes.Kind.OPERATOR, decision__startswith=_CODE_NOTED) & later
        return self.filter(
            introduces | talked | (noted & names_nobody), call_sid__in=list(since)
        )


class WebhookEvent(models.Model):
    """One request from Twilio, or one act of MiniCC under /internal/, as it came."""

    Kind: TypeAlias = routes.Kind

    # The `derivation_error` of events that are never derived.
    LATE = "late: the call was over or sealed"

    # SHA-256 of the idempotency token and call, else of path, query and form
    # (docs/contract.md 8.3).
    dedup_key = AsciiField(_("repeat key"), max_length=64, unique=True)
    token = models.CharField(_("idempotency token"), max_length=255, blank=True)
    received_at = models.DateTimeField(
        _("received at"), help_text=_("Earliest receipt of this request.")
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=[(kind.value, KIND_LABELS[kind]) for kind in routes.Kind],
    )
    path = models.TextField(_("path"))
    call_sid = SidField(_("call SID"), blank=True)
    # The other leg the request names: the operator's, the customer's or the parent.
    other_sid = SidField(_("other leg"), blank=True)
    queue = models.CharField(_("queue"), max_length=64, blank=True)
    visit = models.PositiveSmallIntegerField(_("visit"), null=True, blank=True)
    menu = models.CharField(_("menu"), max_length=64, blank=True)
    step = models.PositiveIntegerField(_("step"), null=True, blank=True)
    input = models.CharField(_("input"), max_length=255, blank=True)
    position = models.PositiveIntegerField(_("position"), null=True, blank=True)
    queue_time_seconds = models.PositiveIntegerField(
        _("time in queue"), null=True, blank=True
    )
    # QueueResult, DialCallStatus, CallStatus or RecordingStatus: what the kind has.
    result = models.CharField(_("result"), max_length=64, blank=True)
    # What a Dial action says: whether the caller and the operator were joined.
    is_bridged = models.BooleanField(_("bridged"), null=True, blank=True)
    params = models.JSONField(_("form"), default=dict)
    decision = models.CharField(_("decision"), max_length=255, blank=True)
    # Of several copies of a request the earliest decision stands; this is when the copy
    # arrived whose decision is stored.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    derived_at = models.DateTimeField(_("derived at"), null=True, blank=True)
    derivation_error = models.TextField(_("derivation error"), blank=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        ordering = ["-received_at", "-id"]
        indexes = [
            # A call is derived from the events under its SID and those naming it. Of an
            # operator's long leg a caller needs only those around its connect.
            models.Index(fields=["call_sid", "kind", "received_at"], name="event_call"),
            models.Index(
                fields=["other_sid", "kind", "received_at"], name="event_other_leg"
            ),
            # The list of events, dump_events and pruning go by time of receipt.
            models.Index(fields=["received_at"], name="event_received_at"),
            # The few pending ones are looked for among millions.
            models.Index(fields=["derived_at"], name="event_derived_at"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_kind_display()}"
            f" {date_format(localtime(self.received_at), 'DATETIME_FORMAT')}"
        )

    @property
    def is_pending(self) -> bool:
        """Whether it is newer than what is derived of a call, and not late."""
        return self.derived_at is None and self.derivation_error != self.LATE
