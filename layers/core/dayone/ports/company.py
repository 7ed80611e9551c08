"""The whole company as it is remembered, and how far a change has gone through it."""

from collections.abc import Sequence
from typing import Protocol

from dayone.domain.portions import Portion
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import SubjectKind


class Company(Protocol):
    """Every subject that is known, with its resources, read in few calls."""

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        """The next at most `limit` subjects of a kind, empty only at the end; `after` is the name of the last one seen.

        "" starts at the beginning. The order is the same every time and is not that of the names. Nothing that was
        written before the call is missed, and a subject's resources are as old as its head, or newer.
        """


class Portions(Protocol):
    """The portions in which changes go through the company."""

    def kept(self, change: str, *, number: int) -> Portion | None:
        """The portion of that number, or None when the change has not come so far."""

    def keep(self, change: str, portion: Portion) -> Portion:
        """Keep a portion; returns the one that counts, which is whichever was kept first under its number."""
