"""The site as it is with DEMO; the tests' own is without."""

from django.urls import include, path

from minicc import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("callcenter.demo.telephones"))]
