"""The admin app with our site; alone here, or Django sees two default configs."""

from django.contrib.admin.apps import AdminConfig


class MiniccAdminConfig(AdminConfig):
    """The stock admin, served by our site class."""

    default_site = "reports.site.MiniccAdminSite"
