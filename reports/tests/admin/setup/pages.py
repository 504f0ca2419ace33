"""The addresses of the pages of a row of the setup."""

from django.db.models import Model
from django.urls import reverse


def page(row: Model) -> str:
    """Where a row is changed."""
    return reverse(f"admin:callcenter_{row._meta.model_name}_change", args=[row.pk])


def delete_page(row: Model) -> str:
    """Where a row is deleted."""
    return reverse(f"admin:callcenter_{row._meta.model_name}_delete", args=[row.pk])


def add_page(name: str) -> str:
    """Where a row is added, by the name of its model."""
    return reverse(f"admin:callcenter_{name}_add")
