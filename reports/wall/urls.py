"""The addresses of wall screens; the token is the key."""

from django.urls import path

from reports.wall import views

app_name = "wall"

urlpatterns = [
    path("<str:token>/", views.page, name="page"),
    path("<str:token>/figures/", views.figures, name="figures"),
]
