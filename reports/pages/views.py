"""The addresses of the reports: their pages and their files."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, path, re_path

from reports.definitions import REPORTS
from reports.pages import report_file, report_page, saved_views, views_page

# Not any name: the admin's own pages of our tables begin with reports/ too.
_SLUGS = "|".join(report.slug for report in REPORTS)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the reports, below those of the admin site."""
    return [
        *(
            path(
                f"reports/{report.slug}/",
                site.admin_view(partial(report_page.show, site, report)),
                name=f"report_{report.slug}",
            )
            for report in REPORTS
        ),
        re_path(
            rf"^reports/(?P<slug>{_SLUGS})/export/(?P<code>[a-z0-9-]+)/$",
            site.admin_view(report_file.export),
            name="report_export",
        ),
        re_path(
            rf"^reports/(?P<slug>{_SLUGS})/views/$",
            site.admin_view(saved_views.save),
            name="report_views",
        ),
        path(
            "reports/views/",
            site.admin_view(partial(views_page.show, site)),
            name="saved_views",
        ),
    ]
