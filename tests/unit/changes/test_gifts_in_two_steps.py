"""Two steps cannot give more than one: events before their cause, grants for later, edits in between."""

from datetime import timedelta

import pytest

from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import Conflicting, Forbidden
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RefreshAccount
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account, membership, the_account, the_person
from tests.unit.changes.test_sensitive_gifts import APPROVER, POLICY, admins, approve, company, held
from tests.unit.granting import a_grant, is_said
from tests.unit.hr.test_ends import Refusing
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_MALLORY = "arn:aws:iam::111122223333:user/mallory"
_PROD = POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Prod/**"}]')


def _event(world: World, *authors: str) -> str:
    """An event of the account, which says who has made the call."""
    change = ulid_of(world.now, name=f"event {next(world.numbers)}")
    kind = CauseKind.ACCOUNT_EVENT
    cause = Cause(change=change, kind=kind, actor="aws.organizations", reference="e", at=world.now, authors=authors)
    world.inbox.put([RefreshAccount(subject=the_account(), cause=cause)])
    world.settle()
    return change


class TestWhoMovedAnAccount:
    def test_answers_for_it_when_the_move_is_seen_only_later(self) -> None:
        world = company(_PROD)
        _event(world, _MALLORY)
        assert held(world) == []
        world.now += timedelta(minutes=5)
        world.organization.accounts[ACCOUNT_ID] = an_account(ou_path="/Prod")
        later = _event(world)
        assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/admins"]
        with pytest.raises(Forbidden, match="changed the account or its unit, such as by a move or a tag"):
            decide_change(later, is_approved=True, actor=_MALLORY, ports=api_of(world))

    def test_answers_for_it_when_an_edit_of_somebody_else_asks_anew(self) -> None:
        world = company(_PROD)
        world.organization.accounts[ACCOUNT_ID] = an_account(ou_path="/Prod")
        moved = _event(world, _MALLORY)
        decide_change(moved, is_approved=False, actor=APPROVER, ports=api_of(world))
        world.settle()
        world.now += timedelta(hours=1)
        edit = put_in_force(_PROD + "# a remark\n", world=world, actor="arn:other")
        with pytest.raises(Forbidden, match="changed the account or its unit, such as by a move or a tag"):
            decide_change(edit.cause.change, is_approved=True, actor=_MALLORY, ports=api_of(world))


_OPS = POLICY.replace("admins: {", "ops: {members: [{title: Ops}]}\n  admins: {")
_OPS += '  - {group: ops, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'


def _many() -> World:
    world = World(approves=True)
    for number in range(1, 20):
        world.hr_tells(a_person(f"e-{number}"))
    world.account_is(an_account())
    put_in_force(_OPS, world=world)
    world.approves = False
    world.now += timedelta(days=2)
    return world


class TestAdditions:
    """The limit is five."""

    @pytest.mark.parametrize("minutes", [0, 5])
    def test_grants_count_whenever_they_begin(self, minutes: int) -> None:
        world = _many()
        begins, until = world.now + timedelta(minutes=minutes), world.now + timedelta(days=5)
        for number in range(1, 17):
            person = the_person(f"e-{number}")
            is_said(
                world, a_grant(f"g-{number}", subject=person, resource=membership("ops"), begins=begins, until=until)
            )
        world.settle()
        for _ in range(10):
            world.now += timedelta(minutes=1)
            world.sweep()
            world.settle()
        assert (len(world.groups()["ops"]), len(held(world))) == (5, 11)

    def test_an_edit_counts_for_whomever_hr_tells_of_meanwhile(self) -> None:
        world = _many()
        world.policy_is(read_policy({"p.yaml": _OPS.replace("[{title: Ops}]", "everyone")}, version=0))
        world.plan(world.inbox.commands.pop(0))
        rollout = list(world.inbox.commands)
        world.inbox.commands.clear()
        for number in range(1, 20):
            world.hr_tells(a_person(f"e-{number}", title="Clerk"))
        world.plan_all()
        world.inbox.put(rollout)
        world.settle()
        assert len(world.groups()["ops"]) == 5


_DENY = 'inline_policy: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "iam:*", Resource: "*"}]}'
_LIST = 'inline_policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:List*", Resource: "*"}]}'
_OURS = "customer_managed_policies: [{name: Guard}]"


def _with_set(contents: str) -> str:
    return POLICY.replace("managed_policies: [ViewOnlyAccess]", contents)


def _while_aws_refuses(name: str, text: str, *, world: World) -> tuple[frozenset[str], str, set[str]]:
    """Put a policy in force while AWS refuses one kind of call for a while; returns what the set has by then."""
    busy: list[Exception] = [Conflicting("ConflictException: busy")]
    world.around = lambda port_name, port: Refusing(port, name, busy) if port_name == "set_policies" else port
    world.policy_is(read_policy({"p.yaml": text}, version=0))
    world.approves = True
    for _ in range(3):
        world.plan_all()
        world.execute(seconds=5)
    world.approves = False
    return _contents(world)


def _contents(world: World) -> tuple[frozenset[str], str, set[str]]:
    managed, inline = world.permission_sets()["ViewOnly"]
    customer = next(each.customer_policies for each in world.center.permission_sets.values() if each.name == "ViewOnly")
    return managed, inline, customer


@pytest.mark.parametrize(
    ("contents", "after", "stays"),
    [
        (f"managed_policies: [AdministratorAccess], {_DENY}", "managed_policies: [ViewOnlyAccess]", "Deny"),
        (f"managed_policies: [AdministratorAccess], {_DENY}", f"managed_policies: [ViewOnlyAccess], {_LIST}", "Deny"),
        ("managed_policies: [AdministratorAccess, AWSDenyAll]", "managed_policies: [ViewOnlyAccess]", "AWSDenyAll"),
        (f"managed_policies: [AdministratorAccess], {_OURS}", "managed_policies: [ViewOnlyAccess]", "Guard"),
    ],
)
def test_what_denies_goes_after_what_it_limits(contents: str, after: str, stays: str) -> None:
    world = company(_with_set(contents))
    world.now += timedelta(hours=1)
    managed, inline, customer = _while_aws_refuses("detach_managed", _with_set(after), world=world)
    assert "AdministratorAccess" in managed
    assert stays in f"{sorted(managed)} {inline} {customer}"


def test_and_an_edit_in_between_does_not_get_rid_of_it() -> None:
    world = company(_with_set(f"managed_policies: [AdministratorAccess], {_DENY}"))
    world.now += timedelta(hours=1)
    _while_aws_refuses("detach_managed", POLICY, world=world)
    put_in_force(POLICY.replace("[ViewOnlyAccess]", "[AdministratorAccess, ViewOnlyAccess]"), world=world)
    assert any("permission-set:ViewOnly delete inline-policy" in name for name in held(world))
    assert world.permission_sets()["ViewOnly"][1]


@pytest.mark.parametrize(
    ("refused", "contents"),
    [
        ("put_inline", f"managed_policies: [AdministratorAccess], {_DENY}"),
        ("put_inline", f"{_OURS}, {_DENY}"),
        ("attach_managed", f"{_OURS}, managed_policies: [AWSDenyAll]"),
    ],
)
def test_what_denies_comes_before_what_it_is_to_limit(refused: str, contents: str) -> None:
    world = company()
    world.now += timedelta(hours=1)
    managed, _, customer = _while_aws_refuses(refused, _with_set(contents), world=world)
    assert ("AdministratorAccess" in managed, customer) == (False, set())
    world.around = lambda _name, port: port
    world.approves = True
    world.settle()
    managed, _, customer = _contents(world)
    assert "AdministratorAccess" in managed or customer


def test_what_is_left_by_whoever_would_gain_by_it_can_still_be_rejected() -> None:
    boss = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/e-2@example.com"
    world = World()
    for number in (1, 2, 3):
        world.hr_tells(a_person(f"e-{number}", title="Administrator"))
    world.account_is(an_account())
    request = put_in_force(POLICY, world=world)
    approve(request, world=world, actor=boss)
    assert held(world) == ["person:e-2 create membership/admins"]
    own = DecidedPart(subjects=(Subject(SubjectKind.PERSON, "e-2"),))
    decide_change(request.cause.change, is_approved=False, actor=APPROVER, ports=api_of(world), part=own)
    world.settle()
    assert (held(world), admins(world)) == ([], {"e-1@example.com", "e-3@example.com"})
