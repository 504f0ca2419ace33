"""A comparison with Twilio's call log leads to what differed, and to the calls."""

import pytest
from django.urls import reverse

from callcenter.models import Call
from callcenter.tests.history.test_call_log import in_log
from callcenter.tests.receive import receive
from callcenter.tests.sample_events import CALLER, OPERATOR, choose, ring, wait
from reports.tests.admin import rows
from reports.tests.admin.history.test_history import page

pytestmark = pytest.mark.django_db

DIFFERENCES = "admin:callcenter_reconciliationdifference"


def timeline(sid: str) -> str:
    return reverse("admin:callcenter_call_sid", args=[sid])


def test_run_leads_to_its_differences_and_these_to_the_call(member):
    client = member("Supervisor")
    found = rows.make_difference(call_sid=CALLER)
    other = rows.make_difference()

    html = client.get(page(found.run)).content.decode()
    assert page(found) in html
    assert timeline(CALLER) in html
    assert other.call_sid not in html
    html = client.get(page(found)).content.decode()
    assert page(found.run) in html
    assert timeline(CALLER) in html


def test_differences_are_found_by_the_call_and_by_its_number(admin_client):
    receive(ring(), in_log())
    rows.make_difference(call_sid=CALLER)
    rows.make_difference()

    for asked in (CALLER, "+815000000999"):
        html = admin_client.get(reverse(f"{DIFFERENCES}_changelist"), {"q": asked})
        assert html.context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            "twilio-fails: 500, 5 tries",
            "後でもう一度お試しください。（500, 5 tries）",
        ),
        # Of runs of before.
        ("Twilio fails (500, 5 tries).", "Twilio fails (500, 5 tries)."),
    ],
)
def test_run_that_failed_says_so(admin_client, error, said):
    run = rows.make_run()
    run.error = error
    run.save()

    html = admin_client.get(page(run)).content.decode()

    assert "中断" in html
    assert said in html


def test_list_of_calls_says_which_are_known_from_the_log_alone(admin_client):
    receive(in_log(), in_log(sid=OPERATOR), ring(sid="CA" + "9" * 32))

    html = admin_client.get(reverse("admin:callcenter_call_changelist"))

    assert html.content.decode().count("Twilioの通話記録のみ") == 2


def test_page_of_a_call_says_what_the_log_has_added(admin_client):
    receive(ring(), choose(5), wait(5, 0), in_log())
    call = Call.objects.get()

    html = admin_client.get(page(call)).content.decode()

    assert "Twilioの通話記録で補完" in html
    assert "Twilioの通話記録だけで分かること" in html
    assert "推定1件" in html
