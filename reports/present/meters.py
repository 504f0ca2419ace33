"""A service level beside its target, as a small picture. No database."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

# So many percentage points below its target a service level is only a warning.
NEARLY = 10


def state(level: float | None, target: int | None) -> str:
    """`ok`, `warn` or `bad`; empty without a target or without offered entries."""
    if level is None or target is None:
        return ""
    # repr gives 0.8, whose binary value is a little more.
    percent = Decimal(repr(level)) * 100
    if percent >= target:
        return "ok"
    return "warn" if percent >= target - NEARLY else "bad"


def meter(level: float | None, target: int | None) -> SafeString:
    """A bar as long as the level, with a tick at the target; empty without either."""
    if level is None or target is None:
        return SafeString("")
    said = gettext("target %(percent)s%%") % {"percent": target}
    return format_html(
        '<svg class="meter meter-{}" width="44" height="6" role="img" aria-label="{}">'
        '<rect class="ground" width="100%" height="6"/>'
        '<rect class="level" width="{}%" height="6"/>'
        '<rect class="tick" x="{}%" width="1.5" height="6"/></svg>',
        state(level, target),
        said,
        f"{100 * level:.1f}",
        target,
    )
