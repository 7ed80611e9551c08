"""With `guardrails.unmanaged: remove` the access that others have given goes, within the limit, and nothing else."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from dayone.errors import Inapplicable
from dayone.inventory.decisions import repair_finding
from dayone.inventory.repairs import EDITS_ARE_KNOWN, LEFT_ALONE
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import RestoreResources
from dayone.model.inventory import DriftFinding, DriftKind, ForeignEdit
from dayone.model.operations import Action, Applied
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import Guardrails, Policy, Protection
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_account
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.unit.inventory.test_repairs import minutes
from tests.unit.previews import api_of
from tests.unit.world import World

_REMOVE = Guardrails(removes_unmanaged=True)
_QUARTER = int(EDITS_ARE_KNOWN.total_seconds() // 60) + 1


def _policy(*, protection: Protection | None = None, guardrails: Guardrails = _REMOVE) -> Policy:
    parts = (a_group(), a_group("sales", department="Sales"), a_set(), a_set("Deploy"), an_assignment())
    return replace(a_policy(*parts, protection=protection), guardrails=guardrails)


def _world(policy: Policy) -> World:
    world = World(approves=True)
    # Assignments of principals that were deleted are seen by account alone.
    world.off_limits = OffLimits(account="999988887777")
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(policy)
    world.settle()
    world.approves = False
    return world


@pytest.fixture
def world() -> World:
    """Two people in two groups, all of it carried out; an inventory has found nothing."""
    world = _world(_policy())
    world.take_inventory()
    assert world.inventory.findings() == []
    return world


def _group(world: World, name: str = "engineers") -> str:
    return next(group_id for group_id, group in world.center.groups.items() if group.name == name)


def _user(world: World, name: str = "e-2") -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _set(world: World, name: str = "Deploy") -> str:
    return next(arn for arn, stored in world.center.permission_sets.items() if stored.name == name)


def _assigned(world: World, principal: str, *, arn: str, is_user: bool = False) -> None:
    kind = PrincipalType.USER if is_user else PrincipalType.GROUP
    key = AssignmentKey(account_id=ACCOUNT_ID, permission_set_arn=arn, principal_id=principal, principal_type=kind)
    world.center.assignments.add(key)
    world.center.provisioned.setdefault((ACCOUNT_ID, arn), world.center.permission_sets[arn].revision)


def _add_member(world: World) -> None:
    world.center.memberships["m-x"] = (_group(world), _user(world))


def _assign_group(world: World) -> None:
    _assigned(world, _group(world, "sales"), arn=_set(world))


def _assign_user(world: World) -> None:
    _assigned(world, _user(world), arn=_set(world), is_user=True)


def _assign_foreign(world: World, group: str = "Auditors", permission_set: str = "Audit") -> None:
    world.center.groups["group-y"] = StoredGroup(group, "")
    world.center.permission_sets["arn:aws:sso:::permissionSet/ssoins-1/ps-y"] = StoredSet(permission_set, {})
    _assigned(world, "group-y", arn="arn:aws:sso:::permissionSet/ssoins-1/ps-y")


def _assign_foreign_user(world: World) -> None:
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}
    _assigned(world, "user-x", arn=_set(world), is_user=True)


def _orphan(world: World) -> None:
    _assigned(world, "group-of-the-past", arn=_set(world))


def _attach(world: World) -> None:
    MemorySetPolicies(world.center).attach_managed(_set(world), managed_policy="ReadOnlyAccess")


def _access(world: World) -> object:
    attached = {stored.name: {**vars(stored), "revision": 0} for stored in world.center.permission_sets.values()}
    known = {name: parts for name, parts in attached.items() if name != "Audit"}
    return set(world.center.memberships.values()), set(world.center.assignments), deepcopy(known)


_GIVEN = [_add_member, _assign_group, _assign_user, _assign_foreign, _assign_foreign_user, _orphan, _attach]


@pytest.mark.parametrize("give", _GIVEN, ids=[give.__name__ for give in _GIVEN])
def test_access_that_others_have_given_goes(world: World, give: Callable[[World], None]) -> None:
    before = _access(world)
    give(world)
    assert _access(world) != before
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert _access(world) == before
    world.take_inventory()
    left = {each.difference.resource for each in world.inventory.findings()}
    # They give nothing to anybody.
    assert left <= {"group", "permission-set", "user"}


@pytest.mark.parametrize("give", _GIVEN, ids=[give.__name__ for give in _GIVEN])
def test_by_default_it_stays(give: Callable[[World], None]) -> None:
    world = _world(_policy(guardrails=Guardrails()))
    world.take_inventory()
    give(world)
    after = _access(world)
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert _access(world) == after


@pytest.mark.parametrize("give", _GIVEN, ids=[give.__name__ for give in _GIVEN])
def test_the_first_inventory_removes_nothing(give: Callable[[World], None]) -> None:
    """It is there from before: somebody decides about it, and may have it removed."""
    world = _world(_policy())
    give(world)
    after = _access(world)
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert _access(world) == after
    given = {"managed-policy/ReadOnlyAccess", "membership/engineers"}
    (finding,) = [
        each
        for each in world.inventory.findings()
        if each.difference.resource in given or each.difference.resource.startswith("assignment/")
    ]
    repair_finding(finding.id, actor="arn:operator", ports=api_of(world))
    world.settle()
    assert _access(world) != after


def _make_group(world: World) -> None:
    world.center.groups["group-x"] = StoredGroup("Contractors", "")


def _add_stranger(world: World) -> None:
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}
    world.center.memberships["m-x"] = (_group(world), "user-x")


@pytest.mark.parametrize("make", [_make_group, _add_stranger], ids=["group", "member whom nobody knows"])
def test_what_has_no_place_in_the_record_is_reported(world: World, make: Callable[[World], None]) -> None:
    make(world)
    after = (dict(world.center.groups), dict(world.center.memberships))
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert (dict(world.center.groups), dict(world.center.memberships)) == after
    for finding in world.inventory.findings():
        with pytest.raises(Inapplicable, match="was not made by Day One, which does not remove it"):
            repair_finding(finding.id, actor="arn:operator", ports=api_of(world))


def _finding(world: World) -> DriftFinding:
    (finding,) = [each for each in world.inventory.findings() if each.difference.resource.startswith("assignment/")]
    return finding


@pytest.mark.parametrize(
    ("group", "permission_set"), [("AWSControlTowerAdmins", "Audit"), ("Auditors", "AWSAdministratorAccess")]
)
def test_what_aws_needs_stays(world: World, group: str, permission_set: str) -> None:
    _assign_foreign(world, group, permission_set)
    after = set(world.center.assignments)
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert set(world.center.assignments) == after
    with pytest.raises(Inapplicable, match="an AWS service has made it"):
        repair_finding(_finding(world).id, actor="arn:operator", ports=api_of(world))


def test_what_an_aws_service_was_seen_to_make_stays(world: World) -> None:
    _assign_group(world)
    after = set(world.center.assignments)
    world.take_inventory()
    edit = ForeignEdit(event="e-1", actor="organizations.amazonaws.com", action="Create", at=world.now, ids={})
    world.inventory.put([replace(_finding(world), edit=edit)])
    world.now += LEFT_ALONE
    minutes(world, 5)
    assert set(world.center.assignments) == after


@pytest.mark.parametrize(
    ("protection", "give"),
    [
        (Protection(groups=frozenset({"auditors"})), _assign_foreign),
        (Protection(users=frozenset({"eve"})), _assign_foreign_user),
        (Protection(accounts=frozenset({ACCOUNT_ID})), _assign_foreign),
        (Protection(people=frozenset({"e-2"})), _assign_user),
        (Protection(groups=frozenset({"sales"})), _assign_group),
        (Protection(people=frozenset({"e-2"})), _add_member),
    ],
    ids=["a group", "a user", "an account", "a person", "a group of ours", "a person's membership"],
)
def test_what_is_protected_stays(protection: Protection, give: Callable[[World], None]) -> None:
    world = _world(_policy())
    world.policy_is(_policy(protection=protection))
    world.settle()
    world.take_inventory()
    give(world)
    after = (set(world.center.memberships), set(world.center.assignments))
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert (set(world.center.memberships), set(world.center.assignments)) == after


def test_above_the_limit_it_is_held_and_goes_once_somebody_has_approved_it() -> None:
    world = _world(_policy(guardrails=replace(_REMOVE, percent=0, at_least=1)))
    world.take_inventory()
    before = set(world.center.memberships.values())
    for number in (3, 4):
        world.hr_tells(a_person(f"e-{number}", department="Nothing"))
    world.settle()
    for number in (2, 3, 4):
        world.center.memberships[f"m-{number}"] = (_group(world), _user(world, f"e-{number}"))
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    assert len(set(world.center.memberships.values()) - before) == 2
    world.take_inventory()
    held = [change for change in world.state.changes.values() if change.held]
    assert len(held) == 2
    # While that waits it is not said to be over.
    assert len(world.inventory.findings()) == 2
    for change in held:
        world.is_decided(change.id, approved=True)
    world.settle()
    assert set(world.center.memberships.values()) == before
    minutes(world, 5)
    assert world.inventory.findings() == []


def test_sensitive_access_is_not_given_by_removing_what_somebody_gave_too_early(world: World) -> None:
    """A policy that waits for its approval has given it to nobody, and does not by this."""
    admin = a_set("Deploy", managed=("AdministratorAccess",))
    parts = (a_group(), a_group("sales", department="Sales"), a_set(), admin, an_assignment())
    world.policy_is(replace(a_policy(*parts, an_assignment("sales", "Deploy")), guardrails=_REMOVE))
    world.settle()
    _assign_group(world)
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    done = [str(each.resource) for each in world.operations() if each.actor == "dayone" and each.state == "succeeded"]
    assert "assignment/Deploy/sales" not in done


def test_kinds_that_are_only_reported_stay_as_they_are(world: World) -> None:
    world.center.groups[_group(world)].name = "engineers (old)"
    world.take_inventory()
    minutes(world, _QUARTER + 5)
    (finding,) = world.inventory.findings()
    assert finding.difference.kind is DriftKind.CHANGED


def test_a_message_that_names_itself_what_is_to_go_removes_nothing(world: World) -> None:
    """By writing to the inbox one has what the inventory has found removed a little sooner, and nothing else."""
    after = set(world.center.assignments)
    (key,) = after
    group = {"permission_set_arn": key.permission_set_arn, "group_id": key.principal_id}
    ours = Resource(ResourceKind.ASSIGNMENT, "ViewOnly/strangers")
    cause = Cause(change="01FORGED", kind=CauseKind.DRIFT, actor="dayone", reference="drift", at=world.now)
    given = Applied(resource=ours, references=group, doubt=Action.DELETE)
    account = the_account()
    world.inbox.put([RestoreResources(subject=account, cause=cause, findings=("none",), unmanaged=(given,))])
    world.settle()
    second = replace(cause, change="01FORGED2")
    world.inbox.put([RestoreResources(subject=account, cause=second, unmanaged=(given,))])
    world.settle()
    assert set(world.center.assignments) == after
