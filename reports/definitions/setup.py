"""Lists of the setup whose files are not made to be imported again."""

from django.utils.translation import gettext_lazy as _

from callcenter.models import Menu, Message, PhoneLine, Queue
from reports.definitions import columns
from reports.query.table import Column, ListTable


class PhoneLines(ListTable):
    """One row per line."""

    slug = "phone-lines"
    model = PhoneLine
    columns = [
        *columns.of_fields(PhoneLine, "name", "number", "is_default"),
        Column("menu", _("menu"), paths=("menu__name",)),
        Column("queue", _("queue"), paths=("queue__name",)),
        *columns.of_fields(PhoneLine, "language", "fallback_number"),
    ]


class Queues(ListTable):
    """One row per queue."""

    slug = "queues"
    model = Queue
    columns = columns.of_fields(
        Queue,
        *("name", "slug", "is_active", "priority", "max_wait_seconds"),
        *("wrapup_seconds", "leaves_when_unstaffed", "twilio_sid"),
    )


class Menus(ListTable):
    """One row per menu."""

    slug = "menus"
    model = Menu
    columns = columns.of_fields(Menu, "name", "slug", "timeout_seconds", "tries")


class Messages(ListTable):
    """One row per message."""

    slug = "messages"
    model = Message
    columns = columns.of_fields(Message, "name", "slug")
