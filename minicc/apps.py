"""The admin app with our site. It stands alone, so that it is the only default one."""

from django.contrib.admin.apps import AdminConfig


class MiniccAdminConfig(AdminConfig):
    """Django's admin with our site class."""

    default_site = "reports.site.MiniccAdminSite"
