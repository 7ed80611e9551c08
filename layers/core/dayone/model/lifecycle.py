"""Stages of a person's employment, and the times at which they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dayone.model.people import Person, Status, has_come, will_come

# The last day of an employment before, beside a record's own attributes; it is not an attribute of a person.
PAST_END = "past_end_date"
# Systems change the status hours or days behind the last day, so a last day just over counts more than the status.
STATUS_FOLLOWS_WITHIN = timedelta(days=7)


def current_employment(attributes: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """Return the attributes as of `at`, with a last day that contradicts the status in `PAST_END`; days in ISO 8601.

    This is for a status from the source: a default contradicts nothing. `active` contradicts a last day before the
    first day, and one that was over for a week when the record was sent. `on_leave`, which some systems use for
    leavers, contradicts none.
    """
    first, last = attributes.get("start_date", ""), attributes.get("end_date", "")
    hardly_over = (at - STATUS_FOLLOWS_WITHIN).date().isoformat()
    # Days in ISO 8601 sort as they come.
    is_contradicted = attributes.get("status") == Status.ACTIVE and (last < first or last < hardly_over)
    return {**attributes, "end_date": "", PAST_END: last} if last and is_contradicted else dict(attributes)


def with_announced_end(attributes: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes without `PAST_END`, restored as the last day if the source had announced it while active.

    An announced last day has come: the same record again does not reactivate anybody.
    """
    past, first = attributes.get(PAST_END, ""), attributes.get("start_date", "")
    kept = {name: text for name, text in attributes.items() if name != PAST_END}
    was_announced = past and before.get("end_date") == past and before.get("status") != Status.ENDED
    return {**kept, "end_date": past} if was_announced and first <= past else kept


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
