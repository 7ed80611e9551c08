"""Previews come true or are held, and then nothing more is previewed, for any company and policies."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.operations import OperationState
from tests.builders import a_person, an_account
from tests.unit.previews import done, foreseen, if_policy, put_in_force
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_DEPARTMENTS = ("Engineering", "Sales", "Legal")
_OUS = ("/Workloads/Dev", "/Workloads/Prod", "/Sandbox")
_GROUPS = ("a", "b")
_SETS = ("P", "Q")

_members = st.lists(st.sampled_from([{"department": name} for name in (*_DEPARTMENTS, "*")]), max_size=2)
_parts = st.sampled_from(["ViewOnlyAccess", "SecurityAudit"]).map(lambda name: {"managed_policies": [name]})


@st.composite
def policies(draw: st.DrawFn) -> str:
    groups = draw(st.dictionaries(st.sampled_from(_GROUPS), _members, max_size=2))
    sets = draw(st.dictionaries(st.sampled_from(_SETS), _parts, max_size=2))
    assignments = [
        {"group": group, "permission_set": name, "accounts": [{"ou": draw(st.sampled_from([*_OUS, "/**"]))}]}
        for group in groups
        for name in sets
        if draw(st.booleans())
    ]
    policy = {
        "version": 1,
        "groups": {name: {"members": members} for name, members in groups.items()},
        "permission_sets": sets,
        "assignments": assignments,
    }
    return json.dumps(policy)  # which is YAML


@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(st.sampled_from(_DEPARTMENTS), max_size=4),
    accounts=st.lists(st.sampled_from(_OUS), max_size=3),
    before=policies(),
    after=policies(),
)
def test_a_policy_does_what_was_foreseen_and_no_more(
    people: Sequence[str], accounts: Sequence[str], before: str, after: str
) -> None:
    world = World()
    for number, department in enumerate(people):
        world.hr_tells(a_person(f"e-{number}", department=department))
    for number, ou_path in enumerate(accounts):
        world.account_is(an_account(f"{number:012}", ou_path=ou_path))
    put_in_force(before, world=world)
    expected = if_policy(after, world=world)
    request = put_in_force(after, world=world)
    assert done(world, [request]) == foreseen(expected)
    held = [
        operation for operation in world.operations(OperationState.HELD) if operation.change == request.cause.change
    ]
    assert len(held) == expected.preview.guardrail.held
    marked = [(each.kind, each.subject, each.resource) for each in expected.preview.operations if each.held]
    assert sorted(marked) == sorted((each.kind, each.subject, each.resource) for each in held)
    assert foreseen(if_policy(after, world=world)) == []
