"""An identity provider owns the users: they are waited for, given access, and never made, changed or deleted."""

from dataclasses import replace
from datetime import timedelta

from dayone.model.commands import Command
from dayone.model.operations import OperationState
from dayone.model.people import IdentitySource, Leavers, LifeCycle, Status
from dayone.model.policy.rules import Policy
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.unit.world import World

_CYCLE = LifeCycle(identity_source=IdentitySource.EXTERNAL, leavers=Leavers.DELETE, can_end_sessions=True)
_PROVIDED = {
    "user_name": "e-1@example.com",
    "display_name": "as the provider has it",
    "given_name": "A",
    "family_name": "L",
}


def _policy() -> Policy:
    return replace(a_policy(a_group(), a_set(), an_assignment()), people=_CYCLE)


def _world() -> tuple[World, Command]:
    world = World()
    world.policy_is(_policy())
    world.account_is(an_account())
    world.settle()
    told = world.hr_tells(a_person())
    return world, told


def _notes(world: World, told: Command) -> tuple[str, ...]:
    return world.state.plans[told.cause.change, the_person()].notes


def test_a_user_is_waited_for_and_the_change_says_so() -> None:
    world, told = _world()
    world.plan_all()
    world.execute()
    assert world.center.users == {}
    assert "waited for" in _notes(world, told)[0]
    (waiting, *_) = world.operations(OperationState.PENDING)
    assert "has not created this user yet" in waiting.failure_reason
    assert waiting.not_before is not None
    assert waiting.not_before - world.now > timedelta(minutes=3), "each look is a call"


def test_the_user_that_appears_gets_what_the_policy_gives_and_stays_as_it_is() -> None:
    world, told = _world()
    world.plan_all()
    world.execute()
    world.center.users["user-1"] = dict(_PROVIDED)
    world.settle()
    assert world.center.users == {"user-1": _PROVIDED}
    assert world.groups()["engineers"] == {"e-1@example.com"}
    assert world.outcomes(told)[0] == "create user: succeeded"


def test_what_hr_changes_about_a_user_is_the_providers_to_change() -> None:
    world, _ = _world()
    world.center.users["user-1"] = dict(_PROVIDED)
    world.settle()
    told = world.hr_tells(a_person(title="Countess", given_name="Augusta"), at=world.now + timedelta(minutes=1))
    world.settle()
    assert world.center.users == {"user-1": _PROVIDED}
    assert world.outcomes(told) == []


def test_a_leaver_loses_access_and_their_user_is_the_providers_to_delete() -> None:
    world, _ = _world()
    world.center.users["user-1"] = dict(_PROVIDED)
    world.settle()
    told = world.hr_tells(a_person(status=Status.ENDED), at=world.now + timedelta(minutes=1))
    world.settle()
    assert world.groups()["engineers"] == set()
    assert (world.users(), world.sessions.ended) == ({"e-1@example.com"}, {"user-1"})
    assert "belongs to the identity provider" in _notes(world, told)[0]


def test_who_leaves_before_they_ever_appear_is_waited_for_no_more() -> None:
    world, _ = _world()
    world.plan_all()
    world.execute()
    world.hr_tells(a_person(status=Status.ENDED), at=world.now + timedelta(minutes=1))
    world.settle()
    world.center.users["user-1"] = dict(_PROVIDED)
    world.settle()
    assert world.groups()["engineers"] == set()


def test_a_company_that_moves_to_a_provider_keeps_its_users() -> None:
    world = World()
    world.policy_is(replace(_policy(), people=LifeCycle()))
    world.hr_tells(a_person())
    world.settle()
    before = {user_id: dict(record) for user_id, record in world.center.users.items()}
    world.policy_is(_policy())
    world.settle()
    assert world.center.users == before
    world.policy_is(replace(_policy(), people=LifeCycle()))
    world.settle()
    assert world.center.users == before
    assert world.groups()["engineers"] == {"e-1@example.com"}
