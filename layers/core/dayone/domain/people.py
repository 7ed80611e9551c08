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


# No two clocks on Earth are further apart.
_MOST_DAYS_APART = 2

# What a policy may select people by: attributes that are a text, and those that are a date.
SELECTABLE_TEXTS = (
    "id",
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "department",
    "title",
    "team",
    "cost_centre",
    "location",
    "employment",
    "manager",
    "time_zone",
)
SELECTABLE_DATES = ("start_date", "end_date")
SELECTABLE = (*SELECTABLE_TEXTS, *SELECTABLE_DATES)


def access_begins(person: Person) -> datetime | None:
    """The moment the first day starts where the person is, or None when there is no first day."""
    return _midnight(person.start_date, person) if person.start_date else None


def access_ends(person: Person) -> datetime | None:
    """The moment the last day is over where the person is, or None when there is no last day."""
    return day_begins(person, "end_date", days=1)


def has_begun(person: Person, *, now: datetime) -> bool:
    """Whether the person's first day has started."""
    if person.start_date is None:
        return True
    begun = _has_come_everywhere(person.start_date, days=0, now=now)
    return _midnight(person.start_date, person) <= now if begun is None else begun


def is_employed(person: Person, *, now: datetime) -> bool:
    """Whether the person is to have access at `now`."""
    has_ended = has_come(person, "end_date", days=1, now=now)
    return person.status is Status.ACTIVE and has_begun(person, now=now) and not has_ended


def date_of(person: Person, attribute: str) -> date | None:
    """One of the person's dates; None for the last day there is, which is how HR systems write that there is none."""
    day: date | None = getattr(person, attribute)
    return None if day == date.max else day


def day_begins(person: Person, attribute: str, *, days: int) -> datetime | None:
    """The midnight, where the person is, that is `days` days after their date `attribute`; None without a date.

    A day beyond the last one there is never begins, one before the first has begun.
    """
    day = date_of(person, attribute)
    if day is None:
        return None
    try:
        return _midnight(day + timedelta(days=days), person)
    except OverflowError:
        return None if days > 0 else _midnight(date.min, person)


def has_come(person: Person, attribute: str, *, days: int, now: datetime) -> bool:
    """Whether the moment that `day_begins` tells is `now` or past; never when there is none."""
    day = date_of(person, attribute)
    come = _has_come_everywhere(day, days=days, now=now) if day else False
    if come is not None:
        return come
    begins = day_begins(person, attribute, days=days)
    return begins is not None and begins <= now


def next_due(person: Person, *, now: datetime) -> datetime | None:
    """The next moment at which time alone begins or ends the person's access, or None."""
    if person.status is not Status.ACTIVE:
        return None
    moments = (access_begins(person), access_ends(person))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _midnight(day: date, person: Person) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(person.time_zone))


def _has_come_everywhere(day: date, *, days: int, now: datetime) -> bool | None:
    # Time zones are slow to ask, and most people's dates are long ago.
    apart = now.toordinal() - day.toordinal() - days
    return None if abs(apart) <= _MOST_DAYS_APART else apart > 0
