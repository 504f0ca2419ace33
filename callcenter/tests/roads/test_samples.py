"""The recorded calls, loaded from files, give their history."""

import random
from pathlib import Path

import pytest

from callcenter.demo.setup.installation import install
from callcenter.models import Call, WebhookEvent
from callcenter.tests.history_rows import history_rows
from callcenter.tests.samples import NAMES, assert_history, file_of
from callcenter.upkeep.intake import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installation():
    install()


@pytest.mark.parametrize("name", NAMES)
def test_recorded_call_gives_its_history(name):
    load(file_of(name))

    assert_history(name)


@pytest.mark.parametrize("name", NAMES)
def test_loading_again_adds_nothing(name):
    load(file_of(name))
    once = history_rows()

    again = load(file_of(name))

    assert again.kept == 0
    assert again.derived == 0
    assert history_rows() == once


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_order_and_repetition_change_no_row(name, seed, tmp_path: Path):
    load(file_of(name))
    plain = history_rows()
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()
    lines = file_of(name).read_bytes().splitlines()
    chance = random.Random(f"{name}{seed}")
    lines += [line for line in lines if chance.random() < 0.5]
    chance.shuffle(lines)
    shuffled = tmp_path / "shuffled.jsonl"
    shuffled.write_bytes(b"\n".join(lines))

    load(shuffled)

    assert history_rows() == plain
