"""Front-end files of others: served by name, never a whole package."""

import json

from django.contrib.staticfiles import finders

from minicc import front_end
from minicc.front_end import FILES, FrontEndFinder
from minicc.settings import BASE_DIR


def test_a_file_is_found_under_its_name_and_no_other_file_of_its_package():
    assert str(finders.find("vendor/echarts.js")).endswith("echarts.min.js")
    assert finders.find("vendor/echarts.js", find_all=True)
    assert finders.find("echarts/package.json") is None
    assert finders.find("vendor/../echarts/package.json") is None


def test_every_file_is_listed_with_its_place():
    found = {name: files.path(name) for name, files in FrontEndFinder().list(None)}

    assert found.keys() == FILES.keys()
    assert all(path.endswith(FILES[name]) for name, path in found.items())


def test_without_the_packages_nothing_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(front_end, "folder", lambda: tmp_path)

    finder = FrontEndFinder()

    assert finder.find("vendor/echarts.js") == []
    assert finder.find("vendor/echarts.js", find_all=True) == []
    assert list(finder.list(None)) == []
    assert finder.check() == []


def test_lock_file_names_no_registry_and_a_hash_of_each_package():
    lock = json.loads((BASE_DIR / "package-lock.json").read_text())

    packages = [one for name, one in lock["packages"].items() if name]
    assert packages
    assert all("resolved" not in one and one["integrity"] for one in packages)
