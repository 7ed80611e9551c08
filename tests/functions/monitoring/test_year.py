"""A year in which all is well rings nothing: weekends, holidays, a pause, joiners, leavers, inventories, decisions."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from dayone.model.people import Status
from tests.builders import a_group, a_person, a_policy
from tests.fakes.hr import MemoryHrDeliveries
from tests.functions.monitoring.deployment import MINUTE, Deployment, deployed
from tests.unit.world import World

FIRST = datetime(2026, 2, 2, tzinfo=UTC)
_STEP = timedelta(hours=6)
_STEPS = 365 * 4
_PAUSE = (date(2026, 12, 24), date(2027, 1, 1))
# Two of them in a row, with a weekend in between and without; and one by itself.
_HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 25), date(2026, 11, 26), date(2026, 11, 27)}


def _works(day: date) -> bool:
    """Return whether the company works on a day: not at weekends, on holidays, and between the years."""
    return day.weekday() < 5 and day not in _HOLIDAYS and not _PAUSE[0] <= day <= _PAUSE[1]


@pytest.mark.parametrize("monitoring", ["basic", "full"])
def test_a_year_of_health_rings_no_alarm(monitoring: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(now=FIRST)
    world.policy_is(a_policy(a_group()))
    world.hr_tells(a_person())
    world.settle()
    world.now = FIRST
    deployment = deployed(world, monkeypatch, monitoring=monitoring)
    rung = [sorted(ringing) for ringing in _steps(deployment)]
    assert len(rung) == _STEPS
    assert [each for each in rung if each] == []
    # It was a year of work: whoever came is here, except those who have left since.
    assert len(world.state.delivered_on["standard"]) == sum(_works(day.date()) for day in _days())
    assert world.inventory.complete() is not None
    assert len(world.groups()["engineers"]) > 20


def _days() -> Iterator[datetime]:
    return (FIRST + timedelta(days=number) for number in range(365))


def _steps(deployment: Deployment) -> Iterator[set[str]]:
    """Let the year pass in steps; yield what rings after each. Between them only Lambda's counts are put, if needed."""
    world = deployment.world
    for number in range(_STEPS):
        if world.now.hour == 6 and _works(world.now.date()):
            _morning(world, number=number * _STEP // timedelta(days=1))
        end = world.now + _STEP
        # As far back as any alarm looks.
        for minutes in range(140, 0, -5):
            world.now = end - minutes * MINUTE
            deployment.has_run()
        world.now = end - MINUTE
        deployment.minute()
        # An alarm looks at periods that are over.
        world.now = end + timedelta(minutes=5)
        yield deployment.ringing()
        world.now = end


def _morning(world: World, *, number: int) -> None:
    """Have HR deliver: on Mondays somebody who starts in three days, on Fridays somebody who leaves at once."""
    MemoryHrDeliveries(world.state).accepted("standard", at=world.now)
    weekday = world.now.weekday()
    if weekday == 0:
        world.hr_tells(a_person(f"e-{number}", start_date=world.now.date() + timedelta(days=3)))
    if weekday == 4 and number % 14 == 4 and number > 14:
        world.hr_tells(a_person(f"e-{number - 18}", status=Status.ENDED))
