"""The port CompanyPlans, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import NotFound
from dayone.model.policy.company_plans import PREPARATION, CompanyPlan, PlanState, PlanStep
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import Location, PolicyNote
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, NOW

pytest_plugins = ("tests.contract.state_fixtures",)

NOTE = PolicyNote(Location("policy.yaml", 3), "protects nothing")
PLAN = CompanyPlan(
    id="01P",
    created_at=NOW,
    in_force="7-00ff",
    version_in_force=7,
    off_limits=OffLimits(account="111122223333", permission_sets=frozenset({"Admin"})),
    portions=35,
    mistakes=(NOTE,),
    notes=(NOTE, replace(NOTE, text="is protected")),
)
STEP = PlanStep(portion=20, number=1, looked_at=7, counts={"create-membership": 3}, last=BOB)


def _added(ports: StatePorts) -> CompanyPlan:
    ports.plans.add(PLAN, request=b"asked")
    return PLAN


def test_a_plan_is_found_with_its_request_for_an_hour(ports: StatePorts) -> None:
    _added(ports)
    assert ports.plans.find("01P", now=NOW + timedelta(minutes=59)) == PLAN
    assert ports.plans.request("01P") == b"asked"
    assert ports.plans.find("01P", now=NOW + timedelta(hours=1)) is None
    assert ports.plans.find("01Q", now=NOW) is None


@pytest.mark.parametrize("name", ["request", "result"])
def test_what_is_not_there_is_not_found(ports: StatePorts, name: str) -> None:
    with pytest.raises(NotFound):
        getattr(ports.plans, name)("01P")


def test_a_step_is_read_as_it_was_kept(ports: StatePorts) -> None:
    plan = _added(ports)
    assert ports.plans.step("01P", portion=20, number=1) is None
    assert ports.plans.keep(plan, STEP, content=b"found") == STEP
    assert ports.plans.step("01P", portion=20, number=1) == STEP
    assert ports.plans.content("01P", portion=20, number=1) == b"found"


def test_of_two_who_take_a_step_the_first_counts_with_what_it_has_found(ports: StatePorts) -> None:
    plan = _added(ports)
    ports.plans.keep(plan, STEP, content=b"found")
    assert ports.plans.keep(plan, replace(STEP, looked_at=9, last=ADA), content=b"another") == STEP
    assert list(ports.plans.contents("01P")) == [b"found"]
    assert ports.plans.steps("01P") == [STEP]


def test_what_was_found_comes_in_the_order_of_the_portions_and_steps(ports: StatePorts) -> None:
    plan = _added(ports)
    places = [(10, 0), (2, 10), (2, 9), (34, 0), (PREPARATION, 0), (0, 0)]
    for portion, number in places:
        step = PlanStep(portion=portion, number=number)
        ports.plans.keep(plan, step, content=f"{portion}/{number}".encode())
    assert [(step.portion, step.number) for step in ports.plans.steps("01P")] == sorted(places)
    assert list(ports.plans.contents("01P")) == [b"0/0", b"2/9", b"2/10", b"10/0", b"34/0"]
    assert ports.plans.content("01P", portion=PREPARATION, number=0) == b"-1/0"


def test_a_plan_ends_once(ports: StatePorts) -> None:
    plan = _added(ports)
    ports.plans.end(plan, state=PlanState.COMPLETE, at=NOW + timedelta(seconds=9), result=b"all")
    ports.plans.end(plan, state=PlanState.FAILED, at=NOW + timedelta(seconds=10), reason="late")
    ended = replace(plan, state=PlanState.COMPLETE, ended_at=NOW + timedelta(seconds=9))
    assert ports.plans.find("01P", now=NOW) == ended
    assert ports.plans.result("01P") == b"all"


def test_the_reason_of_an_end_is_kept(ports: StatePorts) -> None:
    ports.plans.end(_added(ports), state=PlanState.OUTDATED, at=NOW, reason="another policy is in force")
    found = ports.plans.find("01P", now=NOW)
    assert found == replace(PLAN, state=PlanState.OUTDATED, ended_at=NOW, reason="another policy is in force")
