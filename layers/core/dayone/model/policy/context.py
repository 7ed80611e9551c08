"""Versions of the policy: as they were uploaded, and under which circumstances one is in force."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum

from dayone.model.people import LifeCycle, OnLeave


@dataclass(frozen=True)
class OffLimits:
    """Limits in the management account; all fields are empty where there are none.

    `account` is the id of the management account, `permission_sets` are AWS's names of those in use there, which a
    delegated administrator may not touch either. With `lacks_rights` Day One is in the management account itself, and
    the operator has not given it the IAM rights that AWS demands there: it can give nothing in that account.
    """

    account: str = ""
    permission_sets: frozenset[str] = frozenset()
    lacks_rights: bool = False

    @property
    def is_delegated(self) -> bool:
        """True if Day One is a delegated administrator."""
        return bool(self.account) and not self.lacks_rights


@dataclass(frozen=True)
class Terms:
    """By whom a policy was put in force, who else is named as its author, and what it cannot reach."""

    actor: str = ""
    off_limits: OffLimits = OffLimits()
    authors: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """Everybody who answers for it, the actor first."""
        return (self.actor, *self.authors)


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A policy as uploaded, and its change; several files are one text, JSON of name to text, and `file` is empty.

    `authors` are the people whom its actor, a pipeline, names as those who have written it. `names` are those of its
    files.
    """

    version: int
    text: str
    file: str
    actor: str
    at: datetime
    change: str
    authors: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Reservation(StrEnum):
    """Reservations on a policy version: its removals are held, or the previous limits still count."""

    HOLD = "hold"
    GUARD = "guard"


@dataclass(frozen=True, kw_only=True)
class AccessEnds:
    """End of access: whether a leave `suspends` it, the local time on the last day, and whether sessions end with it.

    `until` is an ISO time, or empty for the end of the day.
    """

    suspends: bool = False
    until: str = ""
    with_sessions: bool = True


def ends_of(cycle: LifeCycle) -> AccessEnds:
    """Return when access ends by a life cycle."""
    until = cycle.access_until.isoformat() if cycle.access_until else ""
    return AccessEnds(suspends=cycle.on_leave is OnLeave.SUSPEND, until=until, with_sessions=cycle.ends_sessions)


def with_ends(cycle: LifeCycle, ends: AccessEnds | None) -> LifeCycle:
    """Return a life cycle by which access ends so; unchanged without."""
    if ends is None or ends == ends_of(cycle):
        return cycle
    return replace(
        cycle,
        on_leave=OnLeave.SUSPEND if ends.suspends else OnLeave.KEEP,
        access_until=time.fromisoformat(ends.until) if ends.until else None,
        ends_sessions=ends.with_sessions,
    )


def stricter_ends(ends: AccessEnds, other: AccessEnds) -> AccessEnds:
    """Return the earlier of two ends of access, each setting by itself."""
    return AccessEnds(
        suspends=ends.suspends or other.suspends,
        until=min((at for at in (ends.until, other.until) if at), default=""),
        with_sessions=ends.with_sessions or other.with_sessions,
    )
