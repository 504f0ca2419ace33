"""What a reader sees of the audio of a voicemail or a recording."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from callcenter.models import Recording, Voicemail
from reports.present import formats

Row = Recording | Voicemail
Reader = User | AnonymousUser | None

SCRIPT = "reports/player.js"
_NAMES = {Voicemail: "voicemail", Recording: "recording"}
_PLAY = {
    Voicemail: "callcenter.play_voicemail",
    Recording: "callcenter.play_recordings",
}
DELETE = "callcenter.delete_audio"


@dataclass(frozen=True, slots=True)
class Player:
    """A voicemail or recording as a line of a page.

    `src` is where its audio is, empty for whom it is not, and where there is none any
    more; `url` the page of the row, empty for those who may not see it.
    """

    title: str
    length: str
    url: str
    src: str
    # What has become of the audio; empty while it is there.
    gone: str

    @property
    def label(self) -> str:
        """What a reader of the screen hears of the player."""
        return f"{self.title} {self.length}"


def player_of(row: Row, reader: Reader, url: str = "") -> Player:
    """How a reader sees a row whose page is at `url`."""
    gone = what_became_of(row)
    return Player(
        title=capfirst(str(row._meta.verbose_name)),
        length=formats.duration(row.duration_seconds) or "—",
        url=url,
        src=audio_url(row) if may_play(row, reader) and not gone else "",
        gone=gone,
    )


def players(rows: Iterable[tuple[Row, str]], reader: Reader) -> list[Player]:
    """A player for each recording, given with the address of its page.

    A message has a row of its own beside that of its recording: it stands for both.
    """
    found: dict[str, Player] = {}
    for row, url in rows:
        if isinstance(row, Voicemail) or row.recording_sid not in found:
            found[row.recording_sid] = player_of(row, reader, url)
    return list(found.values())


def drawn(row: Row, reader: Reader) -> SafeString | None:
    """The player of a row on its own page; None for those who may not hear it."""
    sound = player_of(row, reader)
    if not (sound.src or sound.gone):
        return None
    return render_to_string("reports/sound/_player.html", {"sound": sound})


def may_play(row: Row, reader: Reader) -> bool:
    """Whether a reader may hear a row that this reader may see."""
    return may_play_all(type(row), reader)


def may_play_all(model: type[Row], reader: Reader) -> bool:
    """Whether a reader may hear the rows of a table."""
    return reader is not None and reader.has_perm(_PLAY[model])


def what_became_of(row: Row) -> str:
    """That the audio is deleted, or is to be; empty while it can be played."""
    if row.deleted_at:
        day = formats.day(timezone.localtime(row.deleted_at))
        return gettext("Deleted at Twilio on %(day)s.") % {"day": day}
    if row.deletion_asked_at:
        return gettext("It is being deleted at Twilio.")
    return ""


def audio_url(row: Row) -> str:
    """Where the audio of a row is heard."""
    return reverse(f"admin:{_NAMES[type(row)]}_audio", args=[row.pk])


def deletion_url(row: Row) -> str:
    """Where it is asked that the audio of a row be deleted."""
    return reverse(f"admin:{_NAMES[type(row)]}_deletion", args=[row.pk])
