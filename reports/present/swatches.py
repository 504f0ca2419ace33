"""How outcomes, states and lines look on a page. No database.

The colours and patterns are those of static/reports/parts/outcomes.css; whoever draws
an outcome, in a list, a page or a chart, takes its class from here.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django_stubs_ext import StrOrPromise

from callcenter.numbers import phone_number

# The outcomes of the balance, always in this order.
ORDER = (
    "answered",
    "overflowed",
    "abandoned",
    "short_abandoned",
    "waiting",
    "unknown",
    "blocked",
    "failed",
)
# States of the work on callers who gave up.
_BADGES = {
    "open": "open",
    "in_progress": "progress",
    "reached": "done",
    "recovered": "done",
}


def fill(outcome: str) -> str:
    """The CSS class that fills a shape in the manner of an outcome."""
    return f"oc-{outcome}" if outcome in ORDER else "oc-none"


def swatch(outcome: str) -> SafeString:
    """A small square in the manner of an outcome; says nothing to screen readers."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        '<rect class="{}" width="10" height="10" rx="1.5" /></svg>',
        fill(outcome),
    )


def outcome(value: str, label: StrOrPromise) -> SafeString:
    """An outcome as swatch and word; empty where there is none yet."""
    if not value:
        return SafeString("")
    return format_html(
        '<span class="outcome">{}{}</span>', swatch(value), capfirst(label)
    )


def line(number: str, name: StrOrPromise) -> SafeString:
    """A line of ours by its name, and its number where there is room for it."""
    return format_html(
        '{} <span class="quiet line-number">{}</span>', name, phone_number(number)
    )


def badge(state: str, label: StrOrPromise) -> SafeString:
    """A state of the work on a caller, as a word on its ground."""
    kind = _BADGES.get(state)
    return format_html(
        '<span class="badge{}">{}</span>',
        f" badge-{kind}" if kind else "",
        capfirst(label),
    )
