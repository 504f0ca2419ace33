"""The addresses of the operator's desk."""

from django.urls import path

from reports.desk import views

app_name = "desk"

urlpatterns = [
    path("", views.page, name="page"),
    path("now/", views.now, name="now"),
    path("token/", views.token, name="token"),
    path("act/", views.act, name="act"),
    path("gone/", views.gone, name="gone"),
    path("number/", views.number, name="number"),
    path("wrap-up/", views.wrap_up, name="wrap-up"),
]
