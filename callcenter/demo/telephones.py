"""The telephones in the browser: their URLs, and the numbers, operators and addresses
they are given. Mounted by `minicc.urls` where DEMO is on."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from callcenter.desk import tokens
from callcenter.flow import links
from callcenter.models import MenuOption, Operator, PhoneLine, Queue
from callcenter.models.pins import DEMO_PIN
from callcenter.numbers import phone_number, typed_number
from callcenter.standin.phone import desk_line, pages
from callcenter.standin.phone.pages import Offer, Telephone

# Of the range that the recorded sample calls come from: nobody's.
CALLER = "+815000000301"
KEYS = "0123456789*#"


def offer() -> Offer:
    """The numbers of the setup, as they are now."""
    lines = list(PhoneLine.objects.order_by("-is_default", "number"))
    operators = Operator.objects.filter(is_active=True, number__isnull=False)
    operators = operators.prefetch_related("queues")
    suggested, key = _suggestion(lines[0], operators) if lines else (None, "")
    return Offer(
        lines=[_telephone(line.number, line.name) for line in lines],
        operators=[_operator(who) for who in operators],
        # Else an operator who is there first would ask for a queue that is not.
        queues=dict(Queue.objects.values_list("slug", "name")),
        voice_url=links.incoming(),
        fallback_url=links.fallback(),
        status_callback=links.status(),
        caller=phone_number(CALLER),
        pin=DEMO_PIN,
        suggested=_operator(suggested) if suggested else None,
        suggested_key=key,
        history_url=reverse("admin:callcenter_call_changelist"),
        site=settings.PUBLIC_BASE_URL,
        missing=_missing(),
    )


def _suggestion(
    line: PhoneLine, operators: Iterable[Operator]
) -> tuple[Operator | None, str]:
    """An operator who gets callers of a line, and the first key that leads there.

    Of several one with few queues, so that no others come first; of these the oldest.
    """
    serving: dict[int, Operator] = {}
    for who in sorted(operators, key=lambda one: (len(one.queues.all()), one.pk)):
        for queue in who.queues.all():
            serving.setdefault(queue.pk, who)
    options = MenuOption.objects.filter(
        menu=line.menu_id, action=MenuOption.Action.QUEUE
    ).order_by("input")
    for option in options:
        if option.input in KEYS and option.queue_id in serving:
            return serving[option.queue_id], option.input
    # Who presses nothing waits in the queue of the line.
    return serving.get(line.queue_id), ""


def _missing() -> str:
    lacks = [
        name
        for name in ("PUBLIC_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
        if not getattr(settings, name)
    ]
    if lacks:
        return gettext("No call is possible before this is set: %s.") % ", ".join(lacks)
    if not PhoneLine.objects.exists():
        return gettext("There is no line to call yet.")
    return ""


def _operator(who: Operator) -> Telephone:
    serves = ", ".join(queue.name for queue in who.queues.all())
    return _telephone(who.number or "", who.name, serves)


def _telephone(number: str, name: str, serves: str = "") -> Telephone:
    return Telephone(number, phone_number(number), name, serves)


def _app() -> desk_line.App | None:
    """The App of operators in the browser; None if the settings have a part of one."""
    try:
        key = tokens.key()
    except tokens.NotSetUp:
        return None
    return desk_line.App(key.app_sid, key.secret, links.client())


app_name = "demo"
urlpatterns = [
    *pages.paths(offer, phone_number, typed_number),
    # In place of Twilio, for operators in the browser.
    *desk_line.paths(offer, _app, phone_number),
]
