"""The page on which people change their own password, and what it leaves behind."""

from typing import Any

from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.admin.models import CHANGE
from django.contrib.auth import authenticate
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

from reports.admin.setup import changes


class OwnPasswordForm(AdminPasswordChangeForm):
    """The old password, and the new one twice.

    Wrong old ones count as failed log-ins do: they are recorded, and after a few of
    them the account is locked for a while.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        """Refuse a wrong one. Raises ValidationError."""
        old: str = self.cleaned_data["old_password"]
        name = self.user.get_username()
        if authenticate(self._request, username=name, password=old) is None:
            raise ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return old


class OwnPasswordView(PasswordChangeView):
    """The page in the admin's frame; that a password was changed is logged."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"request": self.request, **super().get_form_kwargs()}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        field = str(form.user._meta.get_field("password").verbose_name)
        changes.log(self.request, form.user, CHANGE, [{"field": field}])
        return response
