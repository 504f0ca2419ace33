"""Filters of reports that people keep under a name."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# So many may one account keep.
MOST_VIEWS = 100


def keep_shared(collector: Any, field: Any, views: Any, using: str) -> None:
    """What happens to the views of a deleted account: only the shared ones stay.

    One of the choices for `on_delete`, as Django's CASCADE and SET_NULL are.
    """
    models.SET_NULL(collector, field, views.filter(is_shared=True), using)
    models.CASCADE(collector, field, views.filter(is_shared=False), using)


class SavedView(models.Model):
    """One report with a filter, kept under a name by somebody, for all if shared."""

    # The slug of the report.
    report = models.CharField(_("report"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    # The query of the report's address, such as "period=last-week&queue=sales".
    query = models.TextField(_("filter"))
    is_shared = models.BooleanField(_("shared with all"), default=False)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        keep_shared,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    # Kept when the account is deleted.
    username = models.CharField(_("log-in name"), max_length=150)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        # Everybody may keep views of the reports they may see.
        default_permissions = ()
        permissions = [
            ("share_savedview", _("Can share saved views and delete shared ones"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "report", "name"], name="view_name_once_a_user"
            )
        ]

    def __str__(self) -> str:
        return self.name
