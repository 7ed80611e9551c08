"""The gate that every call to Identity Center passes, and the threads behind it."""

import threading
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.threads import ThreadWorkers
from dayone.errors import Awaited
from dayone.executor.rate_limits import Allowances, Budgets
from tests.builders import NOON


class _Time:
    """A clock that only sleeping moves, and that only when it `moves`."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []
        self.moves = False

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        if self.moves:
            self.now += timedelta(seconds=seconds)


def _gate(budgets: Budgets) -> tuple[CallGate, _Time]:
    time_of = _Time()
    return CallGate(Allowances(budgets), clock=lambda: time_of.now, sleep=time_of.sleep), time_of


def _rested(budgets: Budgets) -> tuple[CallGate, _Time]:
    """A gate that nobody has passed for a while."""
    gate, time_of = _gate(budgets)
    time_of.moves = True
    gate.wait("sso-admin", "ListInstances")
    time_of.now += timedelta(seconds=2)
    time_of.slept.clear()
    return gate, time_of


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
    gate = CallGate(Allowances(Budgets(sso_admin_calls=100)), clock=lambda: datetime.now(UTC), sleep=time.sleep)
    workers = ThreadWorkers(8)
    began = datetime.now(UTC)
    for _ in range(20):
        workers.start(lambda: gate.wait("sso-admin", "X"))
    ended = 0
    while ended < 20:
        ended += len(workers.done(seconds=120))
    assert datetime.now(UTC) - began >= timedelta(milliseconds=195)


def test_tasks_run_beside_each_other_and_come_back() -> None:
    workers, both = ThreadWorkers(2), threading.Barrier(2, timeout=120)
    workers.start(both.wait)
    workers.start(both.wait)
    came = [*workers.done(seconds=120)]
    came += workers.done(seconds=120) if len(came) < 2 else []
    assert sorted(came) == [0, 1]


def test_waiting_for_nothing_ends_when_the_time_is_up() -> None:
    assert ThreadWorkers(1).done(seconds=0.01) == []


def test_what_a_task_raises_is_raised_to_whoever_takes_its_result() -> None:
    workers = ThreadWorkers(1)

    def broken() -> None:
        raise ZeroDivisionError("no")

    workers.start(broken)
    with pytest.raises(ZeroDivisionError, match="no"):
        workers.done(seconds=120)


def test_whoever_is_behind_all_others_leaves_them_half_of_the_rate() -> None:
    gate, time_of = _rested(Budgets(sso_admin_calls=8))
    with gate.behind_all_others():
        for _ in range(4):
            gate.wait("sso-admin", "ListAccountAssignments")
        assert time_of.slept == []
    for _ in range(4):
        gate.wait("sso-admin", "DeleteAccountAssignment")
    assert time_of.slept == []


def test_whoever_is_behind_all_others_goes_on_when_those_make_room() -> None:
    gate, time_of = _rested(Budgets(sso_admin_calls=4))
    for _ in range(4):
        gate.wait("sso-admin", "DeleteAccountAssignment")
    with gate.behind_all_others():
        gate.wait("sso-admin", "ListAccountAssignments")
    assert time_of.slept == [1.0]


def test_whoever_is_behind_all_others_gives_up_when_those_make_no_room_for_seconds() -> None:
    time_of = _Time()

    def others_call(seconds: float) -> None:
        time_of.now += timedelta(seconds=seconds)
        for _ in range(2):
            caller = threading.Thread(target=gate.wait, args=("sso-admin", "DeleteAccountAssignment"))
            caller.start()
            caller.join()

    def sleep(seconds: float) -> None:
        # A caller in front waits without letting time pass.
        if threading.current_thread() is threading.main_thread():
            others_call(seconds)

    gate = CallGate(Allowances(Budgets(sso_admin_calls=2)), clock=lambda: time_of.now, sleep=sleep)
    with gate.behind_all_others(), pytest.raises(Awaited, match="more urgent"):
        gate.wait("sso-admin", "ListAccountAssignments")


def test_one_at_a_time_is_behind_all_others_and_those_who_wait_come_back_one_after_the_other() -> None:
    gate, time_of = _gate(Budgets())

    def refused() -> float:
        with pytest.raises(Awaited) as refusal, gate.behind_all_others():
            pass
        return refusal.value.retry_after

    with gate.behind_all_others():
        assert [refused() for _ in range(3)] == [1.0, 2.0, 3.0]
        time_of.now += timedelta(seconds=10)
        assert refused() == 1.0
    with gate.behind_all_others():
        pass


def test_after_its_end_nothing_is_let_through_and_an_inner_block_does_not_move_it() -> None:
    gate, time_of = _gate(Budgets())
    with gate.until(NOON + timedelta(seconds=5)), gate.until(NOON + timedelta(seconds=9)):
        gate.wait("sso-admin", "ListPermissionSets")
        time_of.now = NOON + timedelta(seconds=5)
        with pytest.raises(Awaited, match="is over"):
            gate.wait("sso-admin", "ListPermissionSets")
    gate.wait("sso-admin", "ListPermissionSets")
