"""The app of the people's side."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """The admin, the reports and their exports."""

    name = "reports"
    verbose_name = _("reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They connect signals.
        from reports.export import background  # noqa: F401, PLC0415
        from reports.login import recording  # noqa: F401, PLC0415
