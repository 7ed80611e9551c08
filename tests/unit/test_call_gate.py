"""The gate that every call to Identity Center passes, and the threads behind it."""

import threading
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from dayone.adapters.call_gate import CallGate
from dayone.adapters.threads import ThreadWorkers
from dayone.domain.rate_limits import Budgets
from tests.builders import NOON


class _Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))


def _gate(budgets: Budgets) -> tuple[CallGate, _Time]:
    time_of = _Time()
    return CallGate(budgets, clock=lambda: time_of.now, sleep=time_of.sleep), time_of


def test_all_apis_of_sso_admin_share_one_rate() -> None:
    gate, time_of = _gate(Budgets(sso_admin_calls=10))
    gate.wait("sso-admin", "CreateAccountAssignment")
    gate.wait("sso-admin", "ListPermissionSets")
    assert time_of.slept == [0.1, 0.2]


def test_each_api_of_the_identity_store_has_its_own() -> None:
    gate, time_of = _gate(Budgets(identity_store_calls=10))
    gate.wait("identitystore", "CreateUser")
    gate.wait("identitystore", "CreateGroup")
    gate.wait("identitystore", "CreateUser")
    assert time_of.slept == [0.1, 0.1, 0.2]


def test_every_call_of_a_guarded_client_passes_it() -> None:
    gate, time_of = _gate(Budgets(sso_admin_calls=4))
    made = boto3.client(
        "sso-admin", region_name="eu-west-1", aws_access_key_id="AKIATEST", aws_secret_access_key="none"
    )
    client = gate.guard(made)
    with Stubber(client) as stub:
        for _ in range(2):
            stub.add_response("list_instances", {"Instances": []})
        client.list_instances()
        client.list_instances()
    assert time_of.slept == [0.25, 0.5]


def test_many_threads_together_keep_to_the_rate() -> None:
    gate = CallGate(Budgets(sso_admin_calls=100), clock=lambda: datetime.now(UTC), sleep=time.sleep)
    workers = ThreadWorkers(8)
    began = datetime.now(UTC)
    for _ in range(20):
        workers.start(lambda: gate.wait("sso-admin", "X"))
    ended = 0
    while ended < 20:
        ended += len(workers.done(seconds=5))
    assert datetime.now(UTC) - began >= timedelta(milliseconds=195)


def test_tasks_run_beside_each_other_and_come_back() -> None:
    workers, both = ThreadWorkers(2), threading.Barrier(2, timeout=5)
    workers.start(both.wait)
    workers.start(both.wait)
    came = [*workers.done(seconds=5)]
    came += workers.done(seconds=5) if len(came) < 2 else []
    assert sorted(came) == [0, 1]


def test_waiting_for_nothing_ends_when_the_time_is_up() -> None:
    assert ThreadWorkers(1).done(seconds=0.01) == []


def test_what_a_task_raises_is_raised_to_whoever_takes_its_result() -> None:
    workers = ThreadWorkers(1)

    def broken() -> None:
        raise ZeroDivisionError("no")

    workers.start(broken)
    with pytest.raises(ZeroDivisionError, match="no"):
        workers.done(seconds=5)
