"""People as HR describes them, the stages of their employment, and when a day of theirs comes where they are."""

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


# How the user name and the address that a person has are called among the names of which each is one person's.
USER_NAME, EMAIL = "user-name:", "email:"
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


# Not MISSING: what belongs to whoever is, is held for a human, and HR may say any day that they have really left.
_GONE = frozenset({Status.ENDED})


class IdentitySource(StrEnum):
    """Owner of users: Day One, or an identity provider that provisions them into Identity Center."""

    IDENTITY_CENTER = "identity_center"
    EXTERNAL = "external"


class OnLeave(StrEnum):
    """Treatment of access during a leave."""

    KEEP = "keep"
    SUSPEND = "suspend"


class Leavers(StrEnum):
    """Treatment of a leaver's user."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True)
class Mail:
    """A mail to whoever has got access: who sends it, and its texts, which name what is filled in in braces."""

    sender: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """Notice to people whose first day is `since` or later once they have access, by e-mail where `mail` is set."""

    since: date
    mail: Mail | None = None


@dataclass(frozen=True, kw_only=True)
class LifeCycle:
    """Times at which people get and lose access, from the policy.

    The user is created `created_days_before` the first day; access lasts from `access_from` on the first day until
    `access_until` on the last, which are local times, and None is the end of the day. `ends_sessions` is whether live
    sessions are to be revoked when access is lost, `can_end_sessions` whether this deployment is able to. `duplicates`
    are the ids of people recorded twice, each with the id of the record that counts.
    """

    identity_source: IdentitySource = IdentitySource.IDENTITY_CENTER
    created_days_before: int = 0
    access_from: time = time.min
    access_until: time | None = None
    on_leave: OnLeave = OnLeave.KEEP
    leavers: Leavers = Leavers.KEEP
    ends_sessions: bool = True
    can_end_sessions: bool = False
    welcome: Welcome | None = None
    duplicates: tuple[tuple[str, str], ...] = ()

    def original_of(self, person: str) -> str:
        """Return the id of the record that counts for a duplicate person, or an empty text if they are no duplicate."""
        return dict(self.duplicates).get(person, "")


class Stage(StrEnum):
    """Stages of a person's employment."""

    AWAITED = "awaited"
    EXPECTED = "expected"
    PRESENT = "present"
    ON_LEAVE = "on leave"
    LEFT = "left"


def stage_of(person: Person, *, cycle: LifeCycle, now: datetime) -> Stage:
    """Return the stage of the person at `now`.

    Until they are EXPECTED they have no user, and only while they are PRESENT they have access; people on leave are
    PRESENT unless the policy suspends their access.
    """
    if has_left(person, cycle=cycle, now=now):
        return Stage.LEFT
    if person.start_date is not None:
        if not has_come(person, "start_date", days=-cycle.created_days_before, now=now):
            return Stage.AWAITED
        if not has_come(person, "start_date", days=0, now=now, at=cycle.access_from):
            return Stage.EXPECTED
    if cycle.on_leave is OnLeave.SUSPEND and is_on_leave(person, now=now):
        return Stage.ON_LEAVE
    return Stage.PRESENT


def has_access(person: Person, *, cycle: LifeCycle, now: datetime) -> bool:
    """Return whether the person should have access at `now`."""
    return stage_of(person, cycle=cycle, now=now) is Stage.PRESENT


def has_left(person: Person, *, cycle: LifeCycle, now: datetime) -> bool:
    """Return whether the person's employment is over, or they are a duplicate of another person."""
    if person.status in _GONE or (cycle.duplicates and cycle.original_of(person.id)):
        return True
    days, at = _last_moment(cycle)
    return has_come(person, "end_date", days=days, now=now, at=at)


def is_on_leave(person: Person, *, now: datetime) -> bool:
    """Return whether the person is on leave: by the status from HR, or by its first and last day."""
    if person.leave_start is None and person.status is not Status.ON_LEAVE:
        return False
    has_begun = person.leave_start is None or has_come(person, "leave_start", days=0, now=now)
    return has_begun and not has_come(person, "leave_end", days=1, now=now)


def begins_at(person: Person, *, cycle: LifeCycle, now: datetime) -> datetime | None:
    """Return the time at which a person gets access for the first time, None if they have or had it."""
    if stage_of(person, cycle=cycle, now=now) not in (Stage.AWAITED, Stage.EXPECTED):
        return None
    return will_come(person, "start_date", days=0, now=now, at=cycle.access_from)


def next_stage_at(person: Person, *, cycle: LifeCycle, now: datetime) -> datetime | None:
    """Return the next time at which the person's stage changes by itself, or None."""
    if person.status in _GONE:
        return None
    until_days, until = _last_moment(cycle)
    moments = [
        will_come(person, "start_date", days=-cycle.created_days_before, now=now),
        will_come(person, "start_date", days=0, now=now, at=cycle.access_from),
        will_come(person, "end_date", days=until_days, now=now, at=until),
    ]
    if cycle.on_leave is OnLeave.SUSPEND:
        moments += [
            will_come(person, "leave_start", days=0, now=now),
            will_come(person, "leave_end", days=1, now=now),
        ]
    return min((moment for moment in moments if moment is not None), default=None)


def _last_moment(cycle: LifeCycle) -> tuple[int, time]:
    """Return when access ends: the number of days after the last day, and the local time."""
    return (1, time.min) if cycle.access_until is None else (0, cycle.access_until)
