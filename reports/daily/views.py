"""The addresses of the daily report: its page and its sheet."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, path

from reports.daily import page, sheet


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the daily report, below those of the admin site."""
    return [
        path(
            "reports/daily/",
            site.admin_view(partial(page.show, site)),
            name="daily_report",
        ),
        path(
            "reports/daily/file/",
            site.admin_view(sheet.export),
            name="daily_report_file",
        ),
    ]
