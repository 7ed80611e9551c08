"""A held change is decided on as a whole, by subject or by resource; an approval covers what was shown."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden, Inapplicable, Outdated
from dayone.model.changes import Change, ChangeState, Decision
from dayone.model.policy.rules import Guardrails
from dayone.model.subjects import Resource, Subject, SubjectKind
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment, membership, the_person
from tests.unit.changes.test_sensitive_gifts import POLICY, company
from tests.unit.hr_world import later
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_PEOPLE = ("e-1", "e-2", "e-3")
_BOB, _EVE = "arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:user/eve"

_TEXT = (
    "version: 1\n"
    "groups:\n  staff: {staff}\n"
    "guardrails: {{removals: {{percent: 0, at_least: 0}}, additions: {{percent: 100, at_least: 100}}}}\n"
)


def _world() -> tuple[World, str]:
    """Three people are to lose two groups each by an edit, which holds all of it; the id of that change."""
    world = World()
    rest = (a_set("ViewOnly"), an_assignment())
    guardrails = Guardrails(percent=0, at_least=0, additions_percent=100)
    groups = (a_group("engineers"), a_group("data", department="Engineering"))
    world.policy_is(replace(a_policy(*groups, *rest), guardrails=guardrails))
    world.account_is(an_account())
    for name in _PEOPLE:
        world.hr_tells(a_person(name))
    world.settle()
    world.now += timedelta(seconds=1)
    nobody = (a_group("engineers", department="Nobody"), a_group("data", department="Nobody"))
    request = world.policy_is(replace(a_policy(*nobody, *rest), guardrails=guardrails))
    world.settle()
    world.now += timedelta(seconds=1)
    change = request.cause.change
    assert world.state.changes[change].held == 6
    return world, change


def _decide(world: World, change: str, *, is_approved: bool = True, actor: str = _BOB, **part: Any) -> Decision:  # noqa: ANN401
    return decide_change(change, is_approved=is_approved, actor=actor, ports=api_of(world), part=DecidedPart(**part))


def _change(world: World, change: str) -> Change:
    return world.state.changes[change]


def _of(name: str) -> Subject:
    return the_person(name)


@dataclass(frozen=True)
class _Case:
    part: dict[str, Any]
    engineers: set[str]
    data: set[str]


_CASES = {
    "a subject": _Case({"subjects": (_of("e-1"),)}, {"e-2", "e-3"}, {"e-2", "e-3"}),
    "two subjects": _Case({"subjects": (_of("e-1"), _of("e-3"))}, {"e-2"}, {"e-2"}),
    "a resource": _Case({"resources": (membership("data"),)}, {"e-1", "e-2", "e-3"}, set()),
    "a resource of a subject": _Case(
        {"subjects": (_of("e-2"),), "resources": (membership("data"),)}, {"e-1", "e-2", "e-3"}, {"e-1", "e-3"}
    ),
    "all": _Case({}, set(), set()),
}


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_what_is_decided_goes_on_at_once_and_the_rest_stays_held(case: _Case) -> None:
    world, change = _world()
    _decide(world, change, **case.part)
    world.settle()
    groups = {name: {name.removesuffix("@example.com") for name in each} for name, each in world.groups().items()}
    assert groups == {"engineers": case.engineers, "data": case.data}
    left = len(case.engineers) + len(case.data)
    assert _change(world, change).held == left
    assert _change(world, change).state is (ChangeState.HELD if left else ChangeState.SUCCEEDED)
    assert (_change(world, change).decision is None) is bool(left)


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_what_is_rejected_in_part_stays_and_the_rest_can_be_approved(case: _Case) -> None:
    world, change = _world()
    _decide(world, change, is_approved=False, **case.part)
    world.settle()
    kept = {"engineers": {*_PEOPLE} - case.engineers, "data": {*_PEOPLE} - case.data}
    assert _change(world, change).held == len(case.engineers) + len(case.data)
    if case.part:
        _decide(world, change)
        world.settle()
    assert {name: {name.removesuffix("@example.com") for name in each} for name, each in world.groups().items()} == kept
    assert _change(world, change).held == 0


def test_a_decision_about_a_part_is_in_the_audit_log_with_who_and_what() -> None:
    world, change = _world()
    _decide(world, change, subjects=(_of("e-1"),), resources=(membership("data"),))
    world.settle()
    (taken,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "approve-change"]
    assert taken.actor == _BOB
    assert taken.detail.endswith("; of these person:e-1, membership/data")
    (entry,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "approve-removals"]
    assert (entry.actor, entry.subject, entry.detail) == (_BOB, "person:e-1", "membership/data")


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"subjects": (_of("e-1"), _of("e-9"))}, "for person:e-9"),
        ({"subjects": (_of("e-1"),), "resources": (membership("sales"),)}, "for person:e-1"),
        ({"resources": (membership("data"), membership("sales"))}, "no membership/sales"),
    ],
)
def test_what_is_not_held_is_not_decided_on(part: dict[str, Any], says: str) -> None:
    world, change = _world()
    with pytest.raises(Inapplicable, match=says):
        _decide(world, change, **part)
    assert not world.inbox.commands


class TestWhatWasShown:
    def test_an_approval_of_another_version_is_refused(self) -> None:
        world, change = _world()
        with pytest.raises(Outdated):
            _decide(world, change, expected_version=_change(world, change).held_version - 1)
        assert not world.inbox.commands
        _decide(world, change, expected_version=_change(world, change).held_version)

    def test_of_two_who_saw_the_same_the_second_is_told(self) -> None:
        world, change = _world()
        shown = _change(world, change).held_version
        _decide(world, change, subjects=(_of("e-1"),), expected_version=shown)
        with pytest.raises(Outdated):
            _decide(world, change, is_approved=False, actor=_EVE, subjects=(_of("e-1"),), expected_version=shown)
        with pytest.raises(Outdated):
            _decide(world, change, is_approved=False, actor=_EVE, expected_version=shown)
        world.settle()
        with pytest.raises(Inapplicable, match="for person:e-1"):
            _decide(world, change, is_approved=False, actor=_EVE, subjects=(_of("e-1"),))

    def test_what_is_held_after_a_decision_is_shown_again(self) -> None:
        world, change = _world()
        _decide(world, change)
        late, existing = world.head(_of("e-1")), _change(world, change)
        # As of a subject that was stuck until then.
        at = world.now + timedelta(seconds=1)
        held = tuple(
            replace(removal, at=at) if removal.resource == membership("data") else removal for removal in late.held
        )
        world.state.heads[_of("e-1")] = replace(late, held=held)
        world.state.changes[change] = replace(existing, held_version=existing.held_version + 1)
        world.now += timedelta(seconds=2)
        world.settle()
        assert world.groups() == {"engineers": set(), "data": {"e-1@example.com"}}
        assert (_change(world, change).state, _change(world, change).held) == (ChangeState.HELD, 1)
        _decide(world, change, actor=_EVE)
        world.settle()
        assert world.groups() == {"engineers": set(), "data": set()}


class TestWhoIsToBlame:
    def _overtaken(self) -> tuple[World, str]:
        """Bob's exception has come to mean e-1 when Alice's edit takes the group from all three, in one change."""
        world = World()
        for name in _PEOPLE:
            ends = world.now.date() + timedelta(days=12) if name == "e-1" else None
            world.hr_tells(a_person(name, end_date=ends))
        staff = "{members: [{department: Engineering}], except: [{end_date: {reached: -9}}]}"
        put_in_force(_TEXT.format(staff=staff), world=world, actor=_BOB)
        later(world, days=4)
        nobody = staff.replace("Engineering", "Nobody")
        put_in_force(_TEXT.format(staff=nobody), world=world, actor="arn:alice")
        (change,) = [change.id for change in world.state.changes.values() if change.held]
        assert _change(world, change).held == 3
        return world, change

    @pytest.mark.parametrize(
        ("part", "says"),
        [
            ({}, "naming its `subjects`"),
            ({"resources": (membership("staff"),)}, "naming its `subjects`"),
            ({"subjects": (_of("e-1"),)}, "holds person:e-1 membership/staff, what this caller"),
            ({"subjects": (_of("e-1"), _of("e-2"))}, "holds person:e-1 membership/staff, what this caller"),
        ],
    )
    def test_nobody_decides_on_a_part_that_they_have_brought_about(self, part: dict[str, Any], says: str) -> None:
        world, change = self._overtaken()
        for is_approved in (True, False):
            with pytest.raises(Forbidden, match=says):
                _decide(world, change, is_approved=is_approved, **part)
        assert not world.inbox.commands

    def test_but_on_what_others_have(self) -> None:
        world, change = self._overtaken()
        _decide(world, change, subjects=(_of("e-2"), _of("e-3")))
        world.settle()
        assert world.groups() == {"staff": {"e-1@example.com"}}
        _decide(world, change, actor=_EVE)
        world.settle()
        assert world.groups() == {"staff": set()}

    def test_a_decision_that_got_through_leaves_what_its_actor_has_brought_about(self) -> None:
        world, change = self._overtaken()
        world.is_decided(change, approved=True, actor=_BOB)
        world.settle()
        assert world.groups() == {"staff": {"e-1@example.com"}}
        assert _change(world, change).state is ChangeState.HELD

    def test_whoever_caused_the_change_decides_on_no_part(self) -> None:
        world, change = _world()
        for part in ({"subjects": (_of("e-1"),)}, {"resources": (membership("data"),)}):
            with pytest.raises(Forbidden, match="caused by this caller"):
                _decide(world, change, actor="arn:admin", **part)

    def test_nor_by_name_on_what_they_would_be_given_themselves(self) -> None:
        world = company()
        change = world.hr_tells(a_person("e-3", title="Administrator")).cause.change
        world.settle()
        own = f"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Boss_0123456789abcdef/{a_person('e-3').user_name}"
        with pytest.raises(Forbidden, match="holds person:e-3 membership/admins, what this caller gains"):
            _decide(world, change, actor=own, subjects=(_of("e-3"),))
        _decide(world, change, actor=_EVE, subjects=(_of("e-3"),))
        world.settle()
        assert "e-3@example.com" in world.groups()["admins"]


_DENY = 'inline_policy: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "iam:*", Resource: "*"}]}'
_LIMITED = POLICY.replace("Admin:", f"Tool: {{managed_policies: [AdministratorAccess], {_DENY}}}\n  Admin:")


class TestPermissionSets:
    """All parts of a permission set are one form: whoever decides leaves no Deny out of it."""

    @pytest.mark.parametrize("names_subject", [True, False])
    @pytest.mark.parametrize("is_approved", [True, False])
    @pytest.mark.parametrize("part", ["inline-policy", "managed-policy/AdministratorAccess", "provisioning"])
    def test_no_part_of_one_is_decided_on_alone(self, part: str, *, is_approved: bool, names_subject: bool) -> None:
        world = company()
        change = put_in_force(_LIMITED, world=world).cause.change
        resources = (Resource.parse(part),)
        subjects = (Subject(SubjectKind.PERMISSION_SET, "Tool"),) if names_subject else ()
        with pytest.raises(Inapplicable, match="approved or rejected together"):
            _decide(world, change, is_approved=is_approved, resources=resources, subjects=subjects)
        _decide(world, change, subjects=(Subject(SubjectKind.PERMISSION_SET, "Tool"),))
        world.settle()
        managed, inline = world.permission_sets()["Tool"]
        assert (set(managed), "Deny" in inline) == ({"AdministratorAccess"}, True)
