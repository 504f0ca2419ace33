"""The current plan: that of the tables, soon after a change, or the last good one."""

import logging
import threading
from contextlib import contextmanager
from datetime import date, time

import pytest
from django.db import InterfaceError, OperationalError, connection

from callcenter.flow import current, planfile
from callcenter.flow.current import current_plan, read_plan
from callcenter.flow.plan import (
    HoursPlan,
    LinePlan,
    MenuPlan,
    MessagePlan,
    OperatorPlan,
    OptionPlan,
    Plan,
    PromptPlan,
    QueuePlan,
)
from callcenter.models import (
    Holiday,
    Menu,
    Message,
    Operator,
    OperatorQueue,
    PhoneLine,
    Prompt,
    Queue,
    SetupVersion,
    WrapUpCode,
)
from callcenter.tests.pins import PIN, kept, with_pin

pytestmark = pytest.mark.django_db

NUMBER = "+815000000101"
COMPARES = 1
READS = 14  # two of them the version


@pytest.fixture(autouse=True)
def new_process():
    current.forget()
    yield
    current.forget()


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock, moved by hand."""

    class Clock:
        seconds = 1000.0

        def monotonic(self):
            return self.seconds

    clock = Clock()
    monkeypatch.setattr(current, "time", clock)
    return clock


@contextmanager
def database_gone(error=None):
    """Make every query fail as it does when the database is gone."""

    def refuse(*args, **kwargs):
        raise error or OperationalError("server has gone away")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "cursor", refuse)
        yield


def make_queue(slug="support", **values) -> Queue:
    return Queue.objects.create(slug=slug, name=slug, **values)


def make_line(queue: Queue, **values) -> PhoneLine:
    return PhoneLine.objects.create(
        number=values.pop("number", NUMBER), name="line", queue=queue, **values
    )


def test_plan_holds_what_the_tables_hold():
    support = make_queue(
        twilio_sid="QU" + "0" * 32,
        priority=5,
        max_wait_seconds=300,
        wrapup_seconds=9,
        leaves_when_unstaffed=True,
    )
    sales = make_queue("sales", priority=1)
    make_queue("closed-down", priority=0, is_active=False)
    message = Message.objects.create(slug="info", name="info")
    menu = Menu.objects.create(slug="main", name="main", timeout_seconds=7, tries=2)
    menu.options.create(input="1", action="queue", queue=support, language="en")
    menu.options.create(input="2", action="message", message=message)
    menu.options.create(input="3", action="menu", next_menu=menu)
    menu.options.create(input="silence", action="end")
    other = make_line(sales, number="+81312345678")
    line = make_line(
        support,
        menu=menu,
        language="en",
        fallback_number="+81300000000",
        is_default=True,
    )
    line.hours.create(weekday=1, opens_at="09:00", closes_at="00:00")
    line.holidays.create(date="2026-01-02", name="line's")
    Holiday.objects.create(date="2026-01-01", name="everybody's")
    Prompt.objects.create(menu=menu, language="en", text="Press", audio_url="")
    Prompt.objects.create(menu=menu, language="ja", text="押して")
    Prompt.objects.create(message=message, language="ja", audio_url="https://a.io/b")
    Prompt.objects.create(queue=support, purpose="waiting", language="ja", text="待")
    Prompt.objects.create(line=line, purpose="closed", language="ja", text="閉")
    sato = Operator.objects.create(name="sato", number="+815000000201")
    with_pin(sato)
    OperatorQueue.objects.create(operator=sato, queue=support)
    OperatorQueue.objects.create(operator=sato, queue=sales)
    Operator.objects.create(name="agent", client_identity="agent_01")
    Operator.objects.create(name="left", number="+815000000209", is_active=False)
    WrapUpCode.objects.create(code="billing", name="Billing", digits="12")
    WrapUpCode.objects.create(code="claim", name="Claim", digits="01")
    WrapUpCode.objects.create(code="gone", name="Gone", digits="3", is_active=False)
    WrapUpCode.objects.create(code="desk-only", name="At the desk alone")
    # A form does not leave it so. As digits it would be noted without any key.
    WrapUpCode.objects.create(code="empty", name="Empty", digits="")

    plan = current_plan()

    assert plan == Plan(
        version=SetupVersion.objects.get().version,
        lines={
            NUMBER: LinePlan(
                NUMBER,
                "support",
                menu="main",
                language="en",
                fallback_number="+81300000000",
                hours=(HoursPlan(1, time(9), time(0)),),
                holidays=frozenset({date(2026, 1, 2)}),
                prompts=(PromptPlan("closed", "ja", "閉"),),
            ),
            other.number: LinePlan(other.number, "sales"),
        },
        default_line=NUMBER,
        menus={
            "main": MenuPlan(
                "main",
                timeout_seconds=7,
                tries=2,
                options={
                    "1": OptionPlan("queue", "support", "en"),
                    "2": OptionPlan("message", "info"),
                    "3": OptionPlan("menu", "main"),
                    "silence": OptionPlan("end"),
                },
                prompts=(
                    PromptPlan("main", "ja", "押して"),
                    PromptPlan("main", "en", "Press"),
                ),
            )
        },
        messages={
            "info": MessagePlan(
                "info", (PromptPlan("main", "ja", audio_url="https://a.io/b"),)
            )
        },
        queues={
            "sales": QueuePlan("sales", priority=1),
            "support": QueuePlan(
                "support",
                priority=5,
                max_wait_seconds=300,
                wrapup_seconds=9,
                leaves_when_unstaffed=True,
                prompts=(PromptPlan("waiting", "ja", "待"),),
            ),
        },
        operators=(
            OperatorPlan("agent", client_identity="agent_01"),
            OperatorPlan(
                "sato",
                number="+815000000201",
                pin=kept(sato),
                queues=("sales", "support"),
            ),
        ),
        holidays=frozenset({date(2026, 1, 1)}),
        wrap_up_codes={"12": "billing", "01": "claim"},
    )
    assert list(plan.queues) == ["sales", "support"]
    assert planfile.loads(planfile.dumps(plan)) == plan


@pytest.mark.parametrize("size", [1, 3])
def test_reading_takes_the_same_few_queries_whatever_the_size(
    size, django_assert_num_queries
):
    for number in range(size):
        queue = make_queue(f"queue-{number}")
        menu = Menu.objects.create(slug=f"menu-{number}", name="menu")
        menu.options.create(input="1", action="queue", queue=queue)
        make_line(queue, menu=menu, number=f"{NUMBER}{number}")
        operator = Operator.objects.create(name="one", number=f"+8190000{number}")
        OperatorQueue.objects.create(operator=operator, queue=queue)
        Prompt.objects.create(menu=menu, language="ja", text="一")
        WrapUpCode.objects.create(code=f"c{number}", name="c", digits=f"{number}")

    with django_assert_num_queries(READS):
        read_plan()


def test_usual_step_makes_no_query(clock, django_assert_num_queries):
    make_line(make_queue())
    plan = current_plan()

    clock.seconds += 0.999
    with django_assert_num_queries(0):
        assert current_plan() is plan


def test_version_is_compared_once_a_second(clock, django_assert_num_queries):
    make_line(make_queue())
    plan = current_plan()

    clock.seconds += 1
    with django_assert_num_queries(COMPARES):
        assert [current_plan() is plan for _ in range(5)] == [True] * 5


def test_change_takes_effect_after_a_second(clock):
    make_line(make_queue())
    current_plan()

    make_queue("sales")
    clock.seconds += 0.9
    before = list(current_plan().queues)
    clock.seconds += 0.1
    after = list(current_plan().queues)

    assert (before, after) == (["support"], ["sales", "support"])


def test_setup_that_changes_while_it_is_read_is_read_again(monkeypatch):
    make_line(make_queue())
    readings: list[int] = []
    read = current._read

    def read_while_somebody_saves(version):
        plan = read(version)
        if not readings:
            make_queue("sales")
        readings.append(version)
        return plan

    monkeypatch.setattr(current, "_read", read_while_somebody_saves)

    assert list(read_plan().queues) == ["sales", "support"]
    assert len(readings) == 2


def test_plan_in_memory_serves_while_the_database_is_gone(clock, caplog):
    make_line(make_queue())
    plan = current_plan()

    clock.seconds += 60
    with database_gone():
        assert current_plan() is plan
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server has gone away"),
        InterfaceError("connection already closed"),
        OSError("no route to host"),
    ],
)
def test_new_process_without_a_database_takes_the_plan_of_the_file(error):
    make_line(make_queue())
    known = current_plan()
    current.forget()

    with database_gone(error):
        plan = current_plan()

    assert (plan.lines, plan.queues) == (known.lines, known.queues)


def test_without_file_and_database_the_plan_is_empty(caplog):
    with database_gone():
        assert current_plan().is_empty is True
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


def test_with_an_unreadable_file_and_no_database_the_plan_is_empty(settings):
    settings.SPOOL_DIR.mkdir(parents=True)
    (settings.SPOOL_DIR / "plan.json").write_text("{")

    with database_gone():
        assert current_plan().is_empty is True


def test_database_that_comes_back_is_read_again(clock):
    make_line(make_queue())
    current_plan()
    current.forget()
    with database_gone():
        from_file = current_plan()
    make_queue("sales")

    clock.seconds += 1

    assert list(from_file.queues) == ["support"]
    assert list(current_plan().queues) == ["sales", "support"]


def test_file_is_written_for_its_owner_only(settings):
    make_line(make_queue())
    plan = current_plan()

    path = settings.SPOOL_DIR / "plan.json"
    assert planfile.load(path) == plan
    assert path.stat().st_mode & 0o777 == 0o600


def test_callers_are_served_although_the_folder_cannot_be_written(
    settings, tmp_path, caplog
):
    (tmp_path / "file").write_text("no folder")
    settings.SPOOL_DIR = tmp_path / "file"
    make_line(make_queue())

    assert list(current_plan().queues) == ["support"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_empty_setup_does_not_replace_a_file_with_something_in_it(settings, clock):
    make_line(make_queue())
    current_plan()

    PhoneLine.objects.all().delete()
    Queue.objects.all().delete()
    clock.seconds += 1

    assert current_plan().is_empty is True
    assert planfile.load(settings.SPOOL_DIR / "plan.json").is_empty is False


def test_pin_in_the_plan_is_a_hash():
    make_line(make_queue())
    with_pin(Operator.objects.create(name="sato", number="+81901"))

    assert PIN not in planfile.dumps(current_plan())


def test_one_thread_compares_the_version_while_others_go_on(clock, monkeypatch):
    make_line(make_queue())
    plan = current_plan()
    clock.seconds += 1
    looking, may_end = threading.Event(), threading.Event()

    def look_slowly(known):
        looking.set()
        may_end.wait(5)
        return known

    monkeypatch.setattr(current, "_look", look_slowly)
    thread = threading.Thread(target=current_plan)
    thread.start()
    looking.wait(5)
    try:
        assert current_plan() is plan
    finally:
        may_end.set()
        thread.join()
