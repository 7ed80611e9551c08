"""People who are away today, were until yesterday, or will be from tomorrow on: a policy that suspends their access."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from dayone.model.people import Status
from tests.simulation.features import Company, Feature
from tests.simulation.outside import Outside

_TROUBLES = 150.0
# First and last days, counted from today where the person is.
_DAYS = ((-1, None), (0, 0), (-2, -1), (0, 1), (1, None), (-1, 0), (1, 2))


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have a third of those who are there go on leave at some time, and some come back."""
    if not company.has(Feature.AWAY):
        return
    random = Random(f"absences {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    for _ in range(random.randint(4, 8)):
        outside.day_one.time.at(50 + random.random() * (_TROUBLES - 50), partial(_goes, outside, random))


def _goes(outside: Outside, random: Random) -> None:
    active = [name for name in sorted(outside.people) if outside.people[name].person.status is Status.ACTIVE]
    if not active:
        return
    person = outside.people[random.choice(active)].person
    today = outside.day_one.time.now.astimezone(ZoneInfo(person.time_zone)).date()
    first, last = random.choice(_DAYS)
    leave_end = None if last is None else today + timedelta(days=last)
    outside.tells(replace(person, leave_start=today + timedelta(days=first), leave_end=leave_end))
