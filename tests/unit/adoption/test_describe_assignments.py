"""Live assignments of a set that others made, as the rules that give them: nothing of them changes by adopting it."""

from copy import deepcopy

import pytest

from dayone.adoption.describe import DescribedExisting, describe_existing
from dayone.model.operations import OperationState
from dayone.model.subjects import Subject
from dayone.policy.language.parser import read_policy
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_person, an_account, the_group, the_set
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

_ARN, _GROUP_ID, _DEPLOY = "arn:theirs", "group-theirs", the_set("Deploy")
_POLICY = "version: 1\ngroups:\n  everybody: {members: everyone}\n"
_ADMINS = "  admins: {description: them, people: [e-1]}\n"
_NEEDS = "the assignments need a group that the policy does not have yet: `dayone policy describe group:admins`"


@pytest.fixture
def world() -> World:
    """A person and an account that Day One knows, and a set, a group and its member of somebody else's."""
    world = World()
    world.account_is(an_account())
    world.hr_tells(a_person("e-1"))
    world.settle()
    put_in_force(_POLICY, world=world)
    world.center.groups[_GROUP_ID] = StoredGroup("admins", "them")
    world.center.memberships["m-1"] = (_GROUP_ID, _user(world))
    world.center.permission_sets[_ARN] = StoredSet(
        "Deploy", {"session_duration": "PT2H"}, managed_policies={"AdministratorAccess"}
    )
    return world


def _user(world: World) -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"] == "e-1@example.com")


def _assign(world: World, principal: str, *, account: str = ACCOUNT_ID, is_user: bool = False) -> None:
    kind = PrincipalType.USER if is_user else PrincipalType.GROUP
    world.center.assignments.add(
        AssignmentKey(account_id=account, permission_set_arn=_ARN, principal_id=principal, principal_type=kind)
    )
    world.center.provisioned[account, _ARN] = world.center.permission_sets[_ARN].revision


def _described(world: World, subject: Subject = _DEPLOY) -> DescribedExisting:
    return describe_existing(subject, ports=api_of(world))


def _beside(*texts: str) -> str:
    """The policy with what is printed, without the version that each text begins with."""
    return _POLICY + "".join(text.removeprefix("version: 1\n") for text in texts)


def test_assignments_of_a_group_and_a_person_are_printed_and_taken_on_with_the_set(world: World) -> None:
    _assign(world, _GROUP_ID)
    _assign(world, _user(world), is_user=True)
    center = world.center
    before = deepcopy((center.users, center.groups, center.memberships, center.permission_sets, center.assignments))
    described = _described(world)
    assert described.obstacles == (_NEEDS,)
    whole = _beside(_ADMINS, described.policy)
    exists = {
        f"{previewed_operation.subject}#{previewed_operation.resource}": previewed_operation.exists
        for previewed_operation in if_policy(whole, world=world).preview.operations
        if previewed_operation.exists
    }
    as_wanted = "exists with every part as wanted, and would be taken on"
    compared = {"permission-set:Deploy#permission-set", "group:admins#group"}
    assert {name for name, how in exists.items() if how == as_wanted} == compared
    given = {f"account:{ACCOUNT_ID}#assignment/Deploy/{principal}" for principal in ("admins", "person:e-1")}
    assert given <= {name for name, how in exists.items() if how == "exists, and would be taken on"}
    world.approves = True
    put_in_force(whole, world=world)
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}
    after = (center.users, center.groups, center.memberships, center.permission_sets, center.assignments)
    assert after == before


def test_a_group_that_the_policy_has_needs_no_more_lines(world: World) -> None:
    put_in_force(_beside(_ADMINS), world=world)
    _assign(world, _GROUP_ID)
    described = _described(world)
    assert described.obstacles == ()
    (assignment,) = read_policy({"policy.yaml": _beside(_ADMINS, described.policy)}, version=1).assignments
    assert (assignment.group, assignment.permission_set) == ("admins", "Deploy")
    assert [selector.ids for selector in assignment.accounts] == [(ACCOUNT_ID,)]


def test_what_no_rule_would_give_is_named_and_has_no_line(world: World) -> None:
    world.center.users["user-x"] = {"user_name": "stranger@example.com"}
    world.center.groups["group-x"] = StoredGroup("person:e-1", "its name is that of a person")
    _assign(world, "user-x", is_user=True)
    _assign(world, "group-gone")
    _assign(world, "group-x")
    _assign(world, _GROUP_ID, account="999999999999")
    described = _described(world)
    assert "assignments" not in described.policy
    assert sorted(obstacle.partition(": no rule gives it: ")[0] for obstacle in described.obstacles) == [
        "assignment group admins in 999999999999",
        f"assignment group group-gone in {ACCOUNT_ID}",
        f"assignment group person:e-1 in {ACCOUNT_ID}",
        f"assignment user user-x in {ACCOUNT_ID}",
    ]


def test_the_key_of_another_group_is_not_taken_for_the_name(world: World) -> None:
    put_in_force(_beside("  admins: {name: Administrators of old, people: [e-1]}\n"), world=world)
    _assign(world, _GROUP_ID)
    described = _described(world)
    assert "assignments" not in described.policy
    (obstacle,) = described.obstacles
    assert obstacle.startswith(f"assignment group admins in {ACCOUNT_ID}: no rule gives it: ")


def test_a_group_is_described_with_what_it_has_that_no_rule_gives(world: World) -> None:
    _assign(world, _GROUP_ID)
    (obstacle,) = _described(world, the_group("admins")).obstacles
    assert obstacle.startswith(f"assignment Deploy in {ACCOUNT_ID}: no rule gives it: ")
