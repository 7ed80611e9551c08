"""Previews of names that exist in Identity Center already."""

from dataclasses import replace
from typing import Any

import pytest

from dayone.errors import AccessDenied, Awaited, Throttled
from dayone.model.subjects import ResourceKind
from dayone.ports.identity_center import AssignmentKey
from dayone.preview.request import WhatIf
from dayone.preview.service import Previewed, preview_plan
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, an_account
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.previews import POLICY, api_of, if_person, if_policy
from tests.unit.world import World

_ADOPTED = "exists with every part as wanted, and would be taken on"
_TAKEN_ON = "exists, and would be taken on"
_VIEW = "job-function/ViewOnlyAccess"


def _exists(found: Previewed, kind: ResourceKind) -> dict[str, str]:
    return {
        previewed_operation.subject.name: previewed_operation.exists
        for previewed_operation in found.preview.operations
        if previewed_operation.resource.kind is kind
    }


def _notes(found: Previewed) -> list[str]:
    return [note for note in found.preview.notes if note.startswith("not looked at")]


def _with(world: World, **ports: Any) -> Previewed:  # noqa: ANN401
    api = api_of(world)
    api.existing = replace(api.existing, **ports)
    return preview_plan(WhatIf(files={"policy.yaml": POLICY}), ports=api)


def test_names_that_are_free_are_looked_at_and_say_nothing() -> None:
    found = if_policy(POLICY, world=World())
    assert _exists(found, ResourceKind.GROUP) == {"engineers": "", "sales": ""}
    assert _exists(found, ResourceKind.PERMISSION_SET) == {"ViewOnly": ""}
    assert _notes(found) == []


def test_a_group_that_differs_says_in_what_and_one_that_does_not_would_be_taken_on() -> None:
    world = World()
    world.center.groups |= {"g-1": StoredGroup("engineers", "ask in #platform"), "g-2": StoredGroup("Sales", "")}
    found = _exists(if_policy(POLICY, world=world), ResourceKind.GROUP)
    assert found["engineers"].startswith("exists, and would be left as it is: ")
    assert "description: ask in #platform → none" in found["engineers"]
    assert (
        "`dayone policy describe group:engineers`. Once that has failed, `dayone changes adopt`" in found["engineers"]
    )
    assert "name: Sales → sales" in found["sales"]
    world.center.groups["g-2"] = StoredGroup("sales", "")
    assert _exists(if_policy(POLICY, world=world), ResourceKind.GROUP)["sales"] == _ADOPTED


def test_a_set_is_compared_in_all_its_parts_with_the_policy_that_is_tried() -> None:
    world = World()
    stored = StoredSet("ViewOnly", {"session_duration": "PT1H"}, managed_policies={_VIEW})
    world.center.permission_sets["arn:theirs"] = stored
    assert _exists(if_policy(POLICY, world=world), ResourceKind.PERMISSION_SET) == {"ViewOnly": _ADOPTED}
    stored.managed_policies.add("AdministratorAccess")
    world.center.groups["g-1"] = StoredGroup("admins", "")
    world.center.assignments.add(
        AssignmentKey(account_id="444455556666", permission_set_arn="arn:theirs", principal_id="g-1")
    )
    world.center.provisioned["444455556666", "arn:theirs"] = 1
    said = _exists(if_policy(POLICY, world=world), ResourceKind.PERMISSION_SET)["ViewOnly"]
    assert "managed policy: AdministratorAccess → none" in said
    assert "assignment: group admins in 444455556666 → none" in said


def test_a_user_is_looked_at_for_a_person() -> None:
    world = World()
    user = {"user_name": "e-1@example.com", "email": "e-1@example.com", "given_name": "Ada", "family_name": "Lovelace"}
    world.policy_is(a_policy(a_group()))
    world.settle()
    world.center.users["user-theirs"] = {**user, "display_name": "Ada Lovelace"}
    facts = {name: value for name, value in vars(a_person(title="SRE")).items() if name in (*user, "display_name")}
    (said,) = _exists(if_person(world, **facts), ResourceKind.USER).values()
    assert said == "exists as the user of the same person, and would be taken on"
    world.center.users["user-theirs"]["family_name"] = "Byron"
    (said,) = _exists(if_person(world, **facts), ResourceKind.USER).values()
    assert "family_name: another value → the value that HR gives" in said
    assert "Once that has failed, `dayone policy describe person:e-1` names what HR has to say" in said


def test_more_names_than_may_be_looked_at_are_counted() -> None:
    groups = "\n".join(f"  g{number}: {{members: everyone}}" for number in range(50))
    found = if_policy(f"version: 1\ngroups:\n{groups}\n", world=World())
    (note,) = _notes(found)
    assert note.startswith("not looked at in AWS: 30 of 50 new names; each is looked at before anything is written")


def test_more_names_than_may_be_looked_at_are_as_the_last_inventory_has_them() -> None:
    world = World()
    world.center.groups |= {f"g-{number}": StoredGroup(f"g{number}", "") for number in range(50)}
    world.center.groups["g-49"] = StoredGroup("g49", "theirs")
    world.take_inventory()
    groups = "\n".join(f"  g{number}: {{members: everyone}}" for number in range(51))
    found = if_policy(f"version: 1\ngroups:\n{groups}\n", world=world)
    assert _notes(found) == []
    of = [note.partition("Z: ")[2] for note in found.preview.notes if note.startswith("looked at in the inventory of")]
    assert of == ["41 of 51 new names"]
    exists = _exists(found, ResourceKind.GROUP)
    assert "description: theirs → none" in exists.pop("g49")
    assert exists.pop("g50") == ""
    assert set(exists.values()) == {_ADOPTED}


def test_members_assignments_and_parts_of_what_would_be_taken_on_are_marked_and_others_are_not() -> None:
    world = World()
    for number, department in enumerate(("Engineering", "Engineering", "Sales")):
        world.hr_tells(a_person(f"e-{number}", department=department))
    world.account_is(an_account())
    world.settle()
    users = {user["user_name"]: user_id for user_id, user in world.center.users.items()}
    world.center.groups["g-1"] = StoredGroup("engineers", "")
    world.center.memberships["m-1"] = ("g-1", users["e-0@example.com"])
    stored = StoredSet("ViewOnly", {"session_duration": "PT1H"}, managed_policies={_VIEW})
    world.center.permission_sets["arn:theirs"] = stored
    key = AssignmentKey(account_id=ACCOUNT_ID, permission_set_arn="arn:theirs", principal_id="g-1")
    world.center.assignments.add(key)
    world.center.provisioned[ACCOUNT_ID, "arn:theirs"] = 1
    found = if_policy(POLICY, world=world)
    assert _exists(found, ResourceKind.MEMBERSHIP) == {"e-0": _TAKEN_ON, "e-1": "", "e-2": ""}
    assert _exists(found, ResourceKind.ASSIGNMENT) == {ACCOUNT_ID: _TAKEN_ON}
    assert _exists(found, ResourceKind.MANAGED_POLICY) == {"ViewOnly": _TAKEN_ON}
    world.center.memberships["m-1"] = ("g-1", users["e-2@example.com"])
    differs = _exists(if_policy(POLICY, world=world), ResourceKind.MEMBERSHIP)
    assert set(differs.values()) == {""}


class _Refusing:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def find_group(self, _: str) -> None:
        self.asked += 1
        raise self.error

    def find_user(self, _: str) -> None:
        raise self.error


@pytest.mark.parametrize("error", [Throttled("slow"), AccessDenied("no"), Awaited("over", retry_after=5)])
def test_what_aws_does_not_answer_is_not_taken_for_free(error: Exception) -> None:
    found = _with(World(), directory=_Refusing(error))
    assert _notes(found) == [
        "not looked at in AWS: 2 of 3 new names; each is looked at before anything is written",
    ]
    assert found.preview.counts["create-group"] == 2


def test_what_is_day_one_s_own_under_another_key_is_not_called_somebody_else_s() -> None:
    world = World()
    world.policy_is(a_policy(replace(a_group("platform"), display_name="engineers")))
    world.settle()
    said = _exists(if_policy(POLICY, world=world), ResourceKind.GROUP)["engineers"]
    assert said == "exists as another resource that Day One manages, which has to give the name up first"


def test_nothing_is_asked_of_aws_for_a_plan_that_creates_no_name() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(a_policy(a_group()))
    world.settle()
    refusing = _Refusing(AccessDenied("no"))
    api = api_of(world)
    api.existing = replace(api.existing, directory=refusing)
    found = preview_plan(WhatIf(account={"id": "444455556666", "name": "other"}), ports=api)
    assert (_notes(found), refusing.asked) == ([], 0)
