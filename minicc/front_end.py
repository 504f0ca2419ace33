"""The front-end files of others that we serve ourselves, as static files.

npm puts whole packages into node_modules (package.json); of these only the files named
here are served. Where npm could not be had, they are missing, and pages do without.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

# By the name under which a page asks for it.
FILES = {
    "vendor/echarts.js": "echarts/dist/echarts.min.js",
    "vendor/twilio.js": "@twilio/voice-sdk/dist/twilio.min.js",
}


def folder() -> Path:
    """Where npm installs the packages."""
    return Path(settings.BASE_DIR) / "node_modules"


# In a class with a method called list.
Messages = list[CheckMessage]


class Files(FileSystemStorage):
    """The files by the names under which pages ask for them."""

    def path(self, name: str) -> str:
        return str(folder() / FILES[name])


class FrontEndFinder(BaseFinder):
    """Finds these files for django.contrib.staticfiles, and for whitenoise."""

    def find(self, path: str, find_all: bool = False) -> Any:
        """The place of a file; a list of places with `find_all`, and without any."""
        known = FILES.get(path)
        place = folder() / known if known else None
        found = [str(place)] if place and place.is_file() else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Files]]:
        """The files that are there, each with what opens it."""
        storage = Files(location=folder())
        for name, known in FILES.items():
            if (folder() / known).is_file():
                yield name, storage

    def check(self, **kwargs: Any) -> Messages:
        """Nothing to complain of: the files may be missing."""
        return []
