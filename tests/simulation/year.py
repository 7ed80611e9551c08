"""A year in a company: who is hired, moved, away, gone and back, in which time zone, drawn from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dayone.model.people import Person, Status
from tests.builders import a_person

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo", "UTC")
DEPARTMENTS = ("Engineering", "Data", "Sales", "Legal")
OPENS, CLOSES = time(8), time(18)
CREATED_DAYS_BEFORE = 3


@dataclass(frozen=True, order=True)
class SourceRecord:
    """HR's record of one person at a moment."""

    at: datetime
    number: int
    person: Person = field(compare=False)


class Year:
    """HR's events from `begins` on, for 365 days, in a company of `size` people.

    HR sends whole records: each is complete. About a hundredth of the records come twice, and some come late, behind a
    newer one.
    """

    def __init__(self, *, seed: int, size: int, begins: date) -> None:
        self._random = Random(seed)  # noqa: S311 - the same year again is what is wanted
        self._begins = begins
        self._numbers = 0
        self.people: dict[str, Person] = {}
        self.told: dict[str, SourceRecord] = {}
        for _ in range(size):
            self._hire(begins - timedelta(days=self._random.randint(1, 3000)))

    def initial(self) -> list[SourceRecord]:
        """Everybody who works here already."""
        at = datetime.combine(self._begins, time(0), UTC) - timedelta(hours=1)
        return [self._tell(person, at=at) for person in list(self.people.values())]

    def day(self, number: int) -> Iterator[SourceRecord]:
        """Yield HR's records of a day, in the order of arrival."""
        today = self._begins + timedelta(days=number)
        noon = datetime.combine(today, time(0), UTC) + timedelta(minutes=self._random.randint(0, 1300))
        for minute in range(self._random.randint(4, 14)):
            before = self._random.choice(list(self.people.values()))
            at = noon + timedelta(minutes=minute)
            older = self.told.get(before.id)
            yield self._tell(self._changed(before, today), at=at)
            chance = self._random.random()
            if chance < 0.01:
                yield self.told[before.id]
            elif chance < 0.02 and older is not None:
                yield older

    def _changed(self, person: Person, today: date) -> Person:
        chance, someday = self._random.random(), today + timedelta(days=self._random.randint(0, 30))
        if chance < 0.18:
            return self._hire(someday)
        if person.status is Status.ENDED or (person.end_date and person.end_date < today):
            # Back after all: the same record, another first day.
            return replace(
                person, status=Status.ACTIVE, start_date=someday, end_date=None, leave_start=None, leave_end=None
            )
        if chance < 0.34:
            return replace(person, end_date=max(someday, person.start_date or someday))
        if chance < 0.40:
            return replace(person, status=Status.ENDED)
        if chance < 0.55:
            return replace(person, leave_start=someday, leave_end=someday + timedelta(days=self._random.randint(0, 20)))
        if chance < 0.62:
            # Cancelled: a leave, a leaving.
            return replace(person, end_date=None, leave_start=None, leave_end=None)
        if chance < 0.66:
            return replace(person, time_zone=self._random.choice(ZONES))
        return replace(
            person,
            department=self._random.choice(DEPARTMENTS),
            title=self._random.choice(("", "Lead")),
            manager=f"e-{number(chance)}",
        )

    def _hire(self, first_day: date) -> Person:
        person = a_person(
            f"e-{len(self.people) + 1:05d}",
            department=self._random.choice(DEPARTMENTS),
            start_date=first_day,
            time_zone=self._random.choice(ZONES),
        )
        self.people[person.id] = person
        return person

    def _tell(self, person: Person, *, at: datetime) -> SourceRecord:
        self._numbers += 1
        self.people[person.id] = person
        self.told[person.id] = SourceRecord(at, self._numbers, person)
        return self.told[person.id]


def number(chance: float) -> int:
    """Some number of somebody."""
    return int(chance * 1000)


def works_at(person: Person, now: datetime) -> bool:
    """Return whether somebody is at work and should have access, in the simplest terms and in local time alone."""
    local = now.astimezone(ZoneInfo(person.time_zone)).replace(tzinfo=None)
    if person.status is not Status.ACTIVE:
        return False
    if person.start_date and local < datetime.combine(person.start_date, OPENS):
        return False
    if person.end_date and local >= datetime.combine(person.end_date, CLOSES):
        return False
    away = person.leave_start and person.leave_end and person.leave_start <= local.date() <= person.leave_end
    return not away


def is_expected_at(person: Person, now: datetime) -> bool:
    """Return whether a user is expected without access: shortly before the first day, and on leave."""
    local = now.astimezone(ZoneInfo(person.time_zone)).replace(tzinfo=None)
    has_left = person.end_date and local >= datetime.combine(person.end_date, CLOSES)
    if person.status is not Status.ACTIVE or has_left:
        return False
    begins = person.start_date or date.min
    return local >= datetime.combine(begins - timedelta(days=CREATED_DAYS_BEFORE), time(0))
