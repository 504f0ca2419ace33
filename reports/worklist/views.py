"""The addresses of the work list: the list, its files, and one caller."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from reports.worklist import caller_page, list_page


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The paths of the work list, below those of the admin site."""

    def work_list(request: HttpRequest) -> HttpResponse:
        return list_page.show(site, request)

    def caller(request: HttpRequest, pk: int) -> HttpResponse:
        return caller_page.show(site, request, pk)

    wrap = site.admin_view
    return [
        path("worklist/", wrap(work_list), name="worklist"),
        path("worklist/<int:pk>/", wrap(caller), name="worklist_caller"),
        path(
            "worklist/export/<slug:code>/",
            wrap(list_page.export),
            name="worklist_export",
        ),
    ]
