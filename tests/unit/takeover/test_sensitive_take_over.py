"""A first policy records sensitive access that exists: it gives none, and records nothing that came later."""

from dataclasses import replace

import pytest

from dayone.executor.taken_over import TakeOver
from dayone.lookups import walk_company
from dayone.model.commands import ActivatePolicy
from dayone.model.operations import OperationState
from dayone.model.people import Person
from dayone.model.policy.rules import Reservations
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ops.audit_rules import first_broken
from dayone.planning.facts import evaluator_of
from dayone.policy.service import check_policy
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.preview.builder import PreviewBuilder
from dayone.takeover.estate import Estate
from tests.unit.preview.test_company_plan import Plans
from tests.unit.previews import api_of, if_policy
from tests.unit.takeover.companies import access, founded
from tests.unit.takeover.estates import add_account, add_group, add_person, add_set, an_estate, assign
from tests.unit.world import World

ADMINS = Resource(ResourceKind.MEMBERSHIP, "admins")
RULES = """\
version: 1
permission_sets:
  Admin: {managed_policies: [AdministratorAccess], session_duration: PT1H}
groups:
  admins: {members: [{department: Platform}]}
assignments:
  - {group: admins, permission_set: Admin, accounts: [{ou: "/Workloads/**"}]}
  - {person: e-3, permission_set: Admin, accounts: [{id: "000000000001"}]}
"""
GROUP, ARN, ACCOUNT = "group-0", "arn:Admin", f"{1:012d}"


def _estate() -> Estate:
    """Return one with two administrators by a group, one directly, and two people who are neither."""
    estate = an_estate()
    for number in (1, 2):
        add_person(estate, number, department="Platform")
    for number in (3, 4, 5):
        add_person(estate, number, department="Sales")
    accounts = [add_account(estate, number) for number in (1, 2)]
    admin = add_set(estate, "Admin", policy="AdministratorAccess")
    assign(estate, admin, accounts=accounts, group=add_group(estate, "admins", members=("e-1", "e-2")))
    assign(estate, admin, accounts=accounts[:1], person="e-3")
    return estate


def _read(estate: Estate) -> World:
    world = founded(estate)
    world.take_inventory()
    return world


def _put_in_force(world: World, text: str = RULES) -> ActivatePolicy:
    policy, _ = check_policy({"policy.yaml": text})
    command = world.policy_is(replace(policy, version=1))
    world.settle()
    return command


def _held(world: World) -> set[str]:
    return {f"{each.subject} {each.resource}" for each in world.operations(OperationState.HELD)}


def _recorded(world: World, person: str) -> bool:
    return ResourceOf(Subject(SubjectKind.PERSON, person), ADMINS) in world.state.applied


def _is_admin(world: World, person: str) -> bool:
    return (GROUP, f"user-{person}") in world.center.memberships.values()


def _others_add(world: World, person: str) -> None:
    world.center.memberships[f"by hand {person}"] = (GROUP, f"user-{person}")


def _now_works_in(world: World, person: str, department: str) -> None:
    fact = world.head(Subject(SubjectKind.PERSON, person)).fact
    assert isinstance(fact, Person)
    world.hr_tells(replace(fact, department=department), at=world.now)
    world.settle()


def test_the_first_policy_records_sensitive_access_without_an_approval_and_without_a_write() -> None:
    world = _read(_estate())
    before = access(world)
    _put_in_force(world)
    assert {each.state for each in world.operations()} == {OperationState.SUCCEEDED}
    assert access(world) == before
    # No request for an assignment, and none to provision a permission set.
    assert not world.center.requests
    assert all(_recorded(world, person) for person in ("e-1", "e-2"))
    assert first_broken(world.state.audit_records()) is None
    assert not world.take_inventory().differences


def test_what_the_first_policy_gives_beside_that_is_held() -> None:
    world = _read(_estate())
    more = RULES.replace("{department: Platform}", "{department: Platform}, {id: e-4}").replace("e-3,", "e-5,")
    _put_in_force(world, more)
    assert _held(world) == {"person:e-4 membership/admins", f"account:{ACCOUNT} assignment/Admin/person:e-5"}
    assert not _is_admin(world, "e-4")


def test_without_an_inventory_everything_sensitive_is_held() -> None:
    world = founded(_estate())
    _put_in_force(world)
    assert "person:e-1 membership/admins" in _held(world)


def test_what_others_add_after_the_inventory_is_not_recorded_by_one_author() -> None:
    world = _read(_estate())
    _others_add(world, "e-4")
    _put_in_force(world, RULES.replace("{department: Platform}", "{department: Platform}, {id: e-4}"))
    assert _held(world) == {"person:e-4 membership/admins"}
    assert not _recorded(world, "e-4")


def test_what_others_assign_after_the_inventory_is_not_recorded_by_one_author() -> None:
    world = _read(_estate())
    user = PrincipalType.USER
    key = AssignmentKey(account_id=ACCOUNT, permission_set_arn=ARN, principal_id="user-e-4", principal_type=user)
    world.center.assignments.add(key)
    _put_in_force(world, f'{RULES}  - {{person: e-4, permission_set: Admin, accounts: [{{id: "{ACCOUNT}"}}]}}\n')
    assert _held(world) == {f"account:{ACCOUNT} assignment/Admin/person:e-4"}


def test_what_others_take_after_the_inventory_is_not_given_back_by_one_author() -> None:
    world = _read(_estate())
    names = [name for name, pair in world.center.memberships.items() if pair == (GROUP, "user-e-2")]
    for name in names:
        del world.center.memberships[name]
    world.center.assignments = {key for key in world.center.assignments if key.principal_id != "user-e-3"}
    before = access(world)
    _put_in_force(world)
    assert {str(each.target) for each in world.operations(OperationState.FAILED)} == {
        "person:e-2#membership/admins",
        f"account:{ACCOUNT}#assignment/Admin/person:e-3",
    }
    for _ in range(3):
        world.sleep(3600)
        world.sweep()
        world.settle()
    assert access(world) == before
    assert _held(world) == {"person:e-2 membership/admins", f"account:{ACCOUNT} assignment/Admin/person:e-3"}


def test_a_permission_set_that_others_widen_after_the_inventory_is_left_alone() -> None:
    world = _read(_estate())
    world.center.permission_sets[ARN].managed_policies.add("IAMFullAccess")
    _put_in_force(world, RULES.replace("[AdministratorAccess]", "[AdministratorAccess, IAMFullAccess]"))
    held = _held(world)
    assert {f"account:{ACCOUNT} assignment/Admin/admins", "permission-set:Admin permission-set"} <= held


@pytest.mark.parametrize("is_read_again", [False, True])
def test_a_later_policy_records_nothing_that_others_have_given_meanwhile(is_read_again: bool) -> None:  # noqa: FBT001
    world = _read(_estate())
    _put_in_force(world)
    _others_add(world, "e-4")
    if is_read_again:
        world.take_inventory()
    _put_in_force(world, RULES.replace("{department: Platform}", "{department: Platform}, {id: e-4}"))
    assert _held(world) == {"person:e-4 membership/admins"}


@pytest.mark.parametrize("is_read_again", [False, True])
def test_whom_others_have_added_is_not_recorded_because_hr_moves_them(is_read_again: bool) -> None:  # noqa: FBT001
    world = _read(_estate())
    _put_in_force(world)
    _others_add(world, "e-4")
    if is_read_again:
        world.take_inventory()
    _now_works_in(world, "e-4", "Platform")
    assert _held(world) == {"person:e-4 membership/admins"}


def test_a_joiner_waits_for_an_approval_and_a_leaver_does_not() -> None:
    world = _read(_estate())
    _put_in_force(world)
    _now_works_in(world, "e-5", "Platform")
    _now_works_in(world, "e-1", "Sales")
    assert _held(world) == {"person:e-5 membership/admins"}
    assert not _is_admin(world, "e-1")


def test_the_plan_says_beforehand_that_nothing_is_held() -> None:
    world = _read(_estate())
    preview = if_policy(RULES, world=world).preview
    assert (preview.guardrail.held, preview.unlisted, preview.unlisted_new) == (0, 0, 0)
    assert all(each.exists for each in preview.operations)


def test_a_plan_in_portions_says_the_same_of_what_the_inventory_has() -> None:
    world = _read(_estate())
    plans, expected = Plans(world), if_policy(RULES, world=world).preview
    plan = plans.start(RULES)
    plans.work()
    preview = plans.read(plan).preview
    assert preview is not None
    assert preview.guardrail == expected.guardrail
    marked = {(each.kind, each.subject, each.resource) for each in preview.operations if each.exists}
    assert marked == {(each.kind, each.subject, each.resource) for each in expected.operations if each.exists}


def test_what_is_new_is_listed_before_what_exists_where_a_plan_is_cut() -> None:
    world = _read(_estate())
    api, more = api_of(world), RULES.replace("{department: Platform}", "{department: Platform}, {id: e-4}")
    policy, _ = check_policy({"policy.yaml": more})
    policy = replace(policy, reservations=Reservations(takes_over=world.inventory.current().id))  # type: ignore[union-attr]
    existing = TakeOver(inventory=world.kept_inventory, clock=api.clock).finder(policy, state_of=api.records.subject)
    evaluator = evaluator_of(policy, state_of=api.records.subject, now=world.now, existing=existing)
    builder = PreviewBuilder(evaluator=evaluator, is_edit=True, most=1)
    for state in walk_company(policy, company=api.company):
        builder.add(state)
    preview = builder.preview(api.ledger.tally("", day=world.now.date()))
    assert [str(each.resource) for each in preview.operations] == ["membership/admins"]
    assert [str(each.subject) for each in preview.operations] == ["person:e-4"]
    assert (preview.unlisted > 0, preview.unlisted_new) == (True, 0)
