"""Several hosts, each with a node of a MariaDB Galera cluster: as with one of each."""

import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from callcenter import patience
from callcenter.events import writer
from callcenter.followup import acts
from callcenter.history import reading, store
from callcenter.jobs import Job, run
from callcenter.models import Call, FollowUp, WebhookEvent, WorkerJob
from callcenter.tests.roads.hosts import Hosts, ring
from callcenter.tests.roads.posts import (
    assert_as_in_a_quiet_run,
    assert_nobody_noticed,
    derive_the_rest,
    entering,
    giving_up,
    post,
    recorded,
    request,
)
from callcenter.tests.roads.test_live import LIVE
from callcenter.tests.twilio_client import sid
from minicc.tests import nginx, servers, sites
from minicc.tests.test_stopping import post as post_over_http

# The cluster is all that these hosts have, whatever the tests run on.
pytestmark = [
    # One cluster serves them all.
    pytest.mark.xdist_group("cluster"),
    pytest.mark.once,
    pytest.mark.cluster,
]

# What an answer may take that waits for the database in vain.
SECONDS_TO_ANSWER = 3.0


@pytest.fixture(scope="module")
def _running(django_db_blocker):
    with django_db_blocker.unblock():
        started = Hosts()
        yield started
        started.cluster.kill()


@pytest.fixture
def hosts(_running, django_db_blocker):
    """The hosts, without any calls."""
    with django_db_blocker.unblock():
        _running.on(0, _forget_all)
        yield _running


def _forget_all():
    FollowUp.objects.all().delete()
    Call.objects.all().delete()
    WebhookEvent.objects.all().delete()


def test_the_same_request_at_three_hosts_is_stored_once_and_answered_alike(
    hosts, twilio
):
    for _time in range(20):
        one = request("incoming/", sid(), CallStatus="ringing")
        works = [(node, partial(post, twilio, one)) for node in (0, 1, 1, 2)]

        assert_nobody_noticed(hosts.at_once(works))

    assert hosts.on(2, WebhookEvent.objects.count) == 20


def test_calls_whose_requests_go_to_different_hosts_at_once(hosts, twilio, tmp_path):
    chance = random.Random(3)
    crowd = []
    for name in LIVE[::2]:
        requests = recorded(name)
        requests += chance.sample(requests, len(requests) // 2)
        crowd += chance.sample(requests, len(requests))
    works = [
        (worker % 3, partial(_post_all, twilio, crowd[worker::6]))
        for worker in range(6)
    ]

    answers = [one for each in hosts.at_once(works) for one in each]

    assert_nobody_noticed(answers)
    hosts.on(1, derive_the_rest)
    hosts.on(2, partial(assert_as_in_a_quiet_run, tmp_path))


def test_of_two_derivations_of_a_call_at_once_one_begins_again(
    hosts, twilio, monkeypatch
):
    call = sid()
    hosts.on(0, partial(_post_all, twilio, entering(call)))
    both_read = threading.Barrier(2, timeout=10)
    readings = []
    inputs_of = reading.inputs_of

    def read(*legs):
        found = inputs_of(*legs)
        readings.append(found)
        if len(readings) <= 2:
            both_read.wait()
        return found

    monkeypatch.setattr(store, "inputs_of", read)
    # Nothing is to be written: only that each has seen what the other has.
    hosts.at_once([(node, partial(store.rebuild, [call])) for node in (0, 1)])

    assert len(readings) == 3


def test_what_one_host_has_stored_the_other_sees_however_late_its_node_is(
    hosts, twilio
):
    one = request("incoming/", sid(), CallStatus="ringing")
    is_held = threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("FLUSH TABLES WITH READ LOCK")
            is_held.set()
            time.sleep(0.7)
            cursor.execute("UNLOCK TABLES")

    def look():
        assert is_held.wait(10)
        assert hosts.on(0, partial(post, twilio, one)).status == 200
        return WebhookEvent.objects.filter(token=one.token).exists()

    _nothing, is_seen = hosts.at_once([(1, hold), (1, look)])

    assert is_seen


def test_of_two_who_claim_a_caller_at_two_hosts_one_wins(hosts, twilio):
    names = [f"user-{number}" for number in range(3)]
    users = hosts.on(
        0, lambda: [User.objects.get_or_create(username=name)[0] for name in names]
    )
    callers = [f"+8190000000{number:02d}" for number in range(5)]
    for caller in callers:
        call = sid()
        crowd = [*entering(call, From=caller), giving_up(call, From=caller)]
        hosts.on(1, partial(_post_all, twilio, crowd))

    wins: Counter[str] = Counter()
    for caller in callers:
        works = [(node, partial(_claims, caller, users[node])) for node in range(3)]
        wins[caller] += sum(hosts.at_once(works))

    assert wins == dict.fromkeys(callers, 1)
    holders = hosts.on(2, lambda: FollowUp.objects.filter(claimed_by__in=users).count())
    assert holders == len(callers)


def test_of_two_workers_at_two_hosts_one_does_the_job(hosts):
    done = []

    def work():
        done.append(1)
        time.sleep(0.3)

    job = Job("sweep", "Sweep", work)
    for count in range(1, 6):
        did = hosts.at_once([(node, partial(run, job)) for node in (0, 1, 2)])

        assert sorted(did) == [False, False, True]
        assert len(done) == count
    assert hosts.on(1, lambda: WorkerJob.objects.get(name="sweep").held_until) is None


def test_host_whose_node_is_killed_serves_on_and_nothing_is_lost(hosts, tmp_path):
    node = hosts.cluster.nodes[2]

    def derived():
        return WebhookEvent.objects.exclude(derived_at=None).count()

    with sites.process(
        tmp_path / "none",
        tmp_path,
        "--workers-kill-timeout",
        "8",
        DATABASE_URL=node.url,
    ) as (base, _process):
        assert post_over_http(base, "/twilio/incoming/") == 200
        node.kill()
        for number in range(1, 12):
            begun = time.monotonic()
            answer = post_over_http(base, "/twilio/status/", CallDuration=str(number))
            assert answer == 204
            assert time.monotonic() - begun < SECONDS_TO_ANSWER
        assert hosts.on(0, WebhookEvent.objects.count) < 12
        node.start_again()
        deadline = time.monotonic() + 30
        while hosts.on(0, derived) < 12 and time.monotonic() < deadline:
            time.sleep(0.3)

    assert hosts.on(1, derived) == 12


def test_requests_that_two_serving_hosts_get_at_once_are_stored_once(hosts, tmp_path):
    public = "https://cc.example.com"
    calls = [sid() for _call in range(40)]
    with ExitStack() as stack, ThreadPoolExecutor(12) as pool:
        ports = []
        for node in hosts.cluster.nodes[:2]:
            folder = tmp_path / node.folder.name
            folder.mkdir()
            ports.append(nginx.free_port())
            own = sites.process(
                folder / "none",
                folder,
                port=ports[-1],
                base=public,
                DATABASE_URL=node.url,
            )
            stack.enter_context(own)
        works = [(port, call) for call in calls for port in ports]
        answers = list(pool.map(lambda one: ring(public, *one), works))

    texts = defaultdict(set)
    for (_port, call), text in zip(works, answers, strict=True):
        texts[call].add(text)
    assert [len(each) for each in texts.values()] == [1] * len(calls)
    assert hosts.on(2, WebhookEvent.objects.count) == len(calls)
    assert hosts.on(2, Call.objects.count) == len(calls)


def test_every_table_has_a_primary_key_and_takes_part(hosts):
    # Galera copies no other tables, and tells rows apart by their keys.
    sql = """
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND (engine <> 'InnoDB' OR table_name NOT IN (
          SELECT table_name FROM information_schema.table_constraints
          WHERE table_schema = DATABASE() AND constraint_type = 'PRIMARY KEY'))
    """

    def found():
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    assert hosts.on(0, found) == ()


def test_node_that_is_left_alone_counts_as_an_outage_until_it_is_told_to_go_on(hosts):
    alone, *others = hosts.cluster.nodes
    for node in others:
        node.kill()
    while alone.status("wsrep_cluster_status") == "Primary":
        time.sleep(0.1)

    with pytest.raises(OperationalError, match="1047") as refused:
        hosts.on(0, writer.probe)
    assert patience.is_outage(refused.value)

    # As docs/deploy.md says.
    servers.run_sql(alone.url, "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")
    while not alone.is_ready():
        time.sleep(0.1)
    hosts.on(0, writer.probe)
    for node in others:
        node.start_again()
    assert hosts.cluster.size() == 3


def _post_all(twilio, requests):
    return [post(twilio, one) for one in requests]


def _claims(caller, user):
    """Whether the claim was theirs."""
    try:
        acts.claim(caller, user)
    except acts.ClaimedByAnother:
        return False
    return True
