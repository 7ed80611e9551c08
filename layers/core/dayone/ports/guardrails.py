"""What the guardrails need remembered: how much there is, how much has gone, and what waits for a human."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from dayone.domain.audit import AuditEntry
from dayone.domain.guardrails import HeldRemoval, Tally
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Subject


class Ledger(Protocol):
    """The count of what exists and of what was let go, each kept in the transaction that makes it so."""

    def tally(self, change: str, *, day: date) -> Tally:
        """What exists now, and how many removals and additions were let go on that day (UTC) and in that change."""

    def expired(self, days: Iterable[date]) -> int:
        """How many operations that were held expired on these days (UTC)."""


class HeldRemovals(Protocol):
    """The operations that wait for a human, and what becomes of them."""

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        """Whoever has operations of this change held, among so many of its operations; and where to go on, or empty.

        `after` is where the page before this one said to go on, empty at the beginning.
        """

    def decide(
        self, before: Head, *, held: Sequence[HeldRemoval], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        """Note on a head what was said to what it holds; raises Conflicting when `before` is no longer the head."""

    def release(self, change: str, operations: Iterable[str]) -> None:
        """Let operations of a change run; does nothing about those that are not held."""

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        """Supersede operations of a change for this reason; does nothing about those that are not held.

        With `is_expiry` nobody has decided on them in time, which the change counts.
        """
