"""Twilio that posts prepared requests to the demo installation."""

from functools import partial

import pytest

from callcenter.demo.setup.installation import install
from callcenter.tests.roads.posts import post


@pytest.fixture(autouse=True)
def _demo(settings):
    """The operators of the demo can sign in."""
    settings.DEMO = True


@pytest.fixture
def send(twilio):
    """Posts a request, signed, and takes the time."""
    install()
    return partial(post, twilio)
