"""Which pages there are: all that the URL configuration names.

A new page is tested without further ado if its address takes no argument, or the
`object_id` of a table of the admin. Any other needs a line in EXAMPLES, or one in
LEFT_OUT with the reason.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reports.site import model_admins

# What an address with arguments is shown for: its name in the admin (or namespace:name
# elsewhere), and a query for the values of its arguments.
EXAMPLES: dict[str, str] = {
    "admin:app_list": "SELECT 'callcenter'",
    "admin:callcenter_call_sid": "SELECT MIN(sid) FROM callcenter_call",
    "admin:worklist_caller": "SELECT MIN(id) FROM callcenter_abandonedcall",
    "admin:prepared_file": "SELECT MIN(id) FROM reports_exportjob",
    "admin:scheduled_report": "SELECT MIN(id) FROM reports_scheduledreport",
    "admin:auth_user_password_change": "SELECT MIN(id) FROM auth_user",
}
SECOND_STEP = ["mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes"]
# Names, or whole folders, that are no pages, and why.
LEFT_OUT = {
    "twilio/": "for Twilio, which has no eyes",
    "demo/": "walked with a call in test_phone_browser.py",
    "desk/": "asks for ever, and belongs to an operator: reports/tests/desk",
    "wall/": "asks for its figures for ever: the wall screen in test_pages.py",
    "i18n/": "takes a choice, and shows nothing",
    "healthz": "for machines",
    "ready": "for machines",
    "metrics": "for machines",
    "admin:language": "takes a choice, and shows nothing",
    "admin:logout": "ends the walk; shown last",
    "admin:jsi18n": "a script",
    "account_logout": "ends a log-in half done",
    "mfa_download_recovery_codes": "a file",
    "mfa_deactivate_totp": "there only with a second step: SECOND_STEP",
    "mfa_view_recovery_codes": "there only with a second step: SECOND_STEP",
    "admin:worklist_export": "a file",
    "admin:report_export": "a file",
    "admin:report_views": "takes what is to be saved, and shows nothing",
    "admin:daily_report_file": "a file",
    "admin:prepared_file_download": "a file",
    "admin:voicemail_audio": "a file",
    "admin:recording_audio": "a file",
    "admin:voicemail_deletion": "takes a wish, and shows nothing",
    "admin:recording_deletion": "takes a wish, and shows nothing",
    "admin:autocomplete": "for scripts",
    "admin:view_on_site": "leads elsewhere",
}


def addresses(database: Path) -> list[str]:
    """The address of every page, with the rows of a database where one is needed."""
    refused = set(_refused())
    known = {
        f"admin:{each.opts.app_label}_{each.opts.model_name}": each.opts.db_table
        for each in model_admins(admin.site)
    }
    found = []
    for name, arguments in _named(get_resolver().url_patterns):
        if name in refused:
            continue
        query = EXAMPLES.get(name, "")
        table = known.get(name.rpartition("_")[0])
        if arguments == ["object_id"] and table and not query:
            # Django's own pages of one row, and those of ours that are like them.
            query = f"SELECT MIN(id) FROM {table}"  # noqa: S608 -- a table of ours
        assert query or not arguments, (
            f"{name} takes {arguments}: give an example in EXAMPLES, or a reason in"
            " LEFT_OUT"
        )
        found.append(reverse(name, args=_values(database, name, query)))
    return sorted(set(found))


@contextmanager
def second_step(database: Path) -> Iterator[list[str]]:
    """The pages of one's second step, while the only account has one."""
    steps = [
        ("totp", {"secret": "JBSWY3DPEHPK3PXP"}),
        ("recovery_codes", {"seed": "0123456789abcdef", "used_mask": 0}),
    ]
    with closing(sqlite3.connect(database)) as connection:
        connection.executemany(
            "INSERT INTO mfa_authenticator (type, data, user_id, created_at)"
            " SELECT ?, ?, MIN(id), date_joined FROM auth_user",
            [(kind, json.dumps(data)) for kind, data in steps],
        )
        connection.commit()
        yield [reverse(name) for name in SECOND_STEP]
        connection.execute("DELETE FROM mfa_authenticator")
        connection.commit()


def _refused() -> Iterator[str]:
    """What is no page to look at: history is neither added to nor deleted from.

    Lists are files, too, and an import is confirmed by a POST.
    """
    request = HttpRequest()
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    for model_admin in model_admins(admin.site):
        name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"
        yield from (f"{name}_export", f"{name}_process_import")
        if not model_admin.has_add_permission(request):
            yield f"{name}_add"
        if not model_admin.has_delete_permission(request):
            yield f"{name}_delete"


def _values(database: Path, name: str, query: str) -> list[str]:
    if not query:
        return []
    with closing(sqlite3.connect(database)) as connection:
        values = list(connection.execute(query).fetchone() or [None])
    assert None not in values, f"no row for {name}: make one in fill.py"
    return values


def _named(
    patterns: list[URLPattern | URLResolver], namespace: str = "", folder: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """The names of all addresses that are pages, with the arguments they take."""
    for pattern in patterns:
        route = folder + str(pattern.pattern)
        if route in LEFT_OUT:
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from _named(pattern.url_patterns, inner, route)
        elif pattern.name and namespace + pattern.name not in LEFT_OUT:
            arguments = list(pattern.pattern.regex.groupindex)
            if not arguments and pattern.pattern.regex.groups:
                arguments = ["unnamed"]
            yield namespace + pattern.name, arguments
