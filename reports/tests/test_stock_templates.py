"""Stock templates are the ones that ours were compared with. No database.

Our templates replace some of Django's and allauth's and fill blocks of others. When a
new release changes one of them, the test below names it: compare it with ours, take
over what matters, and write the new fingerprint into data/stock_templates.json.
"""

import json
from pathlib import Path

from reports.tests.stock_templates import (
    fingerprint,
    release_of,
    stock_path,
    stock_templates,
)

KNOWN = json.loads(
    (Path(__file__).parent / "data" / "stock_templates.json").read_text()
)


def test_stock_templates_are_those_that_ours_were_compared_with():
    changed = []
    for name, ours in sorted(stock_templates().items()):
        path = stock_path(name)
        assert path is not None
        release, now = release_of(path), fingerprint(path)
        if KNOWN.get(release, {}).get(name) != now:
            changed.append(
                f"{release} has another {name}: compare {path} with templates/"
                f"{', templates/'.join(sorted(ours))}, then write {now}"
            )

    assert not changed, "\n".join(changed)


def test_stock_templates_that_nothing_depends_on_any_more_are_not_listed():
    names = stock_templates().keys()

    assert {name for known in KNOWN.values() for name in known} <= names


def test_templates_replaced_and_extended_are_both_found():
    found = stock_templates()

    assert "admin/index.html" in found["admin/index.html"]
    assert found["admin/base.html"] == {"admin/base_site.html"}
    assert "mfa/index.html" in found
    assert found["admin/import_export/import.html"] == {
        "admin/callcenter/setup_import.html"
    }
