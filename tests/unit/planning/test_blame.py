"""People who caused a held operation do not decide on it, however late it comes and whatever triggers it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dayone.changes.decisions import LEAVERS, decide_change
from dayone.errors import Forbidden
from dayone.hr.manual import end_person, put_person
from dayone.model.changes import Cause, CauseKind, Change, ChangeState
from dayone.model.commands import RefreshAccount
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.policy.origins import Origins
from dayone.model.preconditions import NO_PRECONDITION
from dayone.model.subjects import Subject
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, NOON, a_person, an_account, assignment, membership, the_account, the_person
from tests.unit.granting import a_grant, is_said
from tests.unit.hr_world import later
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_ALICE, _BOB, _CAROL = "arn:alice", "arn:bob", "arn:carol"
_TODAY = NOON.date()
_PEOPLE = tuple(f"e-{number}" for number in range(1, 5))
_LIMIT = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
_STAFF = "{department: Engineering}"
_TRIAL = "{department: Engineering, start_date: {not_reached: 2}}"
_EXCEPT = "], except: [{start_date: {reached: 2}}"


def _policy(members: str = _STAFF, *, accounts: str = '{ou: "/**"}', more: str = "", limit: str = _LIMIT) -> str:
    return (
        "version: 1\ngroups:\n"
        f"  staff: {{members: [{members}]}}\n"
        "permission_sets:\n  ViewOnly: {managed_policies: [ViewOnlyAccess]}\n"
        "assignments:\n"
        f"  - {{group: staff, permission_set: ViewOnly, accounts: [{accounts}]}}\n"
        f"{more}{limit}"
    )


def _company(*policies: tuple[str, str]) -> World:
    """Four engineers who have begun today, an account, and policies put in force one after the other by somebody."""
    world = World(approves=True)
    for name in _PEOPLE:
        world.hr_tells(a_person(name, start_date=_TODAY))
    world.account_is(an_account())
    for text, actor in policies:
        later(world, minutes=1)
        put_in_force(text, world=world, actor=actor)
        # What the first one gives was approved, if it had to be.
        world.approves = False
    assert len(world.groups()["staff"]) == 4
    return world


def _come_due(world: World, *, days: int = 3) -> Change:
    """Days later, what time has turned is held as caused by nobody."""
    later(world, days=days)
    world.sweep()
    world.settle()
    return _held(world)


def _held(world: World) -> Change:
    """Any of the changes that hold something: of those that came due each person has one."""
    return next(change for change in world.state.changes.values() if change.state is ChangeState.HELD)


def _is_refused(change: Change, actor: str, *, world: World) -> str:
    """Return why the actor may neither approve nor reject, or empty when they could."""
    reasons = set()
    for is_approved in (True, False):
        try:
            decide_change(change.id, is_approved=is_approved, actor=actor, ports=api_of(world))
        except Forbidden as refused:
            reasons.add(str(refused))
        world.state.changes[change.id] = change
    world.inbox.commands.clear()
    assert len(reasons) <= 1
    return next(iter(reasons), "")


def _holds(world: World, change: Change, subject: Subject) -> bool:
    return any(
        operation.change == change.id and operation.subject == subject
        for operation in world.operations(OperationState.HELD)
    )


class TestARuleThatTimeTurns:
    @pytest.mark.parametrize("members", [_TRIAL, _STAFF + _EXCEPT])
    def test_its_author_does_not_approve_what_it_takes(self, members: str) -> None:
        world = _company((_policy(), _BOB), (_policy(members), _ALICE))
        _come_due(world)
        held = [change for change in world.state.changes.values() if change.state is ChangeState.HELD]
        assert [change.cause.actor for change in held] == ["dayone"] * 4
        for change in held:
            assert "of group staff in force" in _is_refused(change, _ALICE, world=world)
            assert _is_refused(change, _BOB, world=world) == ""

    @pytest.mark.parametrize(
        "members",
        [
            _TRIAL,
            "{start_date: {not_reached: 2}, department: {any: [engineering, Engineering]}}",
            f"{{title: Boss}}, {_TRIAL}",
        ],
    )
    def test_nobody_else_takes_it_over_by_an_upload_that_leaves_its_meaning(self, members: str) -> None:
        again = "# A line more.\n\n" + _policy(members)
        world = _company((_policy(), _BOB), (_policy(_TRIAL), _ALICE), (again, _BOB))
        change = _come_due(world)
        assert _is_refused(change, _ALICE, world=world)
        assert _is_refused(change, _BOB, world=world) == ""

    def test_a_rollback_leaves_it_with_them_and_blames_who_brings_it_back(self) -> None:
        world = _company((_policy(), _BOB), (_policy(_TRIAL), _ALICE), (_policy(), _BOB), (_policy(_TRIAL), _CAROL))
        change = _come_due(world)
        assert _is_refused(change, _ALICE, world=world)
        assert _is_refused(change, _CAROL, world=world)
        assert _is_refused(change, _BOB, world=world) == ""

    def test_who_changes_its_meaning_takes_it_over(self) -> None:
        world = _company((_policy(_TRIAL), _ALICE), (_policy(_TRIAL.replace("2", "1")), _BOB))
        change = _come_due(world)
        assert _is_refused(change, _BOB, world=world)
        assert _is_refused(change, _ALICE, world=world) == ""

    def test_without_a_record_it_is_theirs_who_put_the_version_in_force(self) -> None:
        world = _company((_policy(_TRIAL), _ALICE))
        world.state.origins = Origins()
        assert _is_refused(_come_due(world), _ALICE, world=world)

    def test_another_persons_approval_carries_it_out(self) -> None:
        world = _company((_policy(_TRIAL), _ALICE))
        change = _come_due(world)
        decide_change(change.id, is_approved=True, actor=_BOB, ports=api_of(world))
        world.settle()
        assert len(world.groups()["staff"]) == 3

    def test_suspending_leaves_is_such_a_rule(self) -> None:
        world = _company((_policy(), _BOB), (_policy(more="people: {on_leave: suspend}\n"), _ALICE))
        later(world, minutes=1)
        for name in _PEOPLE:
            away = replace(a_person(name, start_date=_TODAY), leave_start=_TODAY + timedelta(days=1))
            world.hr_tells(away)
        world.settle()
        change = _come_due(world)
        assert "people" in _is_refused(change, _ALICE, world=world)
        assert _is_refused(change, _BOB, world=world) == ""


class TestWhatAnyOtherCauseBrings:
    def test_a_rule_that_was_taken_out_is_theirs_who_took_it_out(self) -> None:
        world = _company((_policy(f"{_STAFF}, {{title: Boss}}"), _ALICE))
        later(world, hours=3)
        world.policy_is(read_policy({"p.yaml": _policy("{title: Boss}", limit="")}, version=0), actor=_BOB)
        world.plan(world.inbox.commands.pop(0))
        # It is in force, and HR tells of somebody before its change has planned them.
        world.inbox.commands.clear()
        world.state.reservations = replace(world.state.reservations, hold="", replaced=(), guard=None)
        world.state.removals[world.now.date()] = 100
        told = world.hr_tells(a_person(start_date=_TODAY, given_name="Grace"))
        world.settle()
        change = world.state.changes[told.cause.change]
        assert (change.state, change.cause.actor) == (ChangeState.HELD, "hr:standard")
        assert "took a part out of group staff" in _is_refused(change, _BOB, world=world)
        assert _is_refused(change, _ALICE, world=world) == ""

    def test_what_a_move_takes_is_theirs_who_wrote_the_rule_that_gave_it(self) -> None:
        world = _company((_policy(), _ALICE), (_policy(f"{_STAFF}, {{title: Boss}}"), _BOB))
        later(world, minutes=1)
        world.hr_tells(a_person(department="Sales", start_date=_TODAY))
        world.settle()
        assert _is_refused(_held(world), _ALICE, world=world)
        assert _is_refused(_held(world), _BOB, world=world) == ""

    def test_the_exception_that_an_account_moves_into(self) -> None:
        excepted = _policy(accounts='{ou: "/**"}], except: [{ou: /Attic}')
        world = _company((_policy(), _BOB), (excepted, _ALICE))
        later(world, minutes=1)
        world.account_is(an_account(ou_path="/Attic"))
        world.settle()
        assert "assignment ViewOnly/staff" in _is_refused(_held(world), _ALICE, world=world)

    def test_who_wrote_the_rules_decides_on_leavers(self) -> None:
        world = _company((_policy(_TRIAL), _ALICE))
        later(world, minutes=1)
        world.hr_tells(a_person(status=Status.ENDED))
        world.settle()
        assert _held(world).blamed == ()
        decide_change(_held(world).id, is_approved=True, actor=_ALICE, ports=api_of(world), part=LEAVERS)
        world.settle()
        assert len(world.groups()["staff"]) == 3

    def test_what_a_rule_took_over_from_a_grant(self) -> None:
        world = _company((_policy("{title: Boss}, " + _STAFF), _ALICE))
        later(world, minutes=1)
        world.hr_tells(a_person("e-9", department="Sales"))
        is_said(world, a_grant(subject=the_person("e-9"), resource=membership("staff"), granted_by=_CAROL))
        world.settle()
        both = _policy("{title: Boss}, {department: Sales}, " + _STAFF)
        put_in_force(both, world=world, actor=_ALICE)
        put_in_force(_policy("{title: Boss}, " + _STAFF), world=world, actor=_BOB)
        later(world, hours=1)
        world.sweep()
        world.settle()
        change = _held(world)
        assert "gave grant g-1" in _is_refused(change, _CAROL, world=world)
        assert "took a part out of group staff" in _is_refused(change, _BOB, world=world)


class TestWhatWasToldByHand:
    def _ended(self, world: World, *, by: str) -> None:
        end_person("e-1", on=date(2026, 11, 24), is_at_once=False, actor=by, ports=api_of(world))
        world.settle()

    def test_who_told_the_last_day_does_not_approve_what_it_takes(self) -> None:
        world = _company((_policy(), _ALICE))
        later(world, minutes=1)
        self._ended(world, by=_BOB)
        change = _come_due(world)
        assert "told end_date of person e-1 by hand" in _is_refused(change, _BOB, world=world)
        with pytest.raises(Forbidden):
            decide_change(change.id, is_approved=True, actor=_BOB, ports=api_of(world), part=LEAVERS)
        assert _is_refused(change, _ALICE, world=world) == ""

    def test_what_is_assigned_directly_to_whom_they_ended(self) -> None:
        direct = _policy().replace("{group: staff,", "{person: e-1,")
        world = _company((direct, _ALICE))
        later(world, minutes=1)
        self._ended(world, by=_BOB)
        _come_due(world)
        (change,) = [
            change for change in world.state.changes.values() if change.held and _holds(world, change, the_account())
        ]
        assert "told end_date of person e-1 by hand" in _is_refused(change, _BOB, world=world)
        assert {blame.of_leavers for blame in change.blamed} == {True}
        decide_change(change.id, is_approved=True, actor=_ALICE, ports=api_of(world), part=LEAVERS)
        world.settle()
        assert world.assignments() == set()

    def test_nor_is_it_told_by_who_only_repeats_it(self) -> None:
        world = _company((_policy(), _ALICE))
        for who in (_BOB, _CAROL):
            later(world, minutes=1)
            self._ended(world, by=who)
        change = _come_due(world)
        assert _is_refused(change, _BOB, world=world)
        assert _is_refused(change, _CAROL, world=world) == ""

    def test_an_attribute_that_a_rule_asks_for(self) -> None:
        by_title = _policy("{title: Boss, start_date: {not_reached: 2}}, " + _STAFF)
        world = _company((by_title, _ALICE))
        later(world, minutes=1)
        told = {
            "email": "eve@example.com",
            "department": "Sales",
            "title": "Boss",
            "given_name": "Eve",
            "family_name": "X",
            "start_date": "2026-11-23",
        }
        put_person("e-9", told, actor=_BOB, precondition=NO_PRECONDITION, ports=api_of(world))
        world.settle()
        assert len(world.groups()["staff"]) == 5
        assert "told" in _is_refused(_come_due(world), _BOB, world=world)


class TestWhatIsGiven:
    def test_the_author_of_a_rule_does_not_approve_the_first_assignments_that_it_gives(self) -> None:
        world = World()
        put_in_force(_policy(), world=world, actor=_ALICE)
        world.organization.accounts[ACCOUNT_ID] = an_account()
        cause = Cause(change="01LOOK", kind=CauseKind.DISCOVERY, actor="dayone", reference="look", at=world.now)
        world.inbox.put([RefreshAccount(subject=the_account(), cause=cause, is_initial_discovery=True)])
        world.settle()
        assert "assignment ViewOnly/staff" in _is_refused(_held(world), _ALICE, world=world)
        assert _is_refused(_held(world), _BOB, world=world) == ""

    @pytest.mark.parametrize(
        "guards",
        [
            "guardrails: {removals: {percent: 0, at_least: 9}, protect: {accounts: ['999999999999']}}\n",
            "guardrails: {removals: {percent: 0, at_least: 0}}\n",
        ],
    )
    def test_who_wrote_the_looser_guardrails_does_not_approve_them_when_somebody_else_uploads_them(
        self, guards: str
    ) -> None:
        kept = "guardrails: {removals: {percent: 0, at_least: 0}, protect: {accounts: ['999999999999']}}\n"
        world = _company((_policy(limit=kept), _CAROL))
        loose = _policy("{department: Engineering}, {title: Boss}", limit=guards)
        put_in_force(loose, world=world, actor=_ALICE)
        later(world, minutes=1)
        put_in_force(loose, world=world, actor=_BOB)
        change = _held(world)
        assert change.cause.actor == _BOB
        assert _is_refused(change, _ALICE, world=world)
        assert _is_refused(change, _CAROL, world=world) == ""

    def test_who_gave_the_grant_does_not_approve_the_first_assignment(self) -> None:
        world = World()
        put_in_force(_policy(accounts='{ou: "/Elsewhere"}'), world=world, actor=_ALICE)
        world.organization.accounts[ACCOUNT_ID] = an_account()
        cause = Cause(change="01LOOK", kind=CauseKind.DISCOVERY, actor="dayone", reference="look", at=world.now)
        world.inbox.put([RefreshAccount(subject=the_account(), cause=cause, is_initial_discovery=True)])
        world.settle()
        is_said(world, a_grant(subject=the_account(), resource=assignment("staff"), granted_by=_CAROL))
        world.settle()
        assert "gave grant g-1" in _is_refused(_held(world), _CAROL, world=world)


class TestWhatIsSensitive:
    @pytest.mark.parametrize(
        ("strict", "loose"),
        [
            ("", "sensitive: {harmless: [ViewOnly]}\n"),
            ("sensitive: {permission_sets: [ViewOnly]}\n", ""),
            ("sensitive: {groups: [staff]}\n", ""),
            ("sensitive: {accounts: [{ou: /Prod}]}\n", ""),
        ],
    )
    def test_who_made_less_of_it_does_not_approve_that_whoever_uploads_it_again(self, strict: str, loose: str) -> None:
        more = _policy(f"{_STAFF}, {{title: Boss}}", more=loose)
        world = _company((_policy(more=strict), _BOB), (more, _ALICE), (more, _CAROL))
        change = _held(world)
        assert change.cause.actor == _CAROL
        assert _is_refused(change, _ALICE, world=world)
        assert _is_refused(change, _CAROL, world=world)
        assert _is_refused(change, _BOB, world=world) == ""
