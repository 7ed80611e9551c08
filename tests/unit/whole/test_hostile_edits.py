"""An edit of the policy does not take away the guards that are to hold it, nor does what asks for plans meanwhile."""

import pytest

from dayone.errors import Inapplicable
from dayone.hr.manual import end_person
from dayone.model.changes import Cause, CauseKind, ChangeState, Decision, ulid_of
from dayone.model.commands import ApplyDecision, Command, ReconcileSubject, RefreshAccount
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.subjects import THE_POLICY
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account, the_account, the_group, the_person
from tests.unit.hr_world import later
from tests.unit.previews import api_of, foreseen, if_policy, put_in_force
from tests.unit.world import World

_GROUPS = """\
version: 1
groups:
  staff: {members: [{department: Engineering}]}
"""
_BREAK_GLASS = """\
  bg: {name: break-glass, members: [{title: Keeper}]}
"""
_SETS = """\
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
assignments:
  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
"""
_KEPT = "guardrails: {removals: {percent: 0, at_least: 3}, protect: {people: [e-1], groups: [break-glass]}}\n"
_FREE = "guardrails: {removals: {percent: 0, at_least: 3}}\n"
_WIDE = "guardrails: {removals: {percent: 100, at_least: 1000}}\n"
_PEOPLE = tuple(f"e-{number}" for number in range(1, 9))


def _company(policy: str, *, title: str = "") -> World:
    """Eight engineers, of whom the first may be something else."""
    world = World(approves=True)
    for name in _PEOPLE:
        world.hr_tells(a_person(name, title=title if name == "e-1" else ""))
    world.account_is(an_account())
    put_in_force(policy, world=world)
    # Protection holds for what is there, so it comes when that is.
    world.approves = False
    later(world, hours=30)
    return world


def _guarded() -> World:
    """The same with a break-glass group that has one member, both protected."""
    world = _company(_GROUPS + _BREAK_GLASS + _SETS + _FREE, title="Keeper")
    put_in_force(_GROUPS + _BREAK_GLASS + _SETS + _KEPT, world=world)
    later(world, hours=30)
    return world


def _asked_by_hand(world: World, *names: str) -> list[Command]:
    """Somebody has people planned again, as `people put` does of those who stay as they are."""
    asked: list[Command] = []
    for name in names:
        change = ulid_of(world.now, name=f"by hand {name} {next(world.numbers)}")
        cause = Cause(change=change, kind=CauseKind.BY_HAND, actor="arn:admin", reference="put", at=world.now)
        asked.append(ReconcileSubject(subject=the_person(name), cause=cause))
    world.inbox.put(asked)
    return asked


def _change_of(world: World, request: Command) -> str:
    return world.state.changes[request.cause.change].state


class TestWhatThePolicyBeforeProtects:
    def test_a_group_stays_when_one_edit_drops_its_protection_and_the_group(self) -> None:
        world = _guarded()
        request = put_in_force(_GROUPS + _SETS + _FREE, world=world)
        assert world.groups()["break-glass"] == {"e-1@example.com"}
        notes = world.state.plans[request.cause.change, THE_POLICY].notes
        assert any("group break-glass" in note for note in notes)

    def test_however_many_edits_follow(self) -> None:
        world = _guarded()
        for edit in (_GROUPS + _SETS + _FREE, _GROUPS + _SETS + _WIDE, _GROUPS + _SETS + _FREE):
            put_in_force(edit, world=world)
        assert world.groups()["break-glass"] == {"e-1@example.com"}

    def test_a_person_stays_when_one_edit_drops_their_protection_and_their_group(self) -> None:
        world = _guarded()
        put_in_force(_GROUPS.replace("Engineering", "None") + _BREAK_GLASS + _SETS + _FREE, world=world)
        assert "e-1@example.com" in world.groups()["staff"]

    def test_a_preview_says_so(self) -> None:
        world = _guarded()
        assert foreseen(if_policy(_GROUPS + _SETS + _FREE, world=world)) == []

    def test_a_group_stays_when_an_edit_that_keeps_the_protection_renames_it_and_swaps_its_members(self) -> None:
        world = _guarded()
        renamed = _BREAK_GLASS.replace("name: break-glass", "name: other").replace("Keeper", "Intruder")
        put_in_force(_GROUPS + renamed + _SETS + _KEPT, world=world)
        assert world.groups()["break-glass"] == {"e-1@example.com"}

    def test_a_group_is_not_taken_by_another_key_of_its_name(self) -> None:
        world = _guarded()
        other = "  other: {name: Break-Glass, members: everyone}\n"
        put_in_force(_GROUPS + other + _SETS + _FREE, world=world)
        assert world.groups()["break-glass"] == {"e-1@example.com"}

    def test_an_edit_that_only_unprotects_waits_for_somebody_else(self) -> None:
        world = _guarded()
        put_in_force(_GROUPS + _SETS + _FREE, world=world)
        request = put_in_force(_GROUPS + _SETS + _FREE, world=world)
        assert _change_of(world, request) is ChangeState.HELD
        (held,) = world.operations(OperationState.HELD)
        assert held.subject == THE_POLICY
        assert any("group break-glass" in reason.because for reason in held.reasons)
        assert world.groups()["break-glass"] == {"e-1@example.com"}
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        assert "break-glass" not in world.groups()
        assert _change_of(world, request) is ChangeState.SUCCEEDED

    def test_and_stays_so_when_they_reject_it(self) -> None:
        world = _guarded()
        request = put_in_force(_GROUPS + _BREAK_GLASS + _SETS + _FREE, world=world)
        world.is_decided(request.cause.change, approved=False)
        world.settle()
        assert the_group("bg").name in world.policy_in_force().protection.groups
        put_in_force(_GROUPS + _SETS + _FREE, world=world)
        assert world.groups()["break-glass"] == {"e-1@example.com"}

    def test_what_more_is_protected_is_protected_at_once(self) -> None:
        world = _company(_GROUPS + _BREAK_GLASS + _SETS + _FREE, title="Keeper")
        request = put_in_force(_GROUPS + _BREAK_GLASS + _SETS + _KEPT, world=world)
        assert _change_of(world, request) is ChangeState.SUCCEEDED
        assert "bg" in world.policy_in_force().protection.groups


class TestEveryGuardrail:
    @pytest.mark.parametrize(
        "loose", ["{removals: {percent: 50, at_least: 3}}", "{removals: {at_least: 9, percent: 0}}"]
    )
    def test_the_limit_of_removals_is_widened_by_two(self, loose: str) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        request = put_in_force(_GROUPS + _SETS + f"guardrails: {loose}\n", world=world)
        assert _change_of(world, request) is ChangeState.HELD
        assert world.policy_in_force().guardrails.at_least == 3
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        wide = read_policy({"p.yaml": _GROUPS + _SETS + f"guardrails: {loose}\n"}, version=0).guardrails
        assert world.policy_in_force().guardrails == wide

    def test_so_is_the_time_that_a_grant_may_last(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        put_in_force(_GROUPS + _SETS + "guardrails: {grants: {longest: P365D}}\n", world=world)
        assert world.policy_in_force().guardrails.longest_grant.days == 30

    @pytest.mark.parametrize(
        ("strict", "loose", "loosens"),
        [
            ("sensitive: {groups: [staff]}", "", "no longer sensitive: group staff"),
            ("sensitive: {permission_sets: [ViewOnly]}", "", "no longer sensitive: permission set ViewOnly"),
            ("sensitive: {accounts: [{ou: /Prod}]}", "sensitive: {accounts: [{ou: /Dev}]}", "no longer sensitive: acc"),
            ("", "sensitive: {harmless: [ViewOnly]}", "called harmless, as it is now: permission set ViewOnly"),
            ("guardrails: {additions: {percent: 1}}", "", "additions.percent from 1 to 10"),
            ("", "guardrails: {unmanaged: remove}", "unmanaged from report to remove"),
        ],
    )
    def test_what_is_sensitive_becomes_less_by_two(self, strict: str, loose: str, loosens: str) -> None:
        world = _company(f"{_GROUPS}{_SETS}{strict}\n")
        before = world.policy_in_force()
        request = put_in_force(f"{_GROUPS}{_SETS}{loose}\n", world=world)
        assert _change_of(world, request) is ChangeState.HELD
        in_force = world.policy_in_force()
        assert in_force.reservations.guard is not None
        assert in_force.reservations.guard.loosens[0].startswith(loosens)
        assert (in_force.sensitive.groups, in_force.sensitive.permission_sets, in_force.sensitive.harmless) == (
            before.sensitive.groups,
            before.sensitive.permission_sets,
            before.sensitive.harmless,
        )
        assert in_force.sensitive.accounts[: len(before.sensitive.accounts)] == before.sensitive.accounts
        assert in_force.guardrails == before.guardrails
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        uploaded = read_policy({"policy.yaml": f"{_GROUPS}{_SETS}{loose}\n"}, version=0)
        assert world.policy_in_force().sensitive == uploaded.sensitive
        assert world.policy_in_force().guardrails == uploaded.guardrails

    def test_what_more_is_sensitive_is_so_at_once(self) -> None:
        world = _company(f"{_GROUPS}{_SETS}sensitive: {{harmless: [ViewOnly]}}\n")
        request = put_in_force(f"{_GROUPS}{_SETS}sensitive: {{permission_sets: [ViewOnly]}}\n", world=world)
        assert _change_of(world, request) is ChangeState.SUCCEEDED
        assert world.policy_in_force().sensitive.permission_sets == {"ViewOnly"}

    def test_the_first_look_lets_in_what_was_approved_and_not_what_an_edit_gives_instead(self) -> None:
        world = World()
        world.hr_tells(a_person())
        put_in_force(_GROUPS + _SETS + _FREE, world=world)
        world.organization.accounts[ACCOUNT_ID] = an_account()
        cause = Cause(change="01LOOK", kind=CauseKind.DISCOVERY, actor="dayone", reference="look", at=world.now)
        look = RefreshAccount(subject=the_account(), cause=cause, is_initial_discovery=True)
        world.inbox.put([look])
        world.settle()
        assert _change_of(world, look) is ChangeState.HELD
        edit = _GROUPS + _SETS.replace("ViewOnly", "Admin") + _FREE
        world.policy_is(read_policy({"p.yaml": edit}, version=0))
        world.plan(world.inbox.commands.pop(0))
        # The approval overtakes the plans that the edit asks for, and finds nothing that is asked for still.
        decision = Decision(is_approved=True, actor="arn:approver", at=world.now)
        approval = ApplyDecision(subject=the_account(), cause=look.cause, decision=decision)
        world.plan(world.inbox.accepted(approval))
        world.settle()
        put_in_force(_GROUPS + _SETS.replace("ViewOnly", "Other") + _FREE, world=world)
        assert world.assignments() == set()

    def test_the_first_policy_has_none_before_it(self) -> None:
        world = World()
        request = put_in_force(_GROUPS + _SETS + _WIDE, world=world)
        assert _change_of(world, request) is ChangeState.SUCCEEDED
        assert world.policy_in_force().guardrails.percent == 100


_DUPLICATES = ", ".join(f"{name}: e-1" for name in _PEOPLE[1:])
_EVERYBODY_LEFT = {
    "is somebody else": f"people: {{leavers: delete, same_person: {{{_DUPLICATES}}}}}\n",
    "has left hours ago": 'people: {leavers: delete, access_until: "00:01"}\n',
    "is on leave": "people: {on_leave: suspend}\n",
}


class TestWhoHasLeft:
    @pytest.mark.parametrize("says", _EVERYBODY_LEFT)
    def test_an_edit_that_says_that_everybody_has_left_is_held_as_a_whole(self, says: str) -> None:
        world = _leaving_today()
        edit = _GROUPS + _SETS + _EVERYBODY_LEFT[says] + _WIDE
        expected = if_policy(edit, world=world)
        request = put_in_force(edit, world=world)
        assert len(world.groups()["staff"]) == 8
        assert len(world.users()) == 8
        assert world.state.changes[request.cause.change].removals == 0
        assert expected.preview.guardrail.held == expected.preview.guardrail.removals > 3

    def test_not_even_a_second_edit_makes_leavers_of_them(self) -> None:
        world = _leaving_today()
        edit = _GROUPS + _SETS + _EVERYBODY_LEFT["is somebody else"] + _FREE
        put_in_force(edit, world=world)
        put_in_force(edit + "# the same again\n", world=world)
        _asked_by_hand(world, *_PEOPLE)
        world.settle()
        assert len(world.groups()["staff"]) == 8

    def test_once_it_is_approved_they_go(self) -> None:
        world = _leaving_today()
        edit = _GROUPS + _SETS + _EVERYBODY_LEFT["is somebody else"] + _FREE
        request = put_in_force(edit, world=world)
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        assert world.groups()["staff"] == {"e-1@example.com"}
        assert world.users() == {"e-1@example.com"}

    def test_a_leaver_by_hr_does_not_wait_for_an_edit_that_is_held(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        put_in_force(_GROUPS.replace("Engineering", "None") + _SETS + _WIDE, world=world)
        later(world, minutes=1)
        world.hr_tells(a_person("e-2", status=Status.ENDED))
        world.settle()
        assert "e-2@example.com" not in world.groups()["staff"]
        assert len(world.groups()["staff"]) == 7


def _leaving_today() -> World:
    """Everybody has a last day that is today, and is on leave, which no policy so far makes anything of."""
    world = _company(_GROUPS + _SETS + _FREE)
    for name in _PEOPLE:
        world.hr_tells(a_person(name, end_date=world.now.date(), status=Status.ON_LEAVE))
    world.settle()
    assert len(world.groups()["staff"]) == 8
    return world


class TestWhatRemoves:
    """Not who asks for the plan: a removal is the edit's when the policy before it would still give."""

    def test_requests_by_hand_carry_out_nothing_of_an_edit_that_is_held(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        world.policy_is(read_policy({"p.yaml": _GROUPS.replace("Engineering", "None") + _SETS + _WIDE}, version=0))
        _asked_by_hand(world, *_PEOPLE)  # while it is on its way
        world.settle()
        _asked_by_hand(world, *_PEOPLE)
        world.settle()
        assert len(world.groups()["staff"]) == 8

    def test_what_hr_takes_away_meanwhile_is_hrs(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        gone = _GROUPS + _SETS + "people: {same_person: {e-2: e-1, e-3: e-1, e-4: e-1, e-5: e-1}}\n" + _FREE
        put_in_force(gone, world=world)
        later(world, minutes=1)
        world.hr_tells(a_person("e-8", department="Sales"))
        world.settle()
        assert world.groups()["staff"] == {f"{name}@example.com" for name in _PEOPLE if name != "e-8"}

    def test_after_an_approval_the_edit_is_the_policy(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        edit = _GROUPS.replace("[{department: Engineering}]", "[{department: Engineering, title: Boss}]")
        request = put_in_force(edit + _SETS + _FREE, world=world)
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        assert world.groups()["staff"] == set()
        later(world, hours=30)
        world.hr_tells(a_person("e-3", title="Boss"))
        world.settle()
        world.hr_tells(a_person("e-3", title="Clerk"), at=world.now)
        world.settle()
        assert world.groups()["staff"] == set()


class TestTheThingProtected:
    def test_a_protected_user_is_not_renamed_by_hr(self) -> None:
        world = _company(_GROUPS + _SETS + _FREE)
        users = "guardrails: {removals: {percent: 0, at_least: 3}, protect: {users: [E-1@example.com]}}\n"
        put_in_force(_GROUPS + _SETS + users, world=world)
        later(world, minutes=1)
        world.hr_tells(a_person("e-1", user_name="intruder@example.com", department="Sales"))
        world.settle()
        assert "e-1@example.com" in world.users()
        assert "e-1@example.com" in world.groups()["staff"]

    def test_nor_does_hr_end_them(self) -> None:
        world = _guarded()
        world.hr_tells(a_person("e-1", status=Status.ENDED))
        world.settle()
        assert world.groups()["break-glass"] == {"e-1@example.com"}


_DIRECT = '  - {person: e-1, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'
_BY_USER_NAME = "guardrails: {removals: {percent: 0, at_least: 3}, protect: {users: [e-1@example.com]}}\n"


class TestWhatIsAssignedToAProtectedUser:
    """Alone, by the person's id; the account does not know what their user is called."""

    @pytest.fixture
    def world(self) -> World:
        world = _company(_GROUPS + _SETS + _DIRECT + _FREE)
        put_in_force(_GROUPS + _SETS + _DIRECT + _BY_USER_NAME, world=world)
        later(world, hours=30)
        assert len(world.assignments()) == 2
        return world

    @pytest.mark.parametrize("name", ["e-1@example.com", "intruder@example.com"])
    def test_stays_when_hr_ends_them_by_whatever_name(self, world: World, name: str) -> None:
        world.hr_tells(a_person("e-1", user_name=name))
        world.settle()
        later(world, minutes=1)
        world.hr_tells(a_person("e-1", user_name=name, status=Status.ENDED))
        world.settle()
        assert len(world.assignments()) == 2

    @pytest.mark.parametrize(
        "edit",
        [
            _GROUPS + _SETS + _BY_USER_NAME,
            _GROUPS + _SETS + _FREE,
            _GROUPS + _SETS + _DIRECT + "people: {leavers: delete, same_person: {e-1: e-2}}\n" + _BY_USER_NAME,
        ],
        ids=["drops the assignment", "drops the protection with it", "says that they are somebody else"],
    )
    def test_stays_when_an_edit_takes_it_away(self, world: World, edit: str) -> None:
        expected = if_policy(edit, world=world)
        put_in_force(edit, world=world)
        assert len(world.assignments()) == 2
        assert [pair for pair in foreseen(expected) if "assignment" in pair[0]] == []

    def test_nobody_is_told_that_their_access_is_to_end(self, world: World) -> None:
        world.hr_tells(a_person("e-1", user_name="intruder@example.com"))
        world.settle()
        with pytest.raises(Inapplicable, match="the policy protects e-1"):
            end_person("e-1", on=None, is_at_once=True, actor="arn:admin", ports=api_of(world))
