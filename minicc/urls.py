"""All URLs of the project."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from callcenter.demo.telephones import offer
from callcenter.health import healthz
from callcenter.numbers import phone_number
from callcenter.standin.phone import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("twilio/", include("callcenter.webhooks.urls")),
    # Before the admin's own log-in page, which has no two-factor authentication.
    path("admin/", include("reports.login.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("demo/", include((pages.paths(offer, phone_number), "demo"))),
    path("healthz", healthz, name="healthz"),
]
