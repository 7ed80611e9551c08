"""Subjects planned again because of a plan: every account page by page, and whoever caused it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head
from dayone.model.subjects import SubjectKind
from dayone.reconcile import requeue
from dayone.reconcile.requeue import look_again_if_the_policy_moved, may_have_turned
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.fakes.queues import MemoryInbox
from tests.unit.world import World

_SECOND = timedelta(seconds=1)
_AUTHOR = "arn:aws:sts::111122223333:assumed-role/Policy/ada"


class _InForce:
    """A policy that somebody put in force as the second version."""

    def __init__(self, actor: str) -> None:
        policy = a_policy()
        self._policy = replace(policy, terms=replace(policy.terms, actor=actor))

    def current(self) -> Policy:
        return self._policy

    def current_version(self) -> int:
        return 2

    def version(self, version: int) -> Policy:
        raise NotImplementedError(version)


@pytest.mark.parametrize(("actor", "causes"), [(_AUTHOR, _AUTHOR), ("", "dayone")])
def test_who_put_a_policy_in_force_meanwhile_causes_what_it_removes(actor: str, causes: str) -> None:
    """Or they might approve the removals of their own edit."""
    inbox = MemoryInbox()
    for planned_with in (2, 1):
        look_again_if_the_policy_moved(
            the_person(), planned_with=planned_with, policies=_InForce(actor), inbox=inbox, clock=lambda: NOON
        )
    (command,) = inbox.commands
    assert (command.subject, command.cause.actor, command.cause.reference) == (the_person(), causes, "version 2")


_HERE = Head(subject=the_person(), fact=a_person(), has_access=True)
_GONE = replace(_HERE, fact=a_person(status=Status.ENDED), has_access=False)
_AWAY = replace(_HERE, fact=a_person(status=Status.ON_LEAVE), has_access=False)


@pytest.mark.parametrize(
    ("case", "before", "after", "turned"),
    [
        ("nothing is otherwise", _HERE, _HERE, False),
        ("another title changes nothing in accounts", _HERE, replace(_HERE, fact=a_person(title="Lead")), False),
        ("somebody comes", replace(_HERE, has_access=False), _HERE, True),
        ("somebody leaves", _HERE, _GONE, True),
        ("somebody who is away has left", _AWAY, _GONE, True),
        ("somebody who is away stays away", _AWAY, _AWAY, False),
        ("a moment is still to come", replace(_HERE, due_at=NOON + _SECOND), _HERE, False),
        ("a moment has just come", replace(_HERE, due_at=NOON), _HERE, True),
        ("a moment has been", replace(_HERE, due_at=NOON - _SECOND), _HERE, True),
    ],
)
def test_the_accounts_of_a_person_are_planned_when_their_access_may_be_another(
    case: str, before: Head, after: Head, *, turned: bool
) -> None:
    assert may_have_turned(before, after, now=NOON) is turned, case


def test_whenever_the_next_moment_is_another_somebody_is_woken_at_it() -> None:
    """At every one that is still to come: a first day that is put forward, too."""
    world = World()
    for day in (27, 25, 30):
        world.now += _SECOND
        world.hr_tells(a_person(start_date=date(2026, 11, day)))
        world.plan_all()
    midnights = [datetime(2026, 11, day, tzinfo=UTC) for day in (27, 25, 30)]
    assert world.schedules.moments == midnights


@pytest.mark.parametrize("page", [1, 2, 3, 5, 6])
def test_who_leaves_is_taken_out_of_every_account_however_many_are_listed_together(
    page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requeue, "_PAGE", page)
    world = World()
    world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), replace(an_assignment(), group="", person="e-1")))
    for number in range(5):
        world.account_is(an_account(f"{number:012d}"))
    world.settle()
    world.hr_tells(a_person())
    world.plan_all()
    accounts = {
        subject.name
        for change, subject in world.state.plans
        if subject.kind is SubjectKind.ACCOUNT and world.state.changes[change].cause.actor.startswith("hr")
    }
    assert accounts == {f"{number:012d}" for number in range(5)}
