"""What the server imports and mounts, with DEMO and without."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

SCRIPT = """
import sys
import minicc.wsgi
from django.urls import get_resolver

paths = [str(one.pattern) for one in get_resolver().url_patterns]
rooms = ("callcenter.demo", "callcenter.standin")
print("demo/" in paths, *sorted({room for room in rooms if room in sys.modules}))
"""


@pytest.mark.parametrize(
    ("demo", "said"),
    [("0", "False"), ("1", "True callcenter.demo callcenter.standin")],
)
def test_demo_and_stand_in_are_imported_and_mounted_only_with_demo(demo, said):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "DEMO": demo},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == said
