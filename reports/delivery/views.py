"""The addresses of scheduled reports, below those of the admin site."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, path

from reports.delivery import pages


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the list, of a new one, and of each."""
    return [
        path(
            "reports/scheduled/",
            site.admin_view(partial(pages.show_list, site)),
            name="scheduled_reports",
        ),
        path(
            "reports/scheduled/add/",
            site.admin_view(partial(pages.add, site)),
            name="scheduled_report_add",
        ),
        path(
            "reports/scheduled/<int:pk>/",
            site.admin_view(partial(pages.change, site)),
            name="scheduled_report",
        ),
    ]
