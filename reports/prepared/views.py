"""The addresses of prepared files, below those of the admin site."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, path

from reports.prepared import pages


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the list, of the progress of a file, and of the file."""
    return [
        path(
            "reports/exports/",
            site.admin_view(partial(pages.show_list, site)),
            name="prepared_files",
        ),
        path(
            "reports/exports/<int:pk>/",
            site.admin_view(partial(pages.show, site)),
            name="prepared_file",
        ),
        path(
            "reports/exports/<int:pk>/file/",
            site.admin_view(pages.fetch),
            name="prepared_file_download",
        ),
    ]
