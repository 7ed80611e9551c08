"""Commands at somebody's request, put on the inbox by a sender who may send to it and no more."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.changes.decisions import LEAVERS, decide_change
from dayone.errors import Forbidden
from dayone.hr.merge import packed, source_record
from dayone.messages.inbox import accepted_digest, from_json, to_json
from dayone.model.changes import Cause, CauseKind, Decision
from dayone.model.commands import (
    COMMANDS,
    ActivatePolicy,
    AdoptExisting,
    ApplyDecision,
    ApplyGrant,
    ApplyHrRecord,
    ApproveHrConfiguration,
    BootstrapAccounts,
    Command,
    ForgetPerson,
    IgnoreFinding,
    ImportManualPeople,
    ImportWorkforce,
    PauseRepairs,
    RebuildRecord,
    RestoreResources,
    RetryChange,
    needs_acceptance,
)
from dayone.model.dependencies import Adoption
from dayone.model.hr_sources import ALL_SOURCES, BY_HAND
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from tests.builders import a_person, a_policy, a_set, an_account, the_account, the_person
from tests.unit.granting import a_grant
from tests.unit.previews import POLICY, api_of, put_in_force
from tests.unit.world import World

ADMIN, BOSS = "arn:aws:iam::111122223333:user/admin", "arn:aws:iam::111122223333:user/boss"
_EMPLOYEES = 60


def _held() -> tuple[World, str]:
    """A company of which an edit would take away everything: the world, and the change that holds it."""
    world = World()
    for number in range(_EMPLOYEES):
        world.hr_tells(a_person(f"e-{number}"))
    put_in_force(POLICY, world=world, actor=ADMIN)
    edit = put_in_force(POLICY.replace("department: Engineering", "department: Nobody"), world=world, actor=ADMIN)
    assert world.state.changes[edit.cause.change].held
    return world, edit.cause.change


def _cause(world: World, kind: CauseKind = CauseKind.BY_HAND) -> Cause:
    return Cause(change="01FORGED", kind=kind, actor=BOSS, reference="r", at=world.now)


def _decision(world: World, change: str, *, only_leavers: bool = False) -> ApplyDecision:
    cause = world.state.changes[change].cause
    decision = Decision(is_approved=True, actor=BOSS, at=world.now, only_leavers=only_leavers)
    return ApplyDecision(subject=Subject(SubjectKind.CHANGE, change), cause=cause, decision=decision)


def _told_by_hand(world: World, **named: str) -> ApplyHrRecord:
    record = source_record({"department": "Engineering", **named}, source=BY_HAND, at=world.now, teller=BOSS)
    return ApplyHrRecord(subject=the_person(), cause=_cause(world), record=record)


def _kept_policy(world: World, _: str) -> ActivatePolicy:
    """One that somebody has uploaded and that never came to the inbox."""
    request = world.policy_is(a_policy(a_set("Other")), actor=BOSS)
    world.inbox.commands.clear()
    world.state.accepted.clear()
    return request


_FORGED: Mapping[str, Callable[[World, str], Command]] = {
    "an approval": _decision,
    "an approval for one subject": lambda world, change: replace(_decision(world, change), subject=the_person("e-7")),
    "an approval of leavers": lambda world, change: _decision(world, change, only_leavers=True),
    "a rejection": lambda world, change: replace(
        _decision(world, change), decision=Decision(is_approved=False, actor=BOSS, at=world.now)
    ),
    "a policy that was kept": _kept_policy,
    "an earlier version": lambda world, _: ActivatePolicy(
        subject=THE_POLICY, cause=_cause(world, CauseKind.POLICY), version=1
    ),
    "a grant": lambda world, _: ApplyGrant(
        subject=the_person(), cause=_cause(world, CauseKind.GRANT), grant=a_grant(begins=world.now)
    ),
    "a person by hand": lambda world, _: _told_by_hand(world),
    "a person by hand as an event of HR": lambda world, _: replace(
        _told_by_hand(world), cause=_cause(world, CauseKind.HR_EVENT)
    ),
    "a word of somebody among those of an HR source": lambda world, _: replace(
        _told_by_hand(world), record=replace(_told_by_hand(world).record, source="standard")
    ),
    "people by hand": lambda world, _: ImportManualPeople(
        subject=Subject(SubjectKind.HR_SOURCE, BY_HAND), cause=_cause(world), workforce=packed({"e-1": {"title": "x"}})
    ),
    "people by hand as an import": lambda world, _: ImportWorkforce(
        subject=Subject(SubjectKind.HR_SOURCE, BY_HAND), cause=_cause(world), workforce=packed({"e-1": {"title": "x"}})
    ),
    "an adoption": lambda world, _: AdoptExisting(
        subject=the_account(),
        cause=_cause(world, CauseKind.RETRY),
        adoption=Adoption(digest="d", desired="w", actor=BOSS, reason="r"),
    ),
    "an approval of HR systems": lambda world, _: ApproveHrConfiguration(
        subject=ALL_SOURCES, cause=_cause(world, CauseKind.HR_CONFIGURATION), digest="d"
    ),
    "a person who is forgotten": lambda world, _: ForgetPerson(subject=the_person(), cause=_cause(world), days=365),
    "a retry": lambda world, change: RetryChange(
        subject=Subject(SubjectKind.CHANGE, change), cause=_cause(world, CauseKind.RETRY)
    ),
    "a pause of repairs": lambda world, _: PauseRepairs(
        subject=Subject(SubjectKind.CHANGE, "01FORGED"),
        cause=_cause(world, CauseKind.DRIFT),
        until=world.now + timedelta(days=1),
        reason="an exercise",
    ),
    "a removal that somebody has requested": lambda world, _: RestoreResources(
        subject=the_account(), cause=_cause(world, CauseKind.DRIFT), findings=("f",)
    ),
    "a record that is rebuilt": lambda world, _: RebuildRecord(
        subject=Subject(SubjectKind.CHANGE, "01FORGED"), cause=_cause(world, CauseKind.RECOVERY)
    ),
    "a finding that is ignored": lambda world, _: IgnoreFinding(
        subject=Subject(SubjectKind.CHANGE, "01FORGED"),
        cause=_cause(world, CauseKind.DRIFT),
        finding="f",
        until=world.now,
        reason="r",
    ),
    "a bootstrap": lambda world, _: BootstrapAccounts(
        subject=Subject(SubjectKind.CHANGE, "01FORGED"),
        cause=_cause(world, CauseKind.BOOTSTRAP),
        subjects=(the_account(),),
    ),
}


@pytest.fixture(scope="module")
def held_for_all() -> tuple[World, str]:
    """One for all that is refused, since that leaves nothing behind."""
    return _held()


@pytest.mark.parametrize("forge", _FORGED.values(), ids=_FORGED)
def test_what_nobody_has_asked_for_is_refused_and_leaves_nothing_behind(
    held_for_all: tuple[World, str], forge: Callable[[World, str], Command]
) -> None:
    world, change = held_for_all
    forged = from_json(to_json(forge(world, change)))
    before = copy.deepcopy((world.state.heads, world.state.changes, world.state.operations, world.state.log))
    with pytest.raises(Forbidden, match="not what anybody has asked for over the API"):
        world.plan(forged)
    assert (world.state.heads, world.state.changes, world.state.operations, world.state.log) == before


def test_what_is_forged_is_all_that_is_done_on_somebodys_word() -> None:
    world, change = _held()
    by_contents = {ApplyHrRecord, ImportWorkforce, RestoreResources}
    forged = {type(forge(world, change)) for forge in _FORGED.values()} - by_contents
    by_nature = {kind for kind in COMMANDS if needs_acceptance(_bare(kind))}
    assert forged == by_nature


def _bare(kind: type[Command]) -> Command:
    """One of the kind about an account, with nothing in it."""
    command = object.__new__(kind)
    object.__setattr__(command, "subject", the_account())
    object.__setattr__(command, "record", source_record({}, source="standard", at=World().now))
    return command


def test_what_somebody_has_said_cannot_be_altered_on_its_way() -> None:
    world, change = _held()
    decide_change(change, is_approved=True, actor=BOSS, ports=api_of(world))
    (genuine,) = world.inbox.of(ApplyDecision)
    altered = [
        replace(genuine, decision=replace(genuine.decision, actor=ADMIN)),
        replace(genuine, decision=replace(genuine.decision, at=world.now + timedelta(seconds=1))),
        replace(genuine, decision=replace(genuine.decision, is_approved=False)),
        replace(genuine, cause=replace(genuine.cause, change="01OTHER")),
        replace(genuine, cause=replace(genuine.cause, actor=BOSS)),
        replace(genuine, subject=the_person("e-7")),
    ]
    for forged in altered:
        with pytest.raises(Forbidden):
            world.plan(forged)
    world.settle()
    assert world.groups() == {"engineers": set(), "sales": set()}


def test_what_was_approved_in_part_is_not_approved_as_a_whole() -> None:
    world, change = _held()
    decide_change(change, is_approved=True, actor=BOSS, ports=api_of(world), part=LEAVERS)
    (genuine,) = world.inbox.of(ApplyDecision)
    with pytest.raises(Forbidden):
        world.plan(replace(genuine, decision=replace(genuine.decision, only_leavers=False)))


def test_where_a_run_goes_on_and_when_it_was_taken_is_nobodys_word() -> None:
    world, change = _held()
    command = _decision(world, change)
    later = replace(command, cursor="x", cause=replace(command.cause, received_at=world.now + timedelta(days=1)))
    assert accepted_digest(later) == accepted_digest(command)
    assert accepted_digest(from_json(to_json(later), taken_at=world.now)) == accepted_digest(command)


def test_what_hr_and_the_organisation_say_needs_nobodys_word() -> None:
    world = World()
    put_in_force(POLICY, world=world)
    world.organization.accounts["444455556666"] = an_account()
    world.inbox.queue.put([world.hr_tells(a_person()), world.look_at_account("444455556666")])
    world.state.accepted.clear()
    world.settle()
    assert world.groups()["engineers"] == {"e-1@example.com"}
    assert world.assignments() == {("444455556666", "ViewOnly", "engineers")}


def test_who_is_told_of_by_hand_among_several_is_on_the_same_word() -> None:
    world = World()
    people = {"e-1": {"given_name": "Ada", "family_name": "Lovelace", "email": "a@example.com", "status": "active"}}
    subject = Subject(SubjectKind.HR_SOURCE, BY_HAND)
    world.inbox.put([ImportManualPeople(subject=subject, cause=_cause(world), workforce=packed(people))])
    world.settle()
    assert world.head(the_person("e-1")).fact is not None
