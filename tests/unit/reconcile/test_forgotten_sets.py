"""A permission set that was there before Day One, and left the policy that had taken it on, is nobody's to steer."""

from dataclasses import replace

from dayone.model.changes import ChangeState
from dayone.model.operations import OperationState
from dayone.model.policy.rules import AccountSelector, AssignmentRule, PermissionSetRule, Policy
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import ACCOUNT_ID, HERE, PERMISSION_SET, a_group, a_person, a_policy, a_set, an_account
from tests.fakes.sso.identity_center import StoredSet
from tests.unit.world import World

_ARN = "arn:aws:sso:::permissionSet/ssoins-1/ps-theirs"
_KEY = Subject(SubjectKind.PERMISSION_SET, "admin")
_ADMIN = replace(a_set("admin", managed=("AdministratorAccess",)), display_name="Administrators")


def _by_hand() -> StoredSet:
    return StoredSet("Administrators", {"session_duration": "PT8H"}, managed_policies={"AdministratorAccess"})


def _policy(*sets: PermissionSetRule, assigned: str = "") -> Policy:
    rule = AssignmentRule("engineers", assigned, (AccountSelector(HERE, ous=("/Workloads/**",)),), HERE)
    parts = (a_group("engineers"), *sets, *((rule,) if assigned else ()))
    return a_policy(*parts)


def _adopted() -> World:
    world = World(approves=True)
    world.center.permission_sets[_ARN] = _by_hand()
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.policy_is(_policy(_ADMIN, a_set("others")))
    world.settle()
    applied = world.applied(_KEY, PERMISSION_SET)
    assert applied is not None
    assert applied.adopted
    return world


def test_it_is_forgotten_without_a_call_and_without_being_a_removal() -> None:
    world = _adopted()
    request = world.policy_is(_policy(a_set("others")))
    world.settle()
    assert world.applied(_KEY, PERMISSION_SET) is None
    assert not [of for of in world.state.applied if of.subject == _KEY]
    change = world.state.changes[request.cause.change]
    assert (change.state, change.removals, change.held) == (ChangeState.SUCCEEDED, 0, 0)
    assert world.center.permission_sets[_ARN] == _by_hand()


def test_its_key_used_anew_does_not_hand_it_out() -> None:
    world = _adopted()
    world.policy_is(_policy(a_set("others")))
    world.settle()
    harmless = replace(a_set("admin", managed=("ViewOnlyAccess",)), display_name="Readers")
    world.policy_is(_policy(harmless, a_set("others"), assigned="admin"))
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "Readers", "engineers")}
    assert world.center.permission_sets[_ARN] == _by_hand()


def test_what_day_one_has_added_to_it_goes_before_it_is_forgotten() -> None:
    world = _adopted()
    more = replace(_ADMIN, managed_policies=("AdministratorAccess", "ViewOnlyAccess"))
    world.policy_is(_policy(more, a_set("others"), assigned="admin"))
    world.settle()
    assert world.center.permission_sets[_ARN].managed_policies == {"AdministratorAccess", "ViewOnlyAccess"}
    assert world.assignments() == {(ACCOUNT_ID, "Administrators", "engineers")}
    request = world.policy_is(_policy(a_set("others"), a_set("admin2"), assigned="admin2"))
    world.settle()
    assert world.center.permission_sets[_ARN].managed_policies == {"AdministratorAccess"}
    assert world.assignments() == {(ACCOUNT_ID, "admin2", "engineers")}
    assert not [of for of in world.state.applied if of.subject == _KEY]
    assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED


def test_it_is_taken_on_again_under_its_own_name() -> None:
    world = _adopted()
    for policy in (_policy(a_set("others")), _policy(_ADMIN, a_set("others"))):
        world.policy_is(policy)
        world.settle()
    applied = world.applied(_KEY, PERMISSION_SET)
    assert applied is not None
    assert (applied.adopted, applied.references) == (True, {"permission_set_arn": _ARN})
    assert world.center.permission_sets[_ARN] == _by_hand()


def test_its_key_renamed_in_one_edit_hands_it_out_to_nobody() -> None:
    world = _adopted()
    harmless = replace(a_set("admin", managed=("ViewOnlyAccess",)), display_name="Readers")
    request = world.policy_is(_policy(harmless, a_set("others"), assigned="admin"))
    world.settle()
    assert world.assignments() == set()
    assert world.center.permission_sets[_ARN] == _by_hand()
    assert world.outcomes(request) == ["create assignment/admin/engineers: failed"]
    (operation,) = world.operations(OperationState.FAILED)
    assert "is 'Administrators' in Identity Center, which is not renamed to 'Readers'" in operation.failure_reason
    # The name taken back, it is what the policy means.
    world.policy_is(_policy(_ADMIN, a_set("others"), assigned="admin"))
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "Administrators", "engineers")}


def test_nor_does_that_of_a_set_that_day_one_made() -> None:
    world = World(approves=True)
    world.account_is(an_account())
    world.policy_is(_policy(_ADMIN))
    world.settle()
    world.policy_is(_policy(replace(_ADMIN, display_name="Readers"), assigned="admin"))
    world.settle()
    assert world.assignments() == set()
