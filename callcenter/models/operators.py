"""The people who take calls, the queues they serve, and codes for wrapping up."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import (
    valid_identity,
    valid_keypad_digits,
    valid_number,
)
from callcenter.models.lines import PhoneLine
from callcenter.models.queues import Queue
from callcenter.models.setup import SetupModel


class Operator(SetupModel):
    """One person who takes calls, by telephone or in the browser."""

    name = models.CharField(_("name"), max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="operator",
        verbose_name=_("user"),
    )
    number = models.CharField(
        _("telephone number"),
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        validators=[valid_number],
    )
    client_identity = models.CharField(
        _("browser identity"),
        max_length=121,
        null=True,
        blank=True,
        unique=True,
        validators=[valid_identity],
    )
    is_active = models.BooleanField(_("active"), default=True)
    queues = models.ManyToManyField(
        Queue,
        through="OperatorQueue",
        related_name="operators",
        verbose_name=_("queues"),
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(client_identity__isnull=False),
                name="operator_can_be_recognised",
                violation_error_message=_(
                    "Give a telephone number or a browser identity."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse the number of a line, and an identity that differs only in case."""
        self.number = self.number or None
        self.client_identity = self.client_identity or None
        self._check_identity()
        line = PhoneLine.objects.filter(number=self.number).first()
        if line:
            raise ValidationError(
                {
                    "number": _(
                        "This is the number of the line %(line)s. Whoever calls from an"
                        " operator’s number is taken for the operator."
                    )
                    % {"line": line.name}
                }
            )

    def _check_identity(self) -> None:
        """Twilio tells `AGENT_01` from `agent_01`, people do not.

        Raises ValidationError.
        """
        if not self.client_identity:
            return
        alike = Operator.objects.filter(client_identity__iexact=self.client_identity)
        other = alike.exclude(pk=self.pk).first()
        # One that is equal is refused as every unique field is.
        if other and other.client_identity != self.client_identity:
            said = _("It differs only in case from the identity of %(operator)s.")
            raise ValidationError({"client_identity": said % {"operator": other.name}})

    @property
    def has_pin(self) -> bool:
        """Whether signing in by telephone needs a PIN (`models.pins.OperatorPin`)."""
        return hasattr(self, "pin")


class OperatorQueue(SetupModel):
    """One operator's assignment to one queue."""

    twice = _("The operator serves this queue already.")

    operator = models.ForeignKey(
        Operator, models.CASCADE, verbose_name=_("operator"), related_name="serves"
    )
    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"))

    class Meta:
        verbose_name = _("queue of an operator")
        verbose_name_plural = _("queues of an operator")
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "queue"], name="operator_serves_a_queue_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator}: {self.queue}"

    @classmethod
    def replace(cls, queues: Mapping[Operator, Sequence[Queue]]) -> None:
        """Let each operator serve these queues and no other."""
        wanted = {
            (operator.pk, queue.pk)
            for operator, served in queues.items()
            for queue in served
        }
        with transaction.atomic():
            known = cls.objects.filter(operator__in=queues)
            kept = {(row.operator_id, row.queue_id): row.pk for row in known}
            gone = [pk for pair, pk in kept.items() if pair not in wanted]
            cls.objects.filter(pk__in=gone).delete()
            cls.objects.bulk_create(
                cls(operator_id=operator, queue_id=queue)
                for operator, queue in sorted(wanted - kept.keys())
            )


class WrapUpCode(SetupModel):
    """One code with which operators say what a conversation was about."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    digits = models.CharField(
        _("digits on the telephone"),
        max_length=3,
        null=True,
        blank=True,
        unique=True,
        validators=[valid_keypad_digits],
        help_text=_(
            "After a conversation operators on the telephone press the star key, these"
            " one to three digits, and the hash key."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("wrap-up code")
        verbose_name_plural = _("wrap-up codes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep no digits as none, of which there may be many."""
        self.digits = self.digits or None
