"""The admin site's class: its title, its languages and its order."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class MiniccAdminSite(admin.AdminSite):
    """The stock admin under our name."""

    site_title = "MiniCC"
    site_header = "MiniCC"
    index_title = _("Call center")
