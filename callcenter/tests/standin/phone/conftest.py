"""What tests of the telephone pages share."""

import pytest

from callcenter.standin.phone import pages
from callcenter.tests.standin.phone.fake_switchboard import FakeSwitchboard


@pytest.fixture
def switchboard(monkeypatch):
    """What stands where the switchboard would be asked."""
    fake = FakeSwitchboard()
    monkeypatch.setattr(pages, "switchboard", lambda: fake)
    return fake
