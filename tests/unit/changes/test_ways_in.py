"""Each way to sensitive access waits for another person, and what is not sensitive in the same change goes on."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.hr.manual import put_person
from dayone.model.hr_sources import text_digest
from dayone.model.operations import OperationState
from dayone.model.preconditions import NO_PRECONDITION
from dayone.ops.health import check_health
from dayone.ops.hr_configuration_approval import request_hr_approval
from tests.builders import ACCOUNT_ID, a_person, an_account, attributes_in, membership, the_person
from tests.fakes.sso.identity_center import StoredSet
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, company, held
from tests.unit.granting import a_grant, in_account, is_said
from tests.unit.hr_world import hints
from tests.unit.previews import api_of, if_account, if_policy, put_in_force
from tests.unit.world import World

OTHER = "777788889999"
MORE = '  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/Sandbox/**"}]}\n'
IN_SANDBOX = '  - {group: admins, permission_set: Admin, accounts: [{ou: "/Sandbox/**"}]}\n'
NARROW = POLICY.replace(
    'permission_set: Admin, accounts: [{ou: "/**"}]', 'permission_set: Admin, accounts: [{ou: "/Prod/**"}]'
)
PROD = an_account(OTHER, name="prod", ou_path="/Prod")


def _edit(old: str, new: str) -> Callable[[World], str]:
    return lambda world: put_in_force(POLICY.replace(old, new), world=world).cause.change


def _hr(world: World) -> str:
    change = world.hr_tells(a_person("e-2", title="Administrator")).cause.change
    world.settle()
    return change


def _by_hand(world: World) -> str:
    attributes = {name: value for name, value in attributes_in(a_person("e-9", title="Administrator")).items() if value}
    taken = put_person("e-9", attributes, actor=AUTHOR, precondition=NO_PRECONDITION, ports=api_of(world))
    world.settle()
    return taken.change


def _moved(world: World) -> str:
    put_in_force(NARROW, world=world)
    change = world.account_is(an_account(ou_path="/Prod")).cause.change
    world.settle()
    return change


def _tagged(world: World) -> str:
    put_in_force(NARROW.replace('{ou: "/Prod/**"}', "{tags: {open: sesame}}"), world=world)
    change = world.account_is(an_account(tags={"open": "sesame"})).cause.change
    world.settle()
    return change


def _invited(world: World) -> str:
    change = world.account_is(PROD).cause.change
    world.settle()
    return change


def _membership_granted(world: World) -> str:
    grant = a_grant(
        subject=the_person("e-2"), resource=membership("admins"), begins=world.now, until=world.now + timedelta(days=9)
    )
    change = is_said(world, grant).cause.change
    world.settle()
    return change


def _assignment_granted(world: World) -> str:
    grant = in_account(to="person:e-2", permission_set="Admin", begins=world.now, until=world.now + timedelta(days=9))
    change = is_said(world, grant).cause.change
    world.settle()
    return change


def _rolled_back(world: World) -> str:
    put_in_force(
        POLICY.replace("group: admins, permission_set: Admin", "group: staff, permission_set: Audit").replace(
            "  Admin: {managed_policies: [AdministratorAccess]}", "  Audit: {managed_policies: [SecurityAudit]}"
        ),
        world=world,
    )
    world.now += timedelta(hours=1)
    return put_in_force(POLICY, world=world).cause.change


def _boundary_off(world: World) -> str:
    limited = POLICY.replace(
        "[AdministratorAccess]", "[AdministratorAccess], permissions_boundary: {managed_policy: ViewOnlyAccess}"
    )
    put_in_force(limited, world=world)
    world.now += timedelta(hours=1)
    return put_in_force(POLICY, world=world).cause.change


def _adopted(world: World) -> str:
    theirs = StoredSet("Power", {"session_duration": "PT1H"}, managed_policies={"PowerUserAccess"})
    world.center.permission_sets["arn:theirs"] = theirs
    return put_in_force(
        POLICY.replace("assignments:", "  Power: {managed_policies: [PowerUserAccess]}\nassignments:"), world=world
    ).cause.change


_API = 'api: {url: "https://acme.bamboohr.com"}'
_SOURCES = f"version: 1\nsources: {{standard: {{kind: standard}}, hr: {{kind: bamboohr, {_API}%s}}}}\n"
MAPPING = ", attributes: {title: {field: jobTitle, values: {Engineer: Administrator}}}"
_EVE = {"id": "e-9", "firstName": "Eve", "lastName": "Adams", "workEmail": "eve@example.com", "jobTitle": "Engineer"}


def configured(world: World, text: str) -> None:
    """Somebody writes another configuration of HR systems, and another person approves it."""
    world.hr_parameters.write(text, by=AUTHOR)
    world.now += timedelta(minutes=1)
    world.sweep()
    world.settle()
    assert world.state.hr_versions.newest is not None
    if world.state.hr_versions.newest.approved_by or world.hr_parameters.approved != text:
        request_hr_approval(text_digest(text), actor=APPROVER, ports=api_of(world))
        world.settle()
    assert world.hr_parameters.approved == text
    world.hr_sources.text = text


def told_by_hr(world: World) -> str:
    """Of somebody new, or of the same person again."""
    world.hr_records.records["e-9"] = _EVE
    world.now += timedelta(minutes=1)
    hints(world, "e-9", source="hr")
    world.settle()
    return world.head(the_person("e-9")).change


def _mapped(world: World) -> str:
    configured(world, _SOURCES % "")
    world.now += timedelta(days=30)
    told_by_hr(world)
    assert held(world) == []
    configured(world, _SOURCES % MAPPING)
    # Long after it began to count: who was told of before is told of by it for the first time.
    world.now += timedelta(days=30)
    return told_by_hr(world)


WAYS: Mapping[str, tuple[Callable[[World], str], str]] = {
    "a joiner or mover in HR": (_hr, "person:e-2 create membership/admins"),
    "a person told by hand": (_by_hand, "person:e-9 create membership/admins"),
    "a rule for everyone": (_edit("[{title: Administrator}]", "everyone"), "person:e-2 create membership/admins"),
    "a rule that names a person": (
        _edit("admins: {members: [{title: Administrator}]}", "admins: {members: [], people: [e-1, e-2]}"),
        "person:e-2 create membership/admins",
    ),
    "an ordinary group that is assigned it": (
        _edit("group: staff, permission_set: ViewOnly", "group: staff, permission_set: Admin"),
        f"account:{ACCOUNT_ID} create assignment/Admin/staff",
    ),
    "a policy attached to a set": (_edit("[ViewOnlyAccess]", "[ViewOnlyAccess, IAMFullAccess]"), "managed-policy"),
    "a policy of the customer's attached to a set": (
        _edit("[ViewOnlyAccess]", "[ViewOnlyAccess], customer_managed_policies: [{name: Own}]"),
        "customer-policy//Own",
    ),
    "a set widened inline": (
        _edit(
            "[ViewOnlyAccess]",
            '[ViewOnlyAccess], inline_policy: {Version: "2012-10-17", Statement: '
            '[{Effect: Allow, Action: "iam:*", Resource: "*"}]}',
        ),
        "inline-policy",
    ),
    "an account that is moved": (_moved, f"account:{ACCOUNT_ID} create assignment/Admin/admins"),
    "an account that is tagged": (_tagged, f"account:{ACCOUNT_ID} create assignment/Admin/admins"),
    "an account that is invited": (_invited, f"account:{OTHER} create assignment/Admin/admins"),
    "a grant of a membership": (_membership_granted, "person:e-2 create membership/admins"),
    "a grant of an assignment": (_assignment_granted, f"account:{ACCOUNT_ID} create assignment/Admin/person:e-2"),
    "a boundary taken off": (_boundary_off, "permission-set:Admin delete boundary"),
    "a set that others made": (_adopted, "permission-set:Power create permission-set"),
    "a changed HR mapping": (_mapped, "person:e-9 create membership/admins"),
    "a rollback": (_rolled_back, f"account:{ACCOUNT_ID} create assignment/Admin/admins"),
}


@pytest.mark.parametrize(("brings", "expected"), WAYS.values(), ids=WAYS)
def test_it_is_held_until_another_person_has_approved_it(brings: Callable[[World], str], expected: str) -> None:
    world = company()
    change = brings(world)
    assert any(expected in name for name in held(world)), held(world)
    kept = world.groups().get("admins"), {pair for pair in world.assignments() if pair[1] == "Admin"}
    # Neither time nor any look brings it in.
    for _ in range(3):
        world.now += timedelta(hours=30)
        world.sweep()
        world.look_at_account(ACCOUNT_ID)
        world.settle()
    assert (world.groups().get("admins"), {pair for pair in world.assignments() if pair[1] == "Admin"}) == kept
    assert any(expected in name for name in held(world))
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world))
    world.settle()
    assert not any(expected in name for name in held(world))
    given = world.operations(OperationState.SUCCEEDED)
    assert any(
        expected in f"{operation.subject} {operation.action} {operation.resource}"
        for operation in given
        if operation.change == change
    )


@pytest.mark.parametrize(
    "way",
    [
        name
        for name in WAYS
        if name.startswith(("a rule", "a policy", "a set w", "an ordinary", "a rollback", "a changed"))
    ],
)
def test_who_brought_it_does_not_approve_it(way: str) -> None:
    world = company()
    change = WAYS[way][0](world)
    with pytest.raises(Forbidden):
        decide_change(change, is_approved=True, actor=AUTHOR, ports=api_of(world))


def test_who_wrote_a_mapping_answers_for_whoever_is_told_of_by_it_within_a_week() -> None:
    world = company()
    configured(world, _SOURCES % MAPPING)
    change = told_by_hr(world)
    with pytest.raises(Forbidden, match="wrote the configuration of HR systems"):
        decide_change(change, is_approved=True, actor=AUTHOR, ports=api_of(world))


def test_a_later_configuration_that_says_no_more_takes_nobody_out_of_it() -> None:
    world = company()
    configured(world, _SOURCES % MAPPING)
    slower = (_SOURCES % MAPPING).replace('bamboohr.com"', 'bamboohr.com", per_second: 1')
    world.hr_parameters.write(slower, by="arn:other")
    world.now += timedelta(minutes=1)
    world.sweep()
    world.settle()
    assert world.hr_parameters.approved == slower
    change = told_by_hr(world)
    with pytest.raises(Forbidden, match="wrote the configuration of HR systems"):
        decide_change(change, is_approved=True, actor=AUTHOR, ports=api_of(world))


def test_of_a_mapping_that_has_counted_for_a_week_newcomers_are_hrs_doing_alone() -> None:
    world = company()
    configured(world, _SOURCES % MAPPING)
    world.now += timedelta(days=8)
    change = told_by_hr(world)
    assert held(world) == ["person:e-9 create membership/admins"]
    decide_change(change, is_approved=True, actor=AUTHOR, ports=api_of(world))
    world.settle()
    assert "eve@example.com" in admins(world)


def test_what_is_not_sensitive_in_the_same_edit_goes_on() -> None:
    world = company()
    edit = POLICY.replace("[{title: Administrator}]", "everyone").replace(
        "assignments:", "  Audit: {managed_policies: [SecurityAudit]}\nassignments:"
    )
    put_in_force(edit + '  - {group: staff, permission_set: Audit, accounts: [{ou: "/**"}]}\n', world=world)
    assert (ACCOUNT_ID, "Audit", "staff") in world.assignments()
    assert admins(world) == {"e-1@example.com"}


def test_a_group_that_is_not_sensitive_is_granted_nothing_sensitive() -> None:
    world = company()
    grant = in_account(to="staff", permission_set="Admin", begins=world.now, until=world.now + timedelta(days=9))
    request = is_said(world, grant)
    world.settle()
    assert held(world) == []
    assert (ACCOUNT_ID, "Admin", "staff") not in world.assignments()
    notes = world.state.plans[request.cause.change, request.subject].notes
    assert any("group staff is not, so that whoever joins it would get it" in note for note in notes)


def test_members_of_a_group_that_an_edit_gives_less_wait_until_somebody_else_has_approved_that() -> None:
    world = company()
    less = POLICY.replace("[{title: Administrator}]", "everyone").replace(
        '  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}\n', ""
    )
    put_in_force(less, world=world)
    assert admins(world) == {"e-1@example.com"}
    again = put_in_force(less, world=world)
    decide_change(again.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    world.settle()
    assert admins(world) == {"e-1@example.com", "e-2@example.com"}


class TestNewAccounts:
    def test_one_of_this_organisation_gets_at_once_what_was_approved_elsewhere(self) -> None:
        world = company()
        assert if_account(world, id=OTHER, name="new", ou_path="/Sandbox").preview.guardrail.held == 0
        world.account_is(an_account(OTHER, name="new", ou_path="/Sandbox", created_at=world.now))
        world.settle()
        assert held(world) == []
        assert (OTHER, "Admin", "admins") in world.assignments()

    def test_also_when_it_is_moved_to_its_unit_after_it_was_made(self) -> None:
        world = company(POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Workloads/**"}]'))
        made = world.now
        world.account_is(an_account(OTHER, name="new", ou_path="/", created_at=made))
        world.settle()
        world.now += timedelta(minutes=30)
        world.account_is(an_account(OTHER, name="new", ou_path="/Workloads/Dev", created_at=made))
        world.settle()
        assert (OTHER, "Admin", "admins") in world.assignments()

    def test_one_that_is_a_day_old_waits(self) -> None:
        world = company()
        made = world.now
        world.now += timedelta(days=1)
        world.account_is(an_account(OTHER, name="new", ou_path="/Sandbox", created_at=made))
        world.settle()
        assert held(world) == [f"account:{OTHER} create assignment/Admin/admins"]

    def test_a_part_that_nobody_has_approved_yet_waits_for_that_first(self) -> None:
        world = company(NARROW)
        put_in_force(NARROW + IN_SANDBOX, world=world)
        world.account_is(an_account(OTHER, name="new", ou_path="/Sandbox", created_at=world.now))
        world.settle()
        assert held(world) == [f"account:{OTHER} create assignment/Admin/admins"]


class TestBirthrights:
    given = POLICY.replace(
        "admins: {members: [{title: Administrator}]}", "admins: {members: [{title: Administrator}], birthright: true}"
    )

    def _approved(self) -> World:
        world = company()
        request = put_in_force(self.given, world=world)
        assert world.state.changes[request.cause.change].state == "held"
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        return world

    def test_hr_alone_gives_what_somebody_else_has_approved_as_such(self) -> None:
        world = self._approved()
        _hr(world)
        assert held(world) == []
        assert admins(world) == {"e-1@example.com", "e-2@example.com"}

    def test_nobody_is_given_it_by_hand(self) -> None:
        world = self._approved()
        _by_hand(world)
        assert held(world) == ["person:e-9 create membership/admins"]

    def test_another_rule_is_no_birthright_until_that_is_approved_as_well(self) -> None:
        world = self._approved()
        put_in_force(self.given.replace("[{title: Administrator}]", "everyone"), world=world)
        assert held(world) == ["person:e-2 create membership/admins"]
        _hr(world)
        assert admins(world) == {"e-1@example.com"}

    def test_whom_a_rule_takes_and_whom_it_leaves_out_are_not_the_same_the_other_way_around(self) -> None:
        taken, left_out = "members: [{title: Administrator}]", "except: [{title: Nobody}]"
        world = company(POLICY.replace(taken, f"{taken}, {left_out}"))
        before = self.given.replace(taken, f"{taken}, {left_out}")
        request = put_in_force(before, world=world)
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        swapped = "members: [{title: Nobody}], except: [{title: Administrator}]"
        put_in_force(before.replace(f"{taken}, {left_out}", swapped), world=world)
        world.hr_tells(a_person("e-3", title="Nobody"))
        world.settle()
        assert "person:e-3 create membership/admins" in held(world)
        assert "e-3@example.com" not in admins(world)

    def test_it_counts_for_nothing_before_it_is_approved(self) -> None:
        world = company()
        put_in_force(self.given, world=world)
        _hr(world)
        assert "person:e-2 create membership/admins" in held(world)

    def test_the_first_policy_brings_none(self) -> None:
        world = company(self.given)
        world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        assert held(world) == ["person:e-2 create membership/admins"]

    def test_the_plan_and_the_status_say_so(self) -> None:
        said = "HR alone gives group admins, although it is sensitive (`birthright`)"
        world = self._approved()
        assert any(said in note for note in if_policy(self.given, world=world).preview.notes)
        assert any(said in warning for warning in check_health(api_of(world)).warnings)
        edit = if_policy(self.given.replace("[{title: Administrator}]", "everyone"), world=world).preview.notes
        assert any("which counts once somebody else has approved that" in name for name in edit)
