"""Menus that ask callers for a key, where each key leads, and messages."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import check_dialled, valid_number
from callcenter.models.queues import Queue
from callcenter.models.setup import Language, SetupModel


class Message(SetupModel):
    """One announcement after which the call ends."""

    slug = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Menu(SetupModel):
    """One question to the caller, answered with a key of the telephone."""

    slug = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    timeout_seconds = models.PositiveSmallIntegerField(
        _("wait for a key"),
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("Seconds without a key until the menu goes on by itself."),
    )
    tries = models.PositiveSmallIntegerField(
        _("tries"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("After so many wrong keys the caller goes to the line's queue."),
    )

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MenuOption(SetupModel):
    """Where one input of a menu leads: a key, silence or a wrong key."""

    class Input(models.TextChoices):
        """What the caller did. Silence without an option leads to the line's queue."""

        KEY_1 = "1", "1"
        KEY_2 = "2", "2"
        KEY_3 = "3", "3"
        KEY_4 = "4", "4"
        KEY_5 = "5", "5"
        KEY_6 = "6", "6"
        KEY_7 = "7", "7"
        KEY_8 = "8", "8"
        KEY_9 = "9", "9"
        KEY_0 = "0", "0"
        STAR = "*", "*"
        HASH = "#", "#"
        SILENCE = "silence", _("no key")
        WRONG = "wrong", _("any other key")

    class Action(models.TextChoices):
        """What the input leads to."""

        QUEUE = "queue", _("queue")
        MENU = "menu", _("menu")
        MESSAGE = "message", _("message")
        VOICEMAIL = "voicemail", _("voicemail of a queue")
        NUMBER = "number", _("telephone number")
        END = "end", _("end of the call")

    twice = _("This input leads somewhere already: one input, one way.")

    menu = models.ForeignKey(
        Menu, models.CASCADE, related_name="options", verbose_name=_("menu")
    )
    input = models.CharField(_("input"), max_length=10, choices=Input.choices)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    queue = models.ForeignKey(
        Queue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("queue"),
    )
    next_menu = models.ForeignKey(
        Menu,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next menu"),
    )
    message = models.ForeignKey(
        Message,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
    )
    number = models.CharField(
        _("telephone number"), max_length=16, blank=True, validators=[valid_number]
    )
    language = models.CharField(
        _("language from here on"), max_length=2, choices=Language.choices, blank=True
    )

    class Meta:
        verbose_name = _("menu option")
        verbose_name_plural = _("menu options")
        ordering = ["menu", "input"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "input"], name="option_is_one_input_of_a_menu"
            ),
            models.CheckConstraint(
                condition=Q(action__in=("queue", "voicemail"), queue__isnull=False)
                | Q(action="menu", next_menu__isnull=False)
                | Q(action="message", message__isnull=False)
                | (Q(action="number") & ~Q(number=""))
                | Q(action="end"),
                name="option_names_where_it_leads",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menu}: {self.get_input_display()}"

    def clean(self) -> None:
        """Refuse an option that does not name where its action leads."""
        field = TARGETS.get(self.action)
        if field and not getattr(self, field):
            raise ValidationError({field: _("Choose where this option leads.")})
        if self.action == self.Action.NUMBER:
            check_dialled(self.number, "number")


# The field that says where an action leads, by the action.
TARGETS: dict[str, str] = {
    MenuOption.Action.QUEUE: "queue",
    MenuOption.Action.MENU: "next_menu",
    MenuOption.Action.MESSAGE: "message",
    MenuOption.Action.VOICEMAIL: "queue",
    MenuOption.Action.NUMBER: "number",
}
