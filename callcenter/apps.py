"""The app that answers Twilio and keeps the history of calls."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from callcenter.galera import know_a_node
from callcenter.sqlite_files import make_files_private


class CallcenterConfig(AppConfig):
    """Webhooks, the call flow, the stored events and the history derived from them."""

    name = "callcenter"
    verbose_name = _("Call center")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from callcenter import (  # noqa: F401, PLC0415 -- registers the checks
            checks,
            security_checks,
        )

        connection_created.connect(make_files_private)
        connection_created.connect(know_a_node)
