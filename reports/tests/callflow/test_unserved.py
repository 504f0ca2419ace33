"""What callers go through where no active operator serves a queue, or it is off."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from callcenter.flow.plan import LinePlan, OperatorPlan, QueuePlan
from callcenter.models import MenuOption
from reports.callflow import template_context
from reports.callflow.drawing import DrawingBuilder
from reports.callflow.place_names import PlaceName
from reports.callflow.trial import try_call
from reports.callflow.unserved import QueueWarnings
from reports.tests.admin import rows
from reports.tests.callflow.plans import MORNING, NUMBER, menu, plan

NAMES = {
    ("line", NUMBER): PlaceName("Main line"),
    ("queue", "support"): PlaceName("Support desk"),
    ("queue", "sales"): PlaceName("Sales desk"),
}
WAITS = (
    "No active operator serves “Sales desk”: callers wait for 0:10:00, hear an apology,"
    " and the call ends."
)
SERVES_SUPPORT = (OperatorPlan("Sato", queues=("support",)),)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def warnings_of(found) -> list[str]:
    """All warnings of a drawing, from the line down."""
    said = list(found.warnings)
    nodes = list(found.roots)
    while nodes:
        node = nodes.pop(0)
        said += node.warnings
        nodes += node.branches
    return said


def drawn(*menus, **more) -> list[str]:
    return warnings_of(DrawingBuilder(plan(*menus, **more), NAMES).line(NUMBER))


def tried(inputs: str, *menus, **more) -> list[list[str]]:
    """The warnings of each answer of a trial call."""
    found = plan(*menus, **more)
    queues = QueueWarnings(found, NAMES)
    call = try_call(NUMBER, found, MORNING, inputs)
    return [
        template_context.answer(each, found, NAMES, queues)["warnings"]
        for each in call.answers
    ]


MAIN = menu("main", key_1="queue:support", key_2="queue:sales")


def test_queue_with_an_active_operator_is_not_warned_of():
    assert drawn(MAIN) == []
    assert tried("2", MAIN) == [[], []]


def test_drawing_and_trial_say_how_long_callers_wait_for_nobody():
    assert drawn(MAIN, operators=SERVES_SUPPORT) == [WAITS]
    assert tried("2", MAIN, operators=SERVES_SUPPORT) == [[], [WAITS]]
    assert tried("1", MAIN, operators=SERVES_SUPPORT) == [[], []]


def test_queue_that_callers_leave_when_unstaffed_says_that_they_leave_at_once():
    queues = {
        "support": QueuePlan("support"),
        "sales": QueuePlan("sales", leaves_when_unstaffed=True),
    }

    assert drawn(MAIN, operators=SERVES_SUPPORT, queues=queues) == [
        "No active operator serves “Sales desk”: callers hear an apology at once, and"
        " the call ends."
    ]


def test_line_whose_queue_is_off_says_where_callers_go():
    line = LinePlan(NUMBER, "closed")

    assert drawn(line=line) == [
        "“closed” is switched off: callers go to “Support desk”."
    ]
    assert tried("", line=line) == [
        ["“closed” is switched off: callers go to “Support desk”."]
    ]
    assert drawn(line=line, queues={}) == [
        "“closed” is switched off: callers hear an apology."
    ]


def test_trial_of_a_key_to_a_queue_that_is_off_says_where_the_caller_is_now():
    queues = {"support": QueuePlan("support")}

    assert tried("2", MAIN, queues=queues) == [
        [],
        ["“Sales desk” is switched off: callers go to “Support desk”."],
    ]


def test_warning_links_to_the_operators_and_escapes_names():
    found = plan(MAIN, operators=())
    names = {("queue", "sales"): PlaceName("<b>")}

    said = QueueWarnings(found, names, "/operators/").unserved("sales")

    assert "&lt;b&gt;" in said
    assert said.endswith(' <a href="/operators/">Assign operators</a>')


def page_text(client, url: str) -> str:
    page = client.get(url, headers={"accept-language": "en"}).content.decode()
    main = page.partition('<div id="content-main">')[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def change_page(row) -> str:
    name = f"admin:callcenter_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


def list_page(model: str) -> str:
    return reverse(f"admin:callcenter_{model}_changelist")


@pytest.fixture
def flow():
    """A line whose menu leads to a queue that only an inactive operator serves."""
    main = rows.make_menu("main")
    lost = rows.make_queue("lost", name="Lost", max_wait_seconds=90)
    MenuOption.objects.create(menu=main, input="2", action="queue", queue=lost)
    away = rows.make_operator(is_active=False)
    away.serves.create(queue=lost)
    served = main.options.get(input="1").queue
    assert served is not None
    rows.make_operator().serves.create(queue=served)
    line = rows.make_line("+815000000101", menu=main, queue=lost)
    return main, line, lost, away


UNSERVED = (
    "No active operator serves “Lost”: callers wait for 0:01:30, hear an apology, and"
    " the call ends. Assign operators"
)


@pytest.mark.django_db
def test_pages_of_menu_line_and_queue_warn_of_a_queue_nobody_serves(admin_client, flow):
    main, line, lost, away = flow

    assert f"! Warning: Key 2: {UNSERVED}" in page_text(admin_client, change_page(main))
    assert f"! Warning: {UNSERVED}" in page_text(admin_client, change_page(line))
    assert f"! Warning: {UNSERVED}" in page_text(admin_client, change_page(lost))

    away.is_active = True
    away.save()

    for row in (main, line, lost):
        assert "Warning:" not in page_text(admin_client, change_page(row))


@pytest.mark.django_db
def test_lists_of_menus_and_queues_mark_what_nobody_serves(admin_client, flow):
    _main, _line, _lost, away = flow

    assert "main main 10 3 ! 2 → Lost" in page_text(admin_client, list_page("menu"))
    assert "Lost lost ! 0 10 90 s 5 s" in page_text(admin_client, list_page("queue"))

    away.is_active = True
    away.save()

    assert "→ Lost" not in page_text(admin_client, list_page("menu"))
    assert "Lost lost 1 10 90 s 5 s" in page_text(admin_client, list_page("queue"))


@pytest.mark.django_db
def test_page_of_a_queue_that_is_off_says_who_still_leads_there(admin_client, flow):
    _main, _line, lost, _away = flow
    lost.is_active = False
    lost.save()

    assert (
        "! Warning: This queue is switched off, but callers are still sent here by main"
        " (050-0000-0101), main: 2: they go to another queue, or hear an apology."
    ) in page_text(admin_client, change_page(lost))


@pytest.mark.django_db
def test_operators_page_is_linked_for_those_who_may_see_it(admin_client, staff, flow):
    url = list_page("operator")
    drawing = reverse("admin:call-flow")
    trial = f"{reverse('admin:call-flow-try')}?keys=2"

    for page in (drawing, trial):
        assert f'<a href="{url}">' in admin_client.get(page).content.decode()
    reader = staff("view_menu")
    for page in (drawing, trial):
        content = reader.get(page).content.decode()
        assert "flow-warning" in content
        assert url not in content


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("model", "queries"), [("menu", 6), ("queue", 6)])
def test_lists_take_as_many_queries_whatever_their_length(
    admin_client, django_assert_num_queries, model, queries, count
):
    for _each in range(count):
        rows.make_menu()

    # Session, user; two counts, the rows; and who serves them.
    with django_assert_num_queries(queries):
        admin_client.get(list_page(model))
