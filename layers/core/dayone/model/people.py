"""People as HR describes them, and when a day of theirs comes where they are."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Status(StrEnum):
    """Employment status of a person from HR; `MISSING` marks a person who is absent from HR's data.

    A missing record is not a departure: removals are held for a human to decide on.
    """

    ACTIVE = "active"
    ON_LEAVE = "on_leave"
    ENDED = "ended"
    MISSING = "missing"


# Values that HR can send; MISSING is determined here.
STATED = (Status.ACTIVE, Status.ON_LEAVE, Status.ENDED)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person as HR describes them; attributes that HR left out are empty strings.

    `start_date` and `end_date` are the first and the last day at work, `leave_start` and `leave_end` the first and the
    last day of a leave, all included, in the person's `time_zone` (an IANA name). No date means no limit on that side;
    without the first day of a leave only the status `ON_LEAVE` marks one.
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
    leave_start: date | None = None
    leave_end: date | None = None
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


def date_of(person: Person, attribute: str) -> date | None:
    """One of the person's dates; None for the last day there is, which is how HR systems write that there is none."""
    day: date | None = getattr(person, attribute)
    return None if day == date.max else day


def day_begins(person: Person, attribute: str, *, days: int, at: time = time.min) -> datetime | None:
    """Return the time, in UTC, `days` days after the person's date `attribute` at local time `at`; None without a date.

    A day after the last representable one never begins, one before the first has begun. A local time that the clocks
    skip that night is the moment at which they go on; of one that occurs twice the first counts.
    """
    day = date_of(person, attribute)
    if day is None:
        return None
    try:
        return _moment(day + timedelta(days=days), at, person)
    except OverflowError:
        return None if days > 0 else datetime.min.replace(tzinfo=UTC)


def has_come(person: Person, attribute: str, *, days: int, now: datetime, at: time = time.min) -> bool:
    """Return whether the time given by `day_begins` is `now` or past; False if there is none."""
    day = date_of(person, attribute)
    come = _has_come_everywhere(day, days=days, now=now) if day else False
    if come is not None:
        return come
    begins = day_begins(person, attribute, days=days, at=at)
    return begins is not None and begins <= now


def will_come(person: Person, attribute: str, *, days: int, now: datetime, at: time = time.min) -> datetime | None:
    """Return the time given by `day_begins` if it is still to come."""
    day = date_of(person, attribute)
    if day is None or _has_come_everywhere(day, days=days, now=now):
        return None
    begins = day_begins(person, attribute, days=days, at=at)
    return begins if begins is not None and begins > now else None


def _moment(day: date, at: time, person: Person) -> datetime:
    local = datetime.combine(day, at, tzinfo=ZoneInfo(person.time_zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # Left out that night. Of the two readings, by the clock before and by the one after, one is on either side.
    return _clocks_go_on(local.replace(fold=1).astimezone(UTC), moment, zone=ZoneInfo(person.time_zone))


def _clocks_go_on(before: datetime, after: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the time between the two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_before = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if is_before else (low, middle)
    return before + timedelta(seconds=high)


def _has_come_everywhere(day: date, *, days: int, now: datetime) -> bool | None:
    # Time zones are slow to ask, and most people's dates are long ago.
    apart = now.toordinal() - day.toordinal() - days
    return None if abs(apart) <= _MOST_DAYS_APART else apart > 0
