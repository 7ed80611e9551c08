"""Events in any order and number, with any work in between: the end state is the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.people import Person, Status
from dayone.model.policy.rules import Policy
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_FIRST = a_policy(a_group("engineers"), a_group("data", department="Data"), a_set("ViewOnly"), an_assignment())
_SECOND = a_policy(
    a_group("engineers"),
    a_group("sales", department="Sales"),
    a_set("ViewOnly", managed=("ReadOnlyAccess",)),
    a_set("Admin"),
    an_assignment("engineers", "ViewOnly", ou="/Workloads/Prod"),
    an_assignment("sales", "Admin"),
)

# What HR told, hour by hour.
_TOLD: tuple[Person, ...] = (
    a_person("e-1"),
    a_person("e-2", department="Data"),
    a_person("e-1", department="Sales"),
    a_person("e-2", department="Data", status=Status.ENDED),
    a_person("e-3"),
)


@dataclass(frozen=True)
class _Event:
    """An event in the world, once; `again` comes as another delivery of the same."""

    name: str
    happen: Callable[[World], object]


def _telling(number: int, person: Person) -> _Event:
    at = NOON + timedelta(hours=number)
    return _Event(f"hr {number}", lambda world: world.hr_tells(person, at=at, reference=f"evt-{number}"))


_EVENTS = (
    *(_telling(number, person) for number, person in enumerate(_TOLD)),
    _Event("policy", lambda world: world.policy_is(_SECOND)),
    _Event("account", lambda world: world.account_is(an_account())),
    _Event("other account", lambda world: world.account_is(an_account("777788889999", ou_path="/Workloads/Prod"))),
    _Event("look at the account", lambda world: world.look_at_account("444455556666")),
)


def _end(world: World) -> tuple[object, ...]:
    world.settle()
    facts = {str(subject): head.fact for subject, head in world.state.heads.items() if head.fact}
    return world.users(), world.groups(), world.permission_sets(), world.assignments(), facts


def _started(policy: Policy = _FIRST) -> World:
    # Organizations knows both accounts from the beginning: an event about one only says to look.
    world = World()
    world.organization.accounts = {
        "444455556666": an_account(),
        "777788889999": an_account("777788889999", ou_path="/Workloads/Prod"),
    }
    world.policy_is(policy)
    world.settle()
    return world


@cache
def _expected() -> tuple[object, ...]:
    world = _started()
    for event in _EVENTS:
        event.happen(world)
    return _end(world)


_work = st.sampled_from(["nothing", "plan", "plan and execute a little", "settle"])
_orders = st.permutations([*_EVENTS, *_EVENTS[:5]]).flatmap(
    lambda events: st.tuples(st.just(events), st.lists(_work, min_size=len(events), max_size=len(events)))
)


@given(_orders)
@settings(max_examples=40)
def test_events_in_any_order_and_twice_lead_to_the_same_end(order: tuple[list[_Event], list[str]]) -> None:
    world = _started()
    for event, work in zip(*order, strict=True):
        event.happen(world)
        if work == "plan":
            world.plan_all()
        elif work == "plan and execute a little":
            world.plan_all()
            world.execute(seconds=0.7)
        elif work == "settle":
            world.settle()
    users, groups, sets, assignments, facts = _end(world)
    expected = _expected()
    # Who was seen in employment on the way stays a user, and who was not never becomes one.
    assert (groups, sets, assignments, facts) == expected[1:]
    assert {"e-1@example.com", "e-3@example.com"} <= users <= {f"e-{n}@example.com" for n in (1, 2, 3)}  # type: ignore[operator]
    assert all(applied.doubt is None for applied in world.state.applied.values())


@given(st.permutations(range(3)))
def test_every_state_of_one_person_may_come_in_any_order(order: list[int]) -> None:
    source_records = [
        a_person(),
        a_person(department="Data"),
        replace(a_person(department="Data"), status=Status.ENDED),
    ]
    world = _started()
    for number in order:
        world.hr_tells(source_records[number], at=NOON + timedelta(hours=number))
        world.settle()
    assert world.groups() == {"engineers": set(), "data": set()}
