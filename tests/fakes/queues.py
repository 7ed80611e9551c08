"""The ports Inbox, Engine and DeadLetters in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dayone.model.commands import Command
from dayone.ports.operations import Learned

if TYPE_CHECKING:
    from dayone.ports.store import Inbox


class MemoryInbox:
    """Commands on the inbox, in order; a duplicate is dropped, as a FIFO queue does for five minutes."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self._seen: set[tuple[object, ...]] = set()

    @property
    def queue(self) -> "Inbox":
        """Queue for a sender who may send to it, and no more."""
        return self

    def of[C: Command](self, kind: type[C]) -> list[C]:
        """Those of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]

    def put(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if command.identity not in self._seen:
                self._seen.add(command.identity)
                self.commands.append(command)


class MemoryEngine:
    """Number of times the executor was triggered."""

    def __init__(self) -> None:
        self.rings = 0

    def wake(self) -> None:
        self.rings += 1


class MemoryTurn:
    """Holder of the lease, its end, and the stored rates."""

    def __init__(self) -> None:
        self.holder = ""
        self.until: datetime | None = None
        self.remembered: Learned | None = None

    def take(self, holder: str, *, now: datetime, until: datetime, learned: Learned | None = None) -> bool:
        if self.holder not in ("", holder) and self.until is not None and self.until >= now:
            return False
        self.holder, self.until = holder, until
        self.remembered = learned or self.remembered
        return True

    def learned(self) -> Learned | None:
        return self.remembered

    def give_back(self, holder: str, *, learned: Learned | None = None) -> None:
        if self.holder == holder:
            self.holder, self.until = "", None
            self.remembered = learned or self.remembered


class MemoryDeadLetters:
    """The messages put aside, each with its reason."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.groups: list[str] = []

    def put(self, body: str, *, reason: str, group: str = "") -> None:
        self.letters.append((body, reason))
        self.groups.append(group)


@dataclass
class MemoryReturns:
    """The port Returns: what was told to come back, and when."""

    told: dict[str, int] = field(default_factory=dict)

    def come_back(self, receipts: Mapping[str, int]) -> None:
        self.told |= receipts
