"""People as HR describes them, and when they are to have access."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Status(StrEnum):
    """Where a person stands in their employment, as HR says."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person in the words of HR; attributes that HR left out are empty strings.

    `start_date` and `end_date` are the first and the last day of access, both included, in the person's `time_zone`
    (an IANA name). No date means no limit on that side.
    """

    id: str
    user_name: str
    email: str
    given_name: str
    family_name: str
    display_name: str
    department: str = ""
    title: str = ""
    team: str = ""
    cost_centre: str = ""
    location: str = ""
    employment: str = ""
    manager: str = ""
    start_date: date | None = None
    end_date: date | None = None
    time_zone: str = "UTC"
    status: Status = Status.ACTIVE


# What a policy may select people by.
SELECTABLE = ("department", "title", "team", "cost_centre", "location", "employment", "manager", "email", "user_name")


def access_begins(person: Person) -> datetime | None:
    """The moment the first day starts where the person is, or None when there is no first day."""
    return _midnight(person.start_date, person) if person.start_date else None


def access_ends(person: Person) -> datetime | None:
    """The moment the last day is over where the person is, or None when there is no last day."""
    # HR systems write 9999-12-31 for employment without an end, and no day comes after it.
    if person.end_date is None or person.end_date == date.max:
        return None
    return _midnight(person.end_date + timedelta(days=1), person)


def has_begun(person: Person, *, now: datetime) -> bool:
    """Whether the person's first day has started."""
    begins = access_begins(person)
    return begins is None or begins <= now


def is_employed(person: Person, *, now: datetime) -> bool:
    """Whether the person is to have access at `now`."""
    ends = access_ends(person)
    return person.status is Status.ACTIVE and has_begun(person, now=now) and (ends is None or now < ends)


def next_due(person: Person, *, now: datetime) -> datetime | None:
    """The next moment at which time alone changes what the person is to have, or None."""
    if person.status is not Status.ACTIVE:
        return None
    moments = (access_begins(person), access_ends(person))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _midnight(day: date, person: Person) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(person.time_zone))
