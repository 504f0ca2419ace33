"""All URLs of the project."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from callcenter.health import views as health

handler500 = "minicc.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("twilio/", include("callcenter.webhooks.urls")),
    # Before the admin's own log-in page, which has no two-factor authentication.
    path("admin/", include("reports.login.urls")),
    path("admin/", admin.site.urls),
    path("wall/", include("reports.wall.urls")),
    path("desk/", include("reports.desk.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
# By name: without DEMO neither the demo nor the stand-in for Twilio is imported.
if settings.DEMO:
    urlpatterns.append(path("demo/", include("callcenter.demo.telephones")))
