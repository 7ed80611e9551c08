"""Time-limited access given by a human: one membership or one assignment, with a reason, a start and an end.

A grant is a fact of its subject: a membership's of the person, an assignment's of the account. Updates are merged,
never overwritten: extensions add up and the earliest end counts, so that neither their order nor repetition matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dayone.model.subjects import Resource, ResourceKind, Subject, assignment_in

# How many of a subject's grants may be open at a time, and how often one may be extended: all of it is on one record.
MOST_OPEN = 100
MOST_EXTENSIONS = 10
_RULE = "grant:"


class GrantState(StrEnum):
    """States of a grant; a `REFUSED` grant was never in force."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"


class Ending(StrEnum):
    """Reasons why a grant ended: its time, a request, its person leaving, its account closing, or a refusal."""

    EXPIRED = "expired"
    ENDED_EARLY = "ended_early"
    PERSON_LEFT = "person_left"
    ACCOUNT_GONE = "account_removed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, order=True)
class Extension:
    """An extension of a grant: the new end, the time of the request, the caller (an ARN), and the change."""

    at: datetime
    until: datetime
    by: str
    change: str


@dataclass(frozen=True, kw_only=True, order=True)
class End:
    """That a grant has ended before its time: when, how, by whom (an ARN, or `dayone`), in which change, and why."""

    at: datetime
    how: Ending
    by: str
    change: str
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One grant; its id is that of the change which gave it, `granted_by` the ARN of the caller.

    `resource` is what is given, as it stands in Identity Center: `membership/<group>` of a person, or
    `assignment/<permission set>/<group or person:id>` in an account, which is the organisation's management account
    only with `includes_management`. `begins` and `until` are whole minutes; `noted` is the last state on record.
    """

    id: str
    subject: Subject
    resource: Resource
    reason: str
    begins: datetime
    until: datetime
    granted_by: str
    granted_at: datetime
    ticket: str = ""
    includes_management: bool = False
    extensions: tuple[Extension, ...] = ()
    end: End | None = None
    noted: GrantState | None = None

    @property
    def rule(self) -> str:
        """Rule name for a reason: `grant:` and the id."""
        return f"{_RULE}{self.id}"

    @property
    def person(self) -> str:
        """The id of the person who alone is given it, or empty when that is a group."""
        if self.resource.kind is ResourceKind.MEMBERSHIP:
            return self.subject.name
        return assignment_in(self.resource).principal.person

    @property
    def group(self) -> str:
        """The key of the group that the person is put into, or that is given the permission set, or empty."""
        if self.resource.kind is ResourceKind.MEMBERSHIP:
            return self.resource.name
        return assignment_in(self.resource).principal.group

    @property
    def permission_set(self) -> str:
        """The key of the permission set, empty for a membership."""
        return assignment_in(self.resource).permission_set if self.resource.kind is ResourceKind.ASSIGNMENT else ""

    @property
    def lasts_until(self) -> datetime:
        """End of the grant with its extensions; an extension made after the grant had ended does not count."""
        until = self.until
        for extension in sorted(self.extensions):
            if extension.at < until:
                until = max(until, extension.until)
        return until

    def ending(self, *, now: datetime) -> Ending | None:
        """Return the reason why the grant has ended by `now`, or None if it has not."""
        if self.end is not None and self.end.at < self.lasts_until:
            return self.end.how
        return Ending.EXPIRED if now >= self.lasts_until else None

    def state(self, *, now: datetime) -> GrantState:
        """Return the state of the grant at `now`."""
        ending = self.ending(now=now)
        if ending is not None:
            return GrantState.REFUSED if ending is Ending.REFUSED else GrantState.ENDED
        return GrantState.SCHEDULED if now < self.begins else GrantState.ACTIVE

    def is_open(self, *, now: datetime) -> bool:
        """Return whether the grant is in force or scheduled."""
        return self.ending(now=now) is None


def joined(existing: Grant, received: Grant) -> Grant:
    """Merge two copies of the same grant, in any order."""
    extensions = tuple(sorted({*existing.extensions, *received.extensions}))
    ends = [grant.end for grant in (existing, received) if grant.end is not None]
    return replace(existing, extensions=extensions, end=min(ends, default=None))


def is_of_grants(rules: Iterable[str]) -> bool:
    """Return whether there are rules and all of them are grants."""
    names = list(rules)
    return bool(names) and all(map(is_grant, names))


def is_grant(rule: str) -> bool:
    """Return whether the rule of a reason is a grant."""
    return rule.startswith(_RULE)
