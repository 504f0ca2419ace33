"""A process that hangs ends by itself, whatever it hangs in."""

import subprocess
import sys
import time

import pytest

from callcenter.webhooks import under_way
from conftest import ENVIRONMENT
from minicc.settings import BASE_DIR

START = """
import sys, time
sys.path.insert(0, {root!r})
from minicc import watchdog
watchdog.STANDSTILL_SECONDS = 1
watchdog.LONGEST_ANSWER_SECONDS = 1
watchdog._WOUND_EVERY_SECONDS = 0.2
watchdog.start()
time.sleep(2)
print("alive", flush=True)
"""
# Keeps the interpreter to itself for ever, as no Python code can.
REGEX = "import re; re.match('((a+)+)+!', 'a' * 60)"
ANSWER = """
from callcenter.webhooks import under_way
with under_way.answering():
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("hangs", "said"),
    [(REGEX, "Timeout"), (ANSWER, "an answer to Twilio hangs")],
    ids=["a regular expression", "an answer"],
)
def test_process_that_hangs_says_where_and_ends(hangs, said):
    begun = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", START.format(root=str(BASE_DIR)) + hangs],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=50,
    )

    assert done.stdout == "alive\n"
    assert done.returncode == 1
    assert said in done.stderr
    assert 'File "<string>"' in done.stderr  # where it hung
    assert time.monotonic() - begun < 40


def test_how_long_answers_have_been_under_way():
    assert under_way.longest() == 0
    with under_way.answering():
        time.sleep(0.01)
        assert under_way.longest() >= 0.01
    assert under_way.longest() == 0
