"""The app that hears Twilio and writes history."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallcenterConfig(AppConfig):
    """Webhooks, the call flow, the journal and the history told from it."""

    name = "callcenter"
    verbose_name = _("Call center")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from callcenter import checks  # noqa: F401, PLC0415 -- registers the checks
