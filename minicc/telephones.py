"""What the telephones in the browser are told: our numbers, operators and addresses."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from callcenter.demo.installation import PIN
from callcenter.flow import links
from callcenter.models import Operator, PhoneLine, Queue
from callcenter.standin.pages import Offer, Telephone
from reports.formats import phone_number

# Of the range that the recorded sample calls come from: nobody's.
CALLER = "+815000000301"


def offer() -> Offer:
    """The numbers of the setup, as they are now."""
    lines = PhoneLine.objects.order_by("-is_default", "number")
    operators = Operator.objects.filter(is_active=True, number__isnull=False)
    operators = operators.prefetch_related("queues")
    return Offer(
        lines=[_telephone(line.number, line.name) for line in lines],
        operators=[
            _telephone(
                who.number or "",
                who.name,
                serves=", ".join(queue.name for queue in who.queues.all()),
            )
            for who in operators
        ],
        # Else an operator who is there first would ask for a queue that is not.
        queues=list(Queue.objects.values_list("slug", flat=True)),
        voice_url=links.incoming(),
        fallback_url=links.fallback(),
        status_callback=links.status(),
        caller=CALLER,
        pin=PIN,
        history_url=reverse("admin:callcenter_call_changelist"),
        site=settings.PUBLIC_BASE_URL,
        missing=_missing(),
    )


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


def _telephone(number: str, name: str, serves: str = "") -> Telephone:
    return Telephone(number, phone_number(number), name, serves)
