"""Idempotency of requests and of HR records, and commands that were accepted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from dayone.model.changes import Cause
from dayone.model.commands import Command
from dayone.model.subject_state import FactVersion
from dayone.model.subjects import Subject

# Longer than a message can wait: a fortnight in the inbox and as long as a dead letter, and redriven twice.
ACCEPTANCE_KEPT_FOR = timedelta(days=90)


class Acceptances(Protocol):
    """The commands that were accepted, whole but for where a run goes on and when the inbox took it.

    Only functions that may write to the table can add one.
    """

    def keep(self, commands: Collection[Command], *, now: datetime) -> None:
        """Remember that these were accepted, for as long as a message may wait; the same again is harmless."""

    def includes(self, command: Command) -> bool:
        """Return whether the command was accepted."""


@dataclass(frozen=True, kw_only=True)
class Echo:
    """A record of an HR source that leaves everything about a person as it is.

    Until `forget_at` it is remembered that the source was that far, that the delivery was taken, and that the change of
    the cause has come to nothing, with these notes.
    """

    cause: Cause
    subject: Subject
    source: str
    version: FactVersion
    delivery: str
    forget_at: datetime
    notes: tuple[str, ...] = ()


class Echoes(Protocol):
    """The echoes of HR sources; none of them is part of a plan."""

    def heard(self, subject: Subject) -> Mapping[str, FactVersion]:
        """Return the newest version that was an echo, by source; old ones may be missing."""

    def is_counted(self, change: str) -> bool:
        """Return whether anything is recorded of a change except that an echo ended it without effect."""

    def note(self, echo: Echo) -> None:
        """Remember it, beside what is remembered of newer ones; harmless when it is noted already."""


KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class RequestClaim:
    """The right to carry a request out until `until`; `at` is when it was first sent, however often it is repeated."""

    key: str
    at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """Stored response of a request: the body as text, and the headers that belong to it."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestKeys(Protocol):
    """The keys of a day; keys and requests come as digests, so that nothing about anybody is kept but the answer."""

    def claim(self, key: str, *, request: str, now: datetime, until: datetime) -> RequestClaim | GivenAnswer:
        """Claim the right to carry out the request, or return the response it was given before.

        Raises KeyReused when the key belongs to another request, UnderWay while another caller carries this one out. A
        caller that takes over from a dead one gets the time of the first claim.
        """

    def keep(self, claim: RequestClaim, answer: GivenAnswer) -> None:
        """Remember the answer; does nothing when somebody else has taken over."""

    def give_back(self, claim: RequestClaim) -> None:
        """Let the request be carried out again, as of the same moment."""
