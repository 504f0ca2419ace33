"""Any address of a list, for anybody: an answer below 500, and no number for those who
may not see one.
"""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.models import Call
from callcenter.tests.fuzz.effort import effort
from callcenter.tests.fuzz.tally import TALLY
from reports.definitions import REPORTS
from reports.present.links import report_url
from reports.rights import ADMINISTRATOR, OPERATOR, SUPERVISOR
from reports.site import model_admins
from reports.tests.admin import rows

pytestmark = pytest.mark.django_db

NUMBER = "+819012345678"
GROUPS = (OPERATOR, SUPERVISOR, ADMINISTRATOR)
MODELS = [each.model for each in model_admins(admin.site)]
LISTS = [
    reverse(f"admin:{each._meta.label_lower.replace('.', '_')}_changelist")
    for each in MODELS
]
REPORT_PAGES = [report_url(report.slug) for report in REPORTS]
PLACES = [
    *LISTS,
    *REPORT_PAGES,
    reverse("admin:daily_report"),
    reverse("admin:worklist"),
]
OWN = [
    *("q", "o", "p", "e", "all", "_popup", "_to_field", "_facets", "now", "hour"),
    *("in_queue", "on_line", "at_menu", "by_operator", "state__exact", "kind__exact"),
    *("outcome__exact", "derivation", "table", "who", "tab", "days", "queue", "after"),
    *("is_active__exact", "groups__id__exact", "numbers"),
    *("first", "last", "queue", "line", "operator", "interval", "weekday", "holidays"),
    *("from", "until", "counted", "page", "quiet", "span", "day", "on_path"),
    *("caller_of", "waited", "measure"),
]
LOOKUPS = ["exact", "iexact", "regex", "in", "range", "gte", "year", "isnull", "date"]
COLUMNS = sorted({field.name for model in MODELS for field in model._meta.get_fields()})
MOMENTS = ["started_at", "entered_at", "abandoned_at", "connected_at", "at", "asked_at"]

columns = st.sampled_from(COLUMNS)
names = st.one_of(
    st.sampled_from(OWN),
    st.builds("{}__{}".format, columns, st.sampled_from(LOOKUPS)),
    st.builds("{}__{}__{}".format, columns, columns, st.sampled_from(LOOKUPS)),
    st.builds(
        "{}__{}".format, st.sampled_from(MOMENTS), st.sampled_from(["first", "last"])
    ),
    st.text(max_size=12),
)
values = st.one_of(
    st.sampled_from(["", "1", "-1", "0", "99999999999999999999", "2026-11-29", "True"]),
    st.sampled_from(["0001-01-01", "9999-12-31", NUMBER, NUMBER[-4:], "CA" + "a" * 32]),
    st.sampled_from(
        ["😀", "\x00", "%", "_", "(", "((a+)+)+!", "'", "client:x", "sip:a@b"]
    ),
    st.text(max_size=20),
)
queries = st.lists(st.tuples(names, values), max_size=4).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
)


@pytest.fixture
def readers(member, staff, admin_client) -> dict[str, Client]:
    """A client of each group, of staff without rights, of nobody, of a superuser."""
    for make in rows.ALL.values():
        make()
    # An operator's number is no secret.
    callers = Call.objects.exclude(kind=Call.Kind.OPERATOR)
    callers.update(caller=NUMBER, caller_reversed=NUMBER[::-1])
    return {
        **{group: member(group) for group in GROUPS},
        "staff": staff(),
        "nobody": Client(),
        "superuser": admin_client,
    }


# The rows are only read, so all examples may share them.
@settings(effort(150, 20_000), suppress_health_check=list(HealthCheck))
@given(
    place=st.sampled_from(PLACES),
    query=queries,
    who=st.sampled_from(
        [OPERATOR, SUPERVISOR, ADMINISTRATOR, "staff", "nobody", "superuser"]
    ),
    is_file=st.booleans(),
)
def test_any_address_is_answered(readers, place, query, who, is_file):
    path = f"{place}export/csv/" if is_file else place
    client = readers[who]
    client.raise_request_exception = False

    response = client.get(f"{path}?{query}")

    TALLY["addresses"] += 1
    assert response.status_code < 500, (who, path, query)
    # What somebody has typed may be shown to them again.
    is_typed = NUMBER[1:] in query
    if who == OPERATOR and not is_typed and place != PLACES[-1]:
        body = b"".join(
            response.streaming_content if response.streaming else [response.content]
        )
        assert NUMBER.encode() not in body
        assert b"090-1234-5678" not in body
