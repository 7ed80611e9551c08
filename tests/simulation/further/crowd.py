"""A department that comes, moves and goes as a whole: many removals in one world."""

from dataclasses import replace
from functools import partial
from random import Random

from dayone.model.people import Person, Status
from tests.builders import a_person
from tests.simulation.features import Company, Feature
from tests.simulation.outside import Outside
from tests.simulation.policies import DEPARTMENTS

_JOIN_UNTIL, _TROUBLES = 15.0, 150.0


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have between ten and twenty people join, and twice a part of them move or leave."""
    if not company.has(Feature.CROWD):
        return
    random = Random(f"crowd {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    names = [f"x-{number}" for number in range(1, random.randint(11, 21))]
    for name in names:
        outside.day_one.time.at(random.random() * _JOIN_UNTIL, partial(_joins, name, random, outside))
    for _ in range(2):
        outside.day_one.time.at(40 + random.random() * (_TROUBLES - 40), partial(_changes, names, random, outside))


def _joins(name: str, random: Random, outside: Outside) -> None:
    person = a_person(name, department=random.choice(DEPARTMENTS))
    outside.tells(replace(person, display_name=f"Ada {name}"))


def _changes(names: list[str], random: Random, outside: Outside) -> None:
    """A part of them leaves, or is in another department, all within a second; who had left comes back."""
    leaves, department = random.random() < 0.6, random.choice(DEPARTMENTS)
    for name in names[random.choice((0, 3)) :: random.choice((1, 2))]:
        person = outside.people[name].person
        now = (
            replace(person, status=Status.ENDED)
            if leaves
            else replace(person, department=department, status=Status.ACTIVE)
        )
        outside.day_one.time.at(random.random(), partial(_tells, now, outside))


def _tells(person: Person, outside: Outside) -> None:
    outside.tells(person)
