"""A person's life told in any order, some of it twice, while time goes by: it ends as if told in order and on time."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.people import Leavers, LifeCycle, OnLeave, Person, Status
from dayone.model.policy.rules import Guardrails, Policy
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_TODAY = NOON.date()
# When the last date has come, and the last sessions that were ended are released.
_AFTERWARDS = timedelta(days=6)
_ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")

_days = st.integers(-3, 3).map(lambda days: _TODAY + timedelta(days=days))
_dates = st.none() | _days


def _state(start: date | None, end: date | None, away: date | None, back: date | None, **words: str) -> Person:
    return replace(
        a_person(
            department=words["department"],
            title=words["title"],
            start_date=start,
            end_date=end,
            time_zone=words["zone"],
            status=Status(words["status"]),
        ),
        leave_start=away,
        leave_end=back,
        manager=words["title"],
    )


_states = st.builds(
    _state,
    *[_dates] * 4,
    department=st.sampled_from(["Engineering", "Data"]),
    title=st.sampled_from(["", "Countess"]),
    zone=st.sampled_from(_ZONES),
    status=st.sampled_from(["active", "active", "on_leave", "ended"]),
)
_lives = st.lists(_states, min_size=1, max_size=5)
_cycles = st.builds(
    partial(LifeCycle, can_end_sessions=True),
    created_days_before=st.integers(0, 2),
    access_from=st.sampled_from([time(0), time(9)]),
    access_until=st.sampled_from([None, time(17)]),
    on_leave=st.sampled_from(OnLeave),
    leavers=st.sampled_from(Leavers),
)


def _policy(cycle: LifeCycle) -> Policy:
    parts = (a_group(), a_group("data", department="Data"), a_set(), an_assignment())
    own = replace(an_assignment(), group="", person="e-1")
    policy = a_policy(*parts)
    return replace(
        policy, people=cycle, assignments=(*policy.assignments, own), guardrails=Guardrails(percent=100, at_least=1000)
    )


def _started(cycle: LifeCycle) -> World:
    world = World(now=NOON - timedelta(days=4))
    world.policy_is(_policy(cycle))
    world.account_is(an_account())
    world.settle()
    return world


def _told(world: World, number: int, person: Person) -> None:
    world.hr_tells(person, at=NOON - timedelta(days=5, minutes=-number), reference=f"evt-{number}")


def _passes(world: World, *, until: datetime, step: timedelta) -> None:
    while world.now < until:
        world.now = min(until, world.now + step)
        world.sweep()
        world.settle()


def _end(world: World) -> tuple[object, ...]:
    _passes(world, until=NOON + _AFTERWARDS, step=timedelta(hours=6))
    return world.groups(), world.assignments(), world.sessions.ended


@given(
    life=_lives,
    cycle=_cycles,
    order=st.randoms(use_true_random=False),
    pauses=st.lists(st.integers(0, 30), min_size=10, max_size=10),
)
@settings(max_examples=60, deadline=None)
def test_a_life_in_any_order_ends_as_in_order(
    life: list[Person], cycle: LifeCycle, order: object, pauses: list[int]
) -> None:
    ordered = _started(cycle)
    for number, person in enumerate(life):
        _told(ordered, number, person)
        ordered.settle()
    mixed, numbers = _started(cycle), [*range(len(life)), *range(len(life))]
    order.shuffle(numbers)  # type: ignore[attr-defined]
    for number, hours in zip(numbers, pauses, strict=False):
        _told(mixed, number, life[number])
        mixed.plan_all()
        if hours % 3:
            mixed.execute(seconds=0.6)
        _passes(mixed, until=mixed.now + timedelta(hours=hours), step=timedelta(hours=7))
    assert _end(mixed) == _end(ordered)
    assert all(applied.doubt is None for applied in mixed.state.applied.values())
