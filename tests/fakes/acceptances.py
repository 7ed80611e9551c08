"""The port Acceptances in memory, and an inbox that everything is put on as the API does."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from dayone.adapters.dynamodb.idempotency import AcceptingInbox
from dayone.model.commands import Command
from tests.fakes.queues import MemoryInbox
from tests.fakes.table.state import State

if TYPE_CHECKING:
    from dayone.ports.store import Inbox


class MemoryAcceptances:
    """Accepted commands, as texts."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, commands: Collection[Command], *, now: datetime) -> None:
        self._state.accepted |= dict.fromkeys(map(_text, commands), now)

    def includes(self, command: Command) -> bool:
        return _text(command) in self._state.accepted


def _text(command: Command) -> str:
    said = asdict(command) | {"cursor": ""}
    said["cause"]["received_at"] = None
    return f"{type(command).__name__} {sorted(said.items())}"


class AcceptedInbox(MemoryInbox):
    """An inbox on which a test's commands count as requested by their callers; those put on its `queue` do not."""

    def __init__(self, state: State, *, now: datetime) -> None:
        super().__init__()
        self._accepting = AcceptingInbox(queue=self.queue, acceptances=MemoryAcceptances(state), clock=lambda: now)

    @property
    def queue(self) -> "Inbox":
        return _Queue(self)

    def put(self, commands: Iterable[Command]) -> None:
        self._accepting.put(commands)

    def accepted[C: Command](self, command: C) -> C:
        """One that was asked for over the API, and that the test hands on itself."""
        self.put([command])
        self.commands.remove(command)
        return command

    def take(self, commands: Iterable[Command]) -> None:
        super().put(commands)


class _Queue:
    def __init__(self, inbox: AcceptedInbox) -> None:
        self._inbox = inbox

    def put(self, commands: Iterable[Command]) -> None:
        self._inbox.take(commands)
