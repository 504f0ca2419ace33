"""Wall screens in the admin: each has a secret address, said once."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcenter import access_log
from reports.admin.listing import ListAdmin
from reports.models import WallScreen

_FIELDS = ["name", "language", "queues", "expires_on", "is_active"]
LASTS = timedelta(days=365)
LONGEST = timedelta(days=3 * 366)


class WallScreenForm(forms.ModelForm[WallScreen]):
    """A screen, with a tick for a new address."""

    renews = forms.BooleanField(
        label=_("make a new address"),
        required=False,
        help_text=_("The old one then shows nothing more."),
    )

    def clean_expires_on(self) -> date:
        """Refuses what ends before today, and an address that is good for ever."""
        day: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today <= day <= today + LONGEST:
            raise ValidationError(_("Choose a day within the next three years."))
        return day


@admin.register(WallScreen)
class WallScreenAdmin(ListAdmin[WallScreen]):
    """Screens that show the figures of the moment to whoever knows their address."""

    form = WallScreenForm
    list_display = ["name", "language", "is_active", "expires_on", "seen_at"]
    # The admin's own pair of boxes is not accessible, and queues are few.
    formfield_overrides = {
        ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    actions = None

    def get_fields(self, request: HttpRequest, obj: WallScreen | None = None) -> Any:
        """A new screen gets an address anyway."""
        return [*_FIELDS, "renews"] if obj else _FIELDS

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        lasts = {"expires_on": timezone.localdate() + LASTS}
        return {**lasts, **super().get_changeform_initial_data(request)}

    def save_model(
        self,
        request: HttpRequest,
        obj: WallScreen,
        form: forms.BaseModelForm[WallScreen],
        change: bool,
    ) -> None:
        """Gives the screen its address, which is shown on the next page alone."""
        token = ""
        if not change or form.cleaned_data.get("renews"):
            token = obj.renew()
        if not change and request.user.is_authenticated:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        if token:
            made = access_log.Kind.WALL_ADDRESS
            access_log.note(made, request, user=request.user, subject=obj.name)
            url = request.build_absolute_uri(reverse("wall:page", args=[token]))
            said = gettext(
                "Open this address on the screen, and keep it: it is not shown again."
                " Whoever has it sees the figures without a log-in."
            )
            messages.success(
                request, format_html('{} <a href="{}">{}</a>', said, url, url)
            )
