"""Accepted commands in DynamoDB: a digest of each, which goes when no message can wait for it any more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import stamp
from dayone.contracts.inbox import accepted_digest
from dayone.domain.commands import Command, needs_acceptance
from dayone.ports.acceptances import KEPT_FOR, Acceptances
from dayone.ports.state import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable


class DynamoAcceptances:
    """The port Acceptances."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def keep(self, commands: Collection[Command], *, now: datetime) -> None:
        """See Acceptances."""
        expires = int((now + KEPT_FOR).timestamp())
        keys = dict.fromkeys(map(_key, commands))
        self._table.put_all({**key._asdict(), "at": stamp(now), "expires_at": expires} for key in keys)

    def includes(self, command: Command) -> bool:
        """See Acceptances."""
        return self._table.get(_key(command)) is not None


@dataclass(frozen=True, kw_only=True)
class AcceptingInbox:
    """The port Inbox for the two that may speak for people: the API, and the planner about what it was asked for."""

    queue: Inbox
    acceptances: Acceptances
    clock: "Callable[[], datetime]"

    def put(self, commands: Iterable[Command]) -> None:
        """See Inbox. What needs it is kept first, so that no message is ever handled before it counts."""
        accepted = list(commands)
        if on_somebodys_word := [command for command in accepted if needs_acceptance(command)]:
            self.acceptances.keep(on_somebodys_word, now=self.clock())
        self.queue.put(accepted)


def _key(command: Command) -> RecordKey:
    return RecordKey(f"ACCEPTED#{accepted_digest(command)}", HEAD)
