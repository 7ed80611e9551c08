"""Preview, plan and decision agree about removals, for any company, policies and leavers."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.changes import ChangeState
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.subject_state import Presence
from dayone.policy.language.parser import read_policy
from tests.builders import a_person, an_account
from tests.unit.hr_world import is_gone, later
from tests.unit.previews import done, foreseen, if_policy, put_in_force
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_DEPARTMENTS = ("Engineering", "Sales", "Legal")
_OUS = ("/Workloads/Dev", "/Workloads/Prod", "/Sandbox")


@dataclass(frozen=True)
class _Hire:
    """A person, and what becomes of them before the new policy: they stay, leave, or are missing from what HR sends."""

    department: str
    leaves: str = field(default="stays")


_hires = st.builds(_Hire, st.sampled_from(_DEPARTMENTS), st.sampled_from(["stays", "stays", "leaves", "is missing"]))


@st.composite
def _policies(draw: st.DrawFn) -> str:
    groups = draw(st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([*_DEPARTMENTS, "*"]), max_size=2))
    assignments = [
        {"group": name, "permission_set": "P", "accounts": [{"ou": draw(st.sampled_from([*_OUS, "/**"]))}]}
        for name in groups
        if draw(st.booleans())
    ]
    policy = {
        "version": 1,
        "groups": {name: {"members": [{"department": value}]} for name, value in groups.items()},
        "permission_sets": {"P": {"managed_policies": ["ViewOnlyAccess"]}},
        "assignments": assignments,
        "guardrails": {"removals": {"percent": draw(st.sampled_from([0, 50])), "at_least": draw(st.integers(0, 4))}},
    }
    return json.dumps(policy)  # which is YAML


def _founded(hires: Sequence[_Hire], accounts: Sequence[str], policy: str) -> World:
    world = World(approves=True)
    for number, hire in enumerate(hires):
        world.hr_tells(a_person(f"e-{number}", department=hire.department))
    for number, ou_path in enumerate(accounts):
        world.account_is(an_account(f"{number:012}", ou_path=ou_path))
    put_in_force(policy, world=world)
    world.approves = False
    later(world, hours=30)  # the removals of a day count for that day
    for number, hire in enumerate(hires):
        if hire.leaves == "leaves":
            world.hr_tells(a_person(f"e-{number}", department=hire.department, status=Status.ENDED))
        elif hire.leaves == "is missing":
            is_gone(world, f"e-{number}", Presence.MISSING)
    return world


@settings(max_examples=60, deadline=None)
@given(
    hires=st.lists(_hires, max_size=5),
    accounts=st.lists(st.sampled_from(_OUS), max_size=3),
    before=_policies(),
    after=_policies(),
)
def test_preview_activation_and_plans_hold_the_same_for_the_same_reasons(
    hires: Sequence[_Hire], accounts: Sequence[str], before: str, after: str
) -> None:
    world = _founded(hires, accounts, before)
    world.plan_all()
    world.execute()
    expected = if_policy(after, world=world)
    request = world.policy_is(read_policy({"policy.yaml": after}, version=0))
    # A group whose members' removal is held waits with them, so not everything comes to its end.
    world.plan_all()
    world.execute()
    change = world.state.changes[request.cause.change]
    assert done(world, [request]) == foreseen(expected)
    held = Counter(
        operation.kind for operation in world.operations(OperationState.HELD) if operation.change == change.id
    )
    assert held.total() == expected.preview.guardrail.held
    # What only waits for the decision on another change is nothing that this one's preview could hold.
    assert (change.state is ChangeState.HELD) is bool(expected.preview.guardrail.held or change.held_elsewhere)
    assert not change.held_reason or any(change.held_reason in reason for reason in expected.preview.guardrail.reasons)
    assert world.policy_in_force().reservations.hold in ("", *expected.preview.guardrail.reasons)


@settings(max_examples=40, deadline=None)
@given(
    departments=st.lists(st.sampled_from(_DEPARTMENTS), max_size=5),
    accounts=st.lists(st.sampled_from(_OUS), max_size=3),
    before=_policies(),
    after=_policies(),
)
def test_an_approval_carries_out_what_the_preview_said_would_be_held_and_no_more(
    departments: Sequence[str], accounts: Sequence[str], before: str, after: str
) -> None:
    world = _founded([_Hire(department) for department in departments], accounts, before)
    expected = if_policy(after, world=world)
    request = put_in_force(after, world=world)
    if not expected.preview.guardrail.held:
        return
    world.is_decided(request.cause.change, approved=True)
    world.settle()
    change = world.state.changes[request.cause.change]
    assert (change.held, change.state) == (0, ChangeState.SUCCEEDED)
    carried_out = [
        operation for operation in world.operations(OperationState.SUCCEEDED) if operation.change == change.id
    ]
    assert sorted(
        (operation.kind, str(operation.subject), str(operation.resource)) for operation in carried_out
    ) == foreseen(expected)
