"""The whole company as it is remembered, a page at a time."""

from collections.abc import Sequence
from typing import Protocol

from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import SubjectKind


class Company(Protocol):
    """Every subject that is known, with its resources, read in few calls."""

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        """The next at most `limit` subjects of a kind, empty only at the end; `after` is the name of the last one seen.

        "" starts at the beginning. The order is the same every time and is not that of the names. Nothing that was
        written before the call is missed, and a subject's resources are as old as its head, or newer.
        """
