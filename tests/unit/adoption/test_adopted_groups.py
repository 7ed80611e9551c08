"""Groups that others made and have assigned something: whoever joins one after its adoption has that as well."""

import re

import pytest

from dayone.adoption.service import AdoptionWish, request_adoption
from dayone.changes.decisions import decide_change
from dayone.model.operations import OperationState
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_person, the_group
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, company, held, later
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

_LEGACY = POLICY.replace("admins: {", "legacy: {members: [{title: Nobody}]}\n  admins: {")
_EVERYBODY = _LEGACY.replace("[{title: Nobody}]", "everyone")


def _adopted(assigned: str) -> World:
    """A group of others that has a permission set in the account, and is taken on as two people have agreed."""
    world = company()
    world.center.groups["g-legacy"] = StoredGroup("legacy", "")
    world.center.permission_sets["arn:theirs"] = StoredSet("Theirs", {})
    (arn,) = [arn for arn, stored in world.center.permission_sets.items() if stored.name == assigned]
    key = {"account_id": ACCOUNT_ID, "permission_set_arn": arn, "principal_id": "g-legacy"}
    world.center.assignments.add(AssignmentKey(**key, principal_type=PrincipalType.GROUP))
    change = put_in_force(_LEGACY, world=world).cause.change
    (failed,) = world.operations(OperationState.FAILED)
    (digest,) = re.findall("--digest ([0-9a-f]{16})", failed.failure_reason)
    wish = AdoptionWish(subject=the_group("legacy"), digest=digest, reason="ours")
    adoption = request_adoption(change, wish=wish, actor=AUTHOR, ports=api_of(world))
    world.settle()
    decide_change(adoption.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    world.settle()
    later(world)
    return world


@pytest.mark.parametrize("assigned", ["Admin", "Theirs"])
def test_nobody_joins_what_others_have_assigned_something_sensitive_without_an_approval(assigned: str) -> None:
    world = _adopted(assigned)
    reasons = " ".join(if_policy(_EVERYBODY, world=world).preview.guardrail.reasons)
    assert f"others have assigned it `{assigned}`" in reasons
    put_in_force(_EVERYBODY, world=world)
    later(world)
    # Nor after another edit.
    put_in_force(_EVERYBODY + "# a remark\n", world=world)
    world.hr_tells(a_person("e-3"), at=world.now)
    world.settle()
    assert held(world) == [f"person:e-{number} create membership/legacy" for number in (1, 2, 3)]
    assert world.groups()["legacy"] == set()


def test_nobody_waits_where_that_is_harmless() -> None:
    world = _adopted("ViewOnly")
    put_in_force(_EVERYBODY, world=world)
    assert held(world) == []
    assert len(world.groups()["legacy"]) == 2
