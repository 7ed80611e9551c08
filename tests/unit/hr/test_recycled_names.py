"""Leavers give up user name and e-mail address for a present person; their user never becomes another's."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.access.explain.explanation import explain_access
from dayone.errors import Throttled
from dayone.hr.manual import end_person
from dayone.lookups import read_person
from dayone.model.changes import ChangeState
from dayone.model.commands import ApplyHrRecord
from dayone.model.operations import OperationState
from dayone.model.people import IdentitySource, Leavers, LifeCycle, OnLeave, Status
from dayone.model.policy.rules import Guardrails, Policy, Protection
from dayone.model.subjects import Resource, ResourceKind, ResourceOf
from tests.builders import ACCOUNT_ID, NOON, a_group, a_policy, a_set, an_account, an_assignment, the_person
from tests.unit.crashes import Crash, Fuse
from tests.unit.hr_senders import SCHEMES, SETUP, Receiving, key_of, sample
from tests.unit.hr_world import ADA, GRACE, later, notes_of, person_in, tells
from tests.unit.previews import api_of
from tests.unit.world import World

_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())
_LEFT, _BACK = {**ADA, "status": "ended"}, {**ADA, "status": "active"}
_NUMBERED = 'version: 1\nsources: {standard: {kind: standard}}\nuser_names: {pattern: "{given_name}"}\n'


def _world(policy: Policy = _POLICY, *, cycle: LifeCycle | None = None) -> World:
    world = World()
    world.policy_is(replace(policy, people=cycle or LifeCycle()))
    world.account_is(an_account())
    world.settle()
    later(world, seconds=1)
    return world


def _settled(world: World, person: str, attributes: dict[str, str]) -> ApplyHrRecord:
    command = tells(world, person, attributes)
    world.settle()
    later(world, minutes=1)
    return command


def _users(world: World) -> dict[str, tuple[str, str]]:
    """User id to user name and e-mail address."""
    return {user: (record["user_name"], record.get("email", "")) for user, record in world.center.users.items()}


def _user_id(world: World, person: str) -> str:
    applied = world.applied(the_person(person), Resource(ResourceKind.USER))
    return applied.references["user_id"] if applied else ""


def _swept(world: World, *, minutes: int = 5) -> None:
    for _ in range(minutes):
        later(world, minutes=1)
        world.sweep()
        world.settle()


def _left_and_another_came(world: World) -> ApplyHrRecord:
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    return _settled(world, "e-2", ADA)


def test_who_is_hired_again_under_a_new_id_has_their_user_name_and_address_by_webhook() -> None:
    world = _world()
    receiving = Receiving()
    receiving.sources.text = SETUP.replace("  people: {kind: csv}", "  people: {kind: standard}")
    for number, (kind, person) in enumerate(
        [("person.created", "r-1"), ("person.ended", "r-1"), ("person.created", "r-1b")]
    ):
        at = receiving.now = receiving.now + timedelta(minutes=1)
        event = {"type": kind, "timestamp": at.isoformat(), "data": {"id": person, **ADA}}
        delivery = replace(sample("workforce_csv"), body=json.dumps(event).encode())
        headers = {**SCHEMES["people"](delivery.body, key_of("people"), at)}
        receiving.inbox.commands.clear()
        receiving.takes(replace(delivery, headers=headers))
        (command,) = receiving.inbox.commands
        world.inbox.put([replace(command, cause=replace(command.cause, reference=f"msg-{number}"))])
        world.settle()
        later(world, minutes=1)
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.r-1", "")]
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert _user_id(world, "r-1") != _user_id(world, "r-1b")
    notes = notes_of(world, command)
    assert notes == ("the user name or the e-mail address was that of r-1 before",)


def test_nobody_is_called_so_before_aws_has_confirmed_that_the_other_is_not() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    joiner = tells(world, "e-2", ADA)
    world.plan_all()
    renaming, creating, joining = world.operations(OperationState.PENDING)
    assert (str(renaming.subject), renaming.kind, creating.kind) == ("person:e-1", "update-user", "create-user")
    assert creating.vacated_by == (ResourceOf(the_person("e-1"), Resource(ResourceKind.USER)),)
    world.settle()
    ends = {operation.id: operation.finished_at for operation in world.operations(OperationState.SUCCEEDED)}
    assert (ends[renaming.id] or world.now) <= (ends[creating.id] or world.now)
    assert world.outcomes(joiner) == ["create user: succeeded", "create membership/engineers: succeeded"]
    assert joining.kind == "create-membership"


def test_as_long_as_the_other_cannot_be_renamed_nobody_gets_the_name_and_that_is_said() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    renaming = _Refusing(world)
    tells(world, "e-2", ADA)
    world.plan_all()
    world.execute()
    assert set(_users(world).values()) == {("ada@example.com", "ada@example.com")}
    waiting = next(
        operation for operation in world.operations(OperationState.PENDING) if operation.kind == "create-user"
    )
    assert waiting.waiting_for == "the user name and e-mail address of somebody who has left"
    renaming.stops()
    world.settle()
    _swept(world, minutes=10)
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]


class _Refusing:
    """A directory that refuses to rename for as long as it is told to."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.around = self._around

    def stops(self) -> None:
        self._world.around = lambda _name, port: port

    def _around(self, name: str, port: object) -> object:
        return _Throttling(port) if name == "directory" else port


class _Throttling:
    def __init__(self, port: object) -> None:
        self._port = port

    def update_user(self, *_: object, **__: object) -> object:
        raise Throttled("Rate exceeded")

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)


def test_who_comes_before_the_other_s_access_has_gone_waits_for_that() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    tells(world, "e-1", _LEFT)
    joiner = tells(world, "e-2", ADA)
    world.plan_all()
    note = "waits for the user name or the e-mail address of e-1, who has left and has access"
    assert notes_of(world, joiner)[0] == note
    assert person_in(world, "e-2") is None
    world.settle()
    assert world.groups() == {"engineers": set()}
    _swept(world)
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert not world.head(the_person("e-2")).awaits_names


def test_who_waits_for_a_name_is_found_and_explained_and_can_be_ended() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    tells(world, "e-1", _LEFT)
    tells(world, "e-2", ADA)
    world.plan_all()
    api = api_of(world)
    assert read_person("e-2", records=api.records).head.source_records
    explained = explain_access(
        "e-2", ACCOUNT_ID, permission_set="", records=api.records, grants=api.grants, policies=api.policies, now=NOON
    )
    assert "HR to send the rest of the person's record, or somebody else to give up" in str(explained.ways)
    end_person("e-2", on=None, is_at_once=True, actor="arn:admin", ports=api)
    world.settle()
    _swept(world)
    assert world.groups() == {"engineers": set()}


@pytest.mark.parametrize(("waited", "again"), [(0, 1), (1, 1), (2, 2), (10, 10), (60, 60), (61, 60), (600, 60)])
def test_who_waits_for_a_name_is_looked_for_again_after_as_long_as_they_have_waited(waited: int, again: int) -> None:
    world = _world(replace(_POLICY, guardrails=Guardrails(percent=0, at_least=0)))
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    tells(world, "e-2", ADA)
    later(world, minutes=waited)
    world.plan_all()
    assert world.head(the_person("e-2")).awaits_names
    assert world.head(the_person("e-2")).due_at == world.now + timedelta(minutes=again)


def test_what_is_held_by_a_guardrail_is_waited_for() -> None:
    world = _world(replace(_POLICY, guardrails=Guardrails(percent=0, at_least=0)))
    _settled(world, "e-1", ADA)
    leaver = _settled(world, "e-1", _LEFT)
    _settled(world, "e-2", ADA)
    _swept(world)
    assert world.users() == {"ada@example.com"}
    assert world.groups() == {"engineers": {"ada@example.com"}}
    world.is_decided(leaver.cause.change, approved=True)
    world.settle()
    _swept(world, minutes=60)
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]


def test_a_hold_that_fell_away_with_the_departure_is_not_waited_for() -> None:
    world = _world(replace(_POLICY, guardrails=Guardrails(percent=0, at_least=1)))
    _settled(world, "e-1", ADA)
    _settled(world, "e-2", GRACE)
    world.policy_is(a_policy(a_group("engineers", department="Data"), a_set(), an_assignment()))
    world.settle()
    # Held for what the edit takes from both of them, and not because anybody has left.
    assert world.groups() == {"engineers": {"ada@example.com", "grace@example.com"}}
    _settled(world, "e-1", _LEFT)
    assert world.groups() == {"engineers": {"grace@example.com"}}
    _settled(world, "e-3", ADA)
    _swept(world)
    assert not world.head(the_person("e-3")).awaits_names
    assert _users(world)[_user_id(world, "e-3")] == ("ada@example.com", "ada@example.com")


def test_who_was_let_keep_their_access_keeps_their_names() -> None:
    world = _world(replace(_POLICY, guardrails=Guardrails(percent=0, at_least=0)))
    _settled(world, "e-1", ADA)
    leaver = _settled(world, "e-1", _LEFT)
    world.is_decided(leaver.cause.change, approved=False)
    world.settle()
    _settled(world, "e-2", ADA)
    assert sorted(_users(world).values()) == [("ada2@example.com", ""), ("ada@example.com", "ada@example.com")]


def test_an_assignment_of_their_own_has_to_go_before_the_name_does() -> None:
    own = replace(an_assignment(), group="", person="e-1")
    world = _world(replace(_POLICY, assignments=(*_POLICY.assignments, own)))
    _settled(world, "e-1", ADA)
    assert "ada@example.com" in {name for _, _, name in world.assignments()}
    world.aws_works = False
    tells(world, "e-1", _LEFT)
    world.plan_all()
    world.execute()
    later(world, minutes=1)
    tells(world, "e-2", ADA)
    for _ in range(3):
        world.plan_all()
        world.execute()
    assert set(_users(world).values()) == {("ada@example.com", "ada@example.com")}
    world.aws_works = True
    world.settle()
    _swept(world)
    assert {name for _, _, name in world.assignments()} == {"engineers"}
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]


def test_who_left_before_they_had_a_user_hands_on_nobody_s() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    first = _user_id(world, "e-1")
    for person, attributes in (("e-2", ADA), ("e-2", _LEFT), ("e-3", ADA)):
        tells(world, person, attributes)
        world.plan_all()
        later(world, seconds=1)
    # A try of the renaming has failed: whoever is new would be made first.
    (renaming,) = [
        operation for operation in world.operations(OperationState.PENDING) if operation.subject == the_person("e-1")
    ]
    world.state.store(replace(renaming, not_before=world.now + timedelta(minutes=1)))
    world.settle()
    _swept(world)
    assert _users(world)[first] == ("left.e-1", "")
    assert _users(world)[_user_id(world, "e-3")] == ("ada@example.com", "ada@example.com")
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_who_comes_back_under_the_same_id_gets_their_own_user_and_what_names_are_left() -> None:
    world = _world()
    _left_and_another_came(world)
    before = _user_id(world, "e-1")
    back = _settled(world, "e-1", _BACK)
    assert _user_id(world, "e-1") == before
    assert _users(world)[before] == ("ada2@example.com", "")
    assert notes_of(world, back) == ("the e-mail address belongs to another person",)
    assert world.groups() == {"engineers": {"ada@example.com", "ada2@example.com"}}
    # With an address of their own they have one.
    _settled(world, "e-1", {**ADA, "email": "ada.l@example.com"})
    assert _users(world)[before] == ("ada2@example.com", "ada.l@example.com")


def test_who_comes_back_when_the_other_has_left_too_is_called_as_before() -> None:
    world = _world()
    _left_and_another_came(world)
    first, second = _user_id(world, "e-1"), _user_id(world, "e-2")
    _settled(world, "e-2", _LEFT)
    _settled(world, "e-1", _BACK)
    assert _users(world) == {first: ("ada@example.com", "ada@example.com"), second: ("left.e-2", "")}


def test_what_hr_goes_on_to_say_of_who_has_left_takes_nothing_back() -> None:
    world = _world()
    _left_and_another_came(world)
    _settled(world, "e-1", {**_LEFT, "title": "Countess"})
    _settled(world, "e-2", {**ADA, "title": "SRE"})
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]


def test_who_has_left_takes_no_name_that_has_become_free_again() -> None:
    world = _world()
    _left_and_another_came(world)
    _settled(world, "e-2", {**ADA, "email": "ada@king.example"})
    _settled(world, "e-1", {**_LEFT, "title": "Countess"})
    assert world.head(the_person("e-1")).claims == ("user-name:left.e-1",)
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@king.example"), ("left.e-1", "")]


def test_who_is_on_leave_or_protected_or_still_to_come_keeps_what_is_theirs() -> None:
    for status, cycle in (("on_leave", LifeCycle(on_leave=OnLeave.SUSPEND)), ("active", LifeCycle())):
        world = _world(cycle=cycle)
        _settled(world, "e-1", {**ADA, "status": status})
        _settled(world, "e-2", ADA)
        assert sorted(_users(world).values()) == [("ada2@example.com", ""), ("ada@example.com", "ada@example.com")]
    world = _world(replace(_POLICY, protection=Protection(people=frozenset({"e-1"}))))
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    _settled(world, "e-2", ADA)
    assert world.users() == {"ada2@example.com"}


def test_a_leaver_s_record_that_comes_late_takes_nothing_from_another_leaver() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    _settled(world, "e-2", _LEFT)
    assert set(_users(world).values()) == {("ada@example.com", "ada@example.com")}


@pytest.mark.parametrize("leavers", list(Leavers))
def test_a_user_that_was_there_before_is_renamed_and_one_of_ours_is_as_the_policy_says(leavers: Leavers) -> None:
    for is_adopted in (True, False):
        world = _world(cycle=LifeCycle(leavers=leavers))
        if is_adopted:
            names = {"display_name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace"}
            world.center.users["u-1"] = {"user_name": "ada@example.com", "email": "ada@example.com", **names}
        _left_and_another_came(world)
        _swept(world)
        kept = [("left.e-1", "")] if is_adopted or leavers is Leavers.KEEP else []
        assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), *kept]
        assert world.groups() == {"engineers": {"ada@example.com"}}


def test_the_policy_s_same_person_frees_the_names_of_the_record_that_does_not_count() -> None:
    world = _world(cycle=LifeCycle(duplicates=(("e-1", "e-2"),)))
    _settled(world, "e-1", ADA)
    _settled(world, "e-2", ADA)
    assert {name for name, _ in _users(world).values()} == {"ada@example.com"}
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_who_is_here_gets_an_address_that_was_a_leaver_s() -> None:
    world = _world()
    world.hr_sources.text = _NUMBERED
    _settled(world, "e-1", ADA)
    _settled(world, "e-2", GRACE)
    _settled(world, "e-1", _LEFT)
    _settled(world, "e-2", {**GRACE, "email": "ada@example.com"})
    assert sorted(_users(world).values()) == [("grace", "ada@example.com"), ("left.e-1", "")]


def test_two_who_come_at_once_are_told_apart() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    tells(world, "e-2", ADA)
    tells(world, "e-3", ADA)
    world.settle()
    assert sorted(_users(world).values()) == [
        ("ada2@example.com", ""),
        ("ada@example.com", "ada@example.com"),
        ("left.e-1", ""),
    ]


def test_a_provider_s_user_is_never_handed_on_with_the_name() -> None:
    world = _world(cycle=LifeCycle(identity_source=IdentitySource.EXTERNAL))
    old = {"user_name": "ada@example.com", "display_name": "A", "given_name": "A", "family_name": "L"}
    world.center.users["user-old"] = dict(old)
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    joiner = tells(world, "e-2", ADA)
    world.plan_all()
    world.execute()
    assert world.groups() == {"engineers": set()}
    waiting = next(
        operation for operation in world.operations(OperationState.PENDING) if operation.kind == "create-user"
    )
    assert "still has the user of somebody who has left under this name" in waiting.failure_reason
    del world.center.users["user-old"]
    world.center.users["user-new"] = dict(old)
    world.settle()
    assert _user_id(world, "e-2") == "user-new"
    assert world.outcomes(joiner)[0] == "create user: succeeded"


def test_a_provider_s_user_is_that_of_who_is_the_same_person_by_the_policy() -> None:
    cycle = LifeCycle(identity_source=IdentitySource.EXTERNAL, can_end_sessions=True)
    world = _world(cycle=cycle)
    names = {"display_name": "A", "given_name": "A", "family_name": "L"}
    world.center.users["user-old"] = {"user_name": "ada@example.com", **names}
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    tells(world, "e-2", ADA)
    world.plan_all()
    world.execute()
    assert (world.groups(), world.sessions.ended) == ({"engineers": set()}, {"user-old"})
    world.policy_is(replace(_POLICY, people=replace(cycle, duplicates=(("e-1", "e-2"),))))
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert (_user_id(world, "e-2"), world.sessions.ended) == ("user-old", set())


def test_a_user_that_was_deleted_in_aws_is_not_made_again_to_be_renamed() -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    world.center.users.clear()
    _settled(world, "e-2", ADA)
    assert list(_users(world).values()) == [("ada@example.com", "ada@example.com")]


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(1, 60, 2))
def test_a_crash_anywhere_ends_in_the_same(number: int) -> None:
    world = _world()
    _settled(world, "e-1", ADA)
    _settled(world, "e-1", _LEFT)
    tells(world, "e-2", ADA)
    fuse = Fuse(number)
    world.around = fuse.around
    with suppress(Crash):
        world.settle()
    world.around = lambda _name, port: port
    later(world, minutes=2)
    world.sweep()
    world.settle()
    _swept(world)
    assert sorted(_users(world).values()) == [("ada@example.com", "ada@example.com"), ("left.e-1", "")]
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_the_record_of_the_change_names_whose_it_was_and_the_other_s_says_why() -> None:
    world = _world()
    joiner = _left_and_another_came(world)
    assert world.state.changes[joiner.cause.change].state is ChangeState.SUCCEEDED
    given = [plan for (_, subject), plan in world.state.plans.items() if subject == the_person("e-1")][-1]
    assert given.notes == ("gives up the user name and the e-mail address, which are needed for somebody who is here",)
    assert given.cause.actor == joiner.cause.actor
    person = person_in(world, "e-1")
    assert person is not None
    assert (person.user_name, person.email, person.status) == ("left.e-1", "", Status.ENDED)
