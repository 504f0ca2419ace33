"""The README: its example works, and its tables name every command and target."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command, get_commands

from callcenter.models import AbandonedCall, Call
from minicc.settings import BASE_DIR

README = (BASE_DIR / "README.md").read_text(encoding="utf-8")


@pytest.mark.django_db(transaction=True)
def test_the_example_call_is_answered_and_derived(live_server, settings):
    call_command("demo", config_only=True)
    settings.PUBLIC_BASE_URL = live_server.url
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    done = subprocess.run(
        [sys.executable, "-c", example],
        env=os.environ | {"PUBLIC_BASE_URL": live_server.url},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    # Each request prints its path, the status and the document.
    assert done.stdout.splitlines()[1::3] == ["200", "200", "200", "200", "204"]
    assert "<Gather" in done.stdout
    assert "<Enqueue" in done.stdout
    call = Call.objects.get()
    assert (call.caller, call.duration_seconds) == ("+815000000301", 55)
    abandoned = AbandonedCall.objects.values_list(
        "entry__call__sid", "entry__wait_seconds"
    )
    assert list(abandoned) == [(call.sid, 40)]


def test_the_table_names_every_command():
    ours = {
        name
        for name, app in get_commands().items()
        if app in ("callcenter", "reports") and name != "first_run"
    }

    assert set(re.findall(r"^\| `manage\.py (\w+)", README, re.MULTILINE)) == ours


def test_the_table_names_every_make_target():
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)) - {"help"}

    assert set(re.findall(r"^\| `make (\w+)`", README, re.MULTILINE)) == targets
