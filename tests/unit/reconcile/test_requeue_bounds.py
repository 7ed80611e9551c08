"""What is planned again because of a plan: every account page by page, and whoever caused it."""

from dataclasses import replace

import pytest

from dayone.model.policy.rules import Policy
from dayone.model.subjects import SubjectKind
from dayone.reconcile import requeue
from dayone.reconcile.requeue import look_again_if_the_policy_moved
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.fakes.queues import MemoryInbox
from tests.unit.world import World

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
