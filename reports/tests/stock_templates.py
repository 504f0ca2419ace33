"""Templates of Django and of libraries that ours replace, extend or stand in for."""

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import allauth
import import_export
from django.conf import settings
from django.contrib import admin, auth

OURS = Path(settings.BASE_DIR) / "templates"
# Ours that stand in for a stock template of another name.
UNDER_ANOTHER_NAME = {
    "admin/callcenter/setup_import.html": "admin/import_export/import.html",
    "admin/period_filter.html": "admin/filter.html",
}
STOCK = [
    Path(str(package.__file__)).parent / "templates"
    for package in (admin, auth, allauth, import_export)
]
# The distribution of a package, by the name it is imported under.
DISTRIBUTIONS = {
    "django": "Django",
    "allauth": "django-allauth",
    "import_export": "django-import-export",
}


def stock_path(name: str) -> Path | None:
    """The file that the template's name would mean without ours; None for our own."""
    return next((path for folder in STOCK if (path := folder / name).exists()), None)


def stock_templates() -> dict[str, set[str]]:
    """The names of stock templates, each with those of ours that depend on it."""
    found: dict[str, set[str]] = {}
    for path in OURS.rglob("*.html"):
        own = path.relative_to(OURS).as_posix()
        extended = re.findall(r'{% extends "([^"]+)" %}', path.read_text())
        for name in {own, *extended, UNDER_ANOTHER_NAME.get(own, own)}:
            if stock_path(name):
                found.setdefault(name, set()).add(own)
    return found


def release_of(path: Path) -> str:
    """The distribution a file belongs to and its series, such as "Django 5.2"."""
    package = next(part for part in reversed(path.parts) if part in DISTRIBUTIONS)
    name = DISTRIBUTIONS[package]
    return f"{name} {'.'.join(version(name).split('.')[:2])}"


def fingerprint(path: Path) -> str:
    """Sixteen digits that change with the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
