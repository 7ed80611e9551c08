"""Where Day One's own events come from and go to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dayone.domain.changes import Change
from dayone.domain.events import DomainEvent
from dayone.domain.operations import Operation
from dayone.domain.subject_states import Head


class EventBus(Protocol):
    """Whoever wants to know what Day One has done, listens here."""

    def publish(self, events: Iterable[DomainEvent]) -> None:
        """Send all of them, each at least once.

        Raises Unavailable when any was not taken, TooLarge for an event that no bus takes; others may have been sent.
        """


@dataclass(frozen=True, kw_only=True)
class OperationWritten:
    """An operation as it was before a write, None when it was not there, and as it is since."""

    before: Operation | None
    after: Operation
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeWritten:
    """A change as it was before a write, None when it was not there, and as it is since."""

    before: Change | None
    after: Change
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountWritten:
    """How the plan of an account had gone on before a write, None when there was none, and how it has gone on since.

    The heads have nothing else: the generation, the counts, and the bootstrap while it is under way.
    """

    before: Head | None
    after: Head
    at: datetime


Written = OperationWritten | ChangeWritten | AccountWritten


class TableStream(Protocol):
    """The stream of what is written to the table."""

    def writes(self, event: Mapping[str, Any]) -> Iterable[Written]:
        """The operations, changes and progress of accounts in one batch of the stream, in its order."""
