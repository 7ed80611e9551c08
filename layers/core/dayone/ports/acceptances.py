"""What people have asked for over the API, so that nobody else can say on the inbox that they have."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from dayone.domain.commands import Command

# Longer than a message can wait: a fortnight in the inbox and as long as a dead letter, and redriven twice.
KEPT_FOR = timedelta(days=90)


class Acceptances(Protocol):
    """The commands that were accepted, whole but for where a run goes on and when the inbox took it.

    Only functions that may write to the table can add one.
    """

    def keep(self, commands: Collection[Command], *, now: datetime) -> None:
        """Remember that these were accepted, for as long as a message may wait; the same again is harmless."""

    def includes(self, command: Command) -> bool:
        """Whether it was."""
