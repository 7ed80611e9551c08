"""Work about thousands of subjects is continued by messages: no run comes near Lambda's time limit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from dayone.hr.merge import packed
from dayone.model.changes import CauseKind, Decision
from dayone.model.commands import (
    ActivatePolicy,
    ApplyDecision,
    ApplyHrRecord,
    Command,
    DiscoverAccounts,
    ImportWorkforce,
    ReconcileSubject,
    RefreshAccount,
    RefreshOrganizationalUnit,
)
from dayone.model.operations import Action, OperationState
from dayone.model.subject_state import Head
from dayone.model.subjects import THE_ORGANIZATION, Subject, SubjectKind
from tests.builders import (
    a_cause,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    an_operation,
    membership,
    the_account,
)
from tests.project.repository import resource
from tests.unit.world import World

_TIMEOUT = resource("PlanChangesFunction")["Timeout"]
# Seconds, each several times what AWS usually takes: a record, a page of 500 subjects, a batch of ten messages, of
# which ten are sent at a time.
_RECORD, _PAGE, _BATCH = 0.03, 0.5, 0.1
_UNIT = "ou-a1b2-00000001"
_CHANGE = "01LONG"
# Everything that the runs of a test have asked for.
_PUT: list[Command] = []


class _Slow:
    """A port whose calls take time."""

    def __init__(self, name: str, port: Any, world: World) -> None:  # noqa: ANN401 - any port
        self._name, self._port, self._world = name, port, world

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real: Callable[..., Any] = getattr(self._port, method)

        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the port takes
            if self._name == "inbox":
                commands = list(args[0])
                self._takes(_BATCH * ceil(len(commands) / 100))
                return real(commands)
            self._takes(_PAGE if (self._name, method) == ("company", "states") else _RECORD)
            return real(*args, **named)

        return call

    def _takes(self, seconds: float) -> None:
        self._world.now += timedelta(seconds=seconds)


def _slow(world: World) -> World:
    world.around = lambda name, port: _Slow(name, port, world)
    return world


def _runs(world: World, command: Command) -> list[float]:
    """Seconds of each run until nothing goes on; each is repeated once, as after a kill at its very end."""
    seconds, waiting = [], [command]
    while waiting:
        running = waiting.pop()
        for _ in range(2):
            before = world.now
            world.plan(running)
            seconds.append((world.now - before).total_seconds())
        for put in world.inbox.commands:
            goes_on = type(put) is type(command) and put.subject == command.subject
            (waiting if goes_on else _PUT).append(put)
        world.inbox.commands.clear()
    return seconds


@pytest.fixture(autouse=True)
def put() -> list[Command]:
    """Everything that the runs have asked for."""
    _PUT.clear()
    return _PUT


def _cause(kind: CauseKind = CauseKind.POLICY) -> Any:  # noqa: ANN401
    return a_cause(kind, change=_CHANGE)


def _check(seconds: list[float]) -> None:
    assert len(seconds) > 2, "it is not continued: the test is too small"
    # Half of the time is left for calls that are tried again.
    assert max(seconds) <= _TIMEOUT / 2


def _subjects(put: list[Command], kind: type[Command]) -> set[str]:
    return {command.subject.name for command in put if isinstance(command, kind)}


@pytest.mark.thorough
def test_a_file_of_20_000_people(put: list[Command]) -> None:
    world = _slow(World())
    world.hr_sources.text = "version: 1\nsources: {people: {kind: csv}}"
    people = {f"e-{number}": {"given_name": "Ada", "email": f"a{number}@example.com"} for number in range(20_000)}
    command = ImportWorkforce(
        subject=Subject(SubjectKind.HR_SOURCE, "people"), cause=_cause(CauseKind.HR_EVENT), workforce=packed(people)
    )
    _check(_runs(world, command))
    assert _subjects(put, ApplyHrRecord) == people.keys()


def test_a_unit_of_5_000_accounts_is_renamed(put: list[Command]) -> None:
    world = World()
    numbers = {f"{number:012d}" for number in range(5_000)}
    for number in numbers:
        account = replace(an_account(number, ou_path="/Workloads"), ou_ids=(_UNIT,))
        subject = the_account(number)
        world.state.heads[subject] = Head(subject=subject, fact=account)
    subject = Subject(SubjectKind.ORGANIZATIONAL_UNIT, _UNIT)
    _check(_runs(_slow(world), RefreshOrganizationalUnit(subject=subject, cause=_cause(CauseKind.ACCOUNT_EVENT))))
    assert _subjects(put, RefreshAccount) == numbers


@pytest.mark.thorough
def test_5_000_accounts_are_looked_for(put: list[Command]) -> None:
    world = World()
    numbers = {f"{number:012d}" for number in range(5_000)}
    for number in numbers:
        world.organization.accounts[number] = an_account(number)
    _check(_runs(_slow(world), DiscoverAccounts(subject=THE_ORGANIZATION, cause=_cause(CauseKind.ACCOUNT_EVENT))))
    assert _subjects(put, RefreshAccount) == numbers


@pytest.mark.thorough
def test_an_edit_of_the_policy_that_concerns_everybody(put: list[Command]) -> None:
    """A run ends with a portion, which is as large for any company."""
    world = World()
    names = {f"e-{number}" for number in range(10_000)}
    for name in names:
        subject = Subject(SubjectKind.PERSON, name)
        world.state.heads[subject] = Head(subject=subject, fact=a_person(name))
    command = world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment()))
    _check(_runs(_slow(world), command))
    assert isinstance(command, ActivatePolicy)
    assert _subjects(put, ReconcileSubject) == {*names, "engineers", "ViewOnly"}


def _operations(world: World, count: int, *, state: OperationState) -> set[str]:
    names = {f"e-{number}" for number in range(count)}
    for name in names:
        operation = an_operation(
            subject=Subject(SubjectKind.PERSON, name),
            resource=membership("engineers"),
            action=Action.DELETE,
            state=state,
        )
        operation = replace(operation, change=_CHANGE)
        world.state.store(operation)
    return names


@pytest.mark.thorough
def test_20_000_held_removals_are_approved(put: list[Command]) -> None:
    """Of a change of any size all were asked for in one run, which at 100,000 Lambda ended each time."""
    world = World()
    names = _operations(world, 20_000, state=OperationState.HELD)
    decision = Decision(is_approved=True, actor="arn:approver", at=world.now)
    command = ApplyDecision(subject=Subject(SubjectKind.CHANGE, _CHANGE), cause=_cause(), decision=decision)
    _check(_runs(_slow(world), world.inbox.accepted(command)))
    assert {command.subject.name for command in put if isinstance(command, ApplyDecision)} == names
    assert {command.decision for command in put if isinstance(command, ApplyDecision)} == {decision}
