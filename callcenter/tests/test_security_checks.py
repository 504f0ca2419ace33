"""What would let somebody in is warned of at the start and by `check --deploy`."""

import pytest
from django.core.management import call_command

from callcenter import security_checks
from callcenter.models import Operator
from callcenter.models.pins import DEMO_PIN
from callcenter.tests.pins import with_pin


def ids(found) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("base", "proxies", "expected"),
    [
        ("https://cc.example.com", 0, ["callcenter.W005"]),
        ("https://cc.example.com", 1, []),
        ("http://127.0.0.1:8000", 0, []),
    ],
)
def test_https_without_a_proxy_that_is_counted(settings, base, proxies, expected):
    settings.PUBLIC_BASE_URL, settings.PROXY_COUNT = base, proxies

    assert ids(security_checks.behind_a_proxy(None)) == expected


def test_files_that_others_can_read_are_named(settings, tmp_path, monkeypatch):
    database, spool = tmp_path / "minicc.sqlite3", tmp_path / "spool"
    database.touch(0o644)
    spool.mkdir(0o755)
    settings.BASE_DIR, settings.SPOOL_DIR = tmp_path, spool
    served = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    monkeypatch.setitem(settings.DATABASES, "default", served)
    env = tmp_path / ".env"
    env.touch(0o640)

    (found,) = security_checks.private_files(None)
    assert str(database) in found.msg
    assert str(spool) in found.msg
    assert str(env) not in found.msg  # its group is that of the service

    database.chmod(0o600)
    spool.chmod(0o700)
    assert security_checks.private_files(None) == []
    env.chmod(0o644)
    (found,) = security_checks.private_files(None)
    assert str(env) in found.msg


@pytest.mark.django_db
def test_operators_of_the_demo_are_warned_of_until_they_are_removed(settings, capsys):
    def found():
        return ids(security_checks.operators_sign_in_safely(None, ["default"]))

    settings.DEMO = True
    call_command("demo", "--config-only")
    own = with_pin(Operator.objects.create(name="Mori", number="+81312345678"))
    assert found() == []

    settings.DEMO = False
    assert found() == ["callcenter.W007"]
    call_command("demo", "--remove")

    assert found() == []
    assert list(Operator.objects.all()) == [own]
    assert "Lines, menus, queues and past calls stay" in capsys.readouterr().out
    call_command("demo", "--remove")
    assert "There are no operators of the demo." in capsys.readouterr().out


@pytest.mark.django_db
def test_operator_on_the_telephone_without_a_pin_is_warned_of():
    Operator.objects.create(name="Mori", number="+81312345678")
    Operator.objects.create(name="Abe", client_identity="abe")
    Operator.objects.create(name="Off", number="+81312345679", is_active=False)

    (found,) = security_checks.operators_sign_in_safely(None, ["default"])

    assert found.id == "callcenter.W008"
    assert "without a PIN: Mori." in found.msg


@pytest.mark.django_db
def test_own_operator_with_the_pin_of_the_demo_is_warned_of():
    with_pin(Operator.objects.create(name="Mori", number="+81312345678"), DEMO_PIN)

    (found,) = security_checks.operators_sign_in_safely(None, ["default"])

    assert (found.id, "Mori" in found.msg) == ("callcenter.W007", True)
