"""What callers hear: texts and audio files, by moment and language."""

from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcenter.models.fields import valid_audio
from callcenter.models.lines import PhoneLine
from callcenter.models.menus import Menu, Message
from callcenter.models.queues import Queue
from callcenter.models.setup import Language, SetupModel

# In bytes. Twilio refuses a longer <Say> with error 13521 (docs/twilio.md 5.4). These
# are about 500 characters of Japanese.
LONGEST_TEXT_URL_ENCODED = 4500


class Prompt(SetupModel):
    """What callers hear at one moment in one language: text, an audio file or both."""

    class Purpose(models.TextChoices):
        """The moment at which it is heard."""

        MAIN = "main", _("the menu or message itself")
        GREETING = "greeting", _("greeting of a line")
        CLOSED = "closed", _("out of hours, at a line")
        WAITING = "waiting", _("entering a queue")
        CONNECTING = "connecting", _("an operator takes the call")
        RECORDED = "recorded", _("before a recorded conversation")
        VOICEMAIL = "voicemail", _("before a message is left")
        CALLBACK = "callback", _("after a call-back was asked for")

    twice = _("There is a text for this moment in this language: change that one.")

    purpose = models.CharField(
        _("moment"), max_length=20, choices=Purpose.choices, default=Purpose.MAIN
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, blank=False
    )
    menu = models.ForeignKey(
        Menu,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("menu"),
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("message"),
    )
    queue = models.ForeignKey(
        Queue,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("queue"),
    )
    line = models.ForeignKey(
        PhoneLine,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="prompts",
        verbose_name=_("line"),
    )
    text = models.TextField(_("text"), blank=True)
    audio_url = models.URLField(
        _("address of an audio file"),
        blank=True,
        validators=[valid_audio],
        help_text=_(
            "MP3 or WAV on a web server, such as https://www.example.com/hello.mp3;"
            " heard before the text."
        ),
    )

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["purpose", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=[owner, "purpose", "language"], name=f"prompt_is_one_of_{owner}"
            )
            for owner in ("menu", "message", "queue", "line")
        ] + [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(audio_url=""),
                name="prompt_is_heard",
                violation_error_message=_("Give a text or an audio file."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.get_language_display()})"

    def clean(self) -> None:
        """Refuse a prompt without sound, and a text longer than Twilio reads."""
        if not self.text.strip() and not self.audio_url:
            raise ValidationError({"text": _("Give a text or an audio file.")})
        if len(quote(self.text)) > LONGEST_TEXT_URL_ENCODED:
            raise ValidationError(
                {
                    "text": _(
                        "Too long for one announcement: Twilio reads about 500"
                        " Japanese characters."
                    )
                }
            )
