"""The API's view of the whole deployment, in memory."""

from dataclasses import dataclass
from datetime import datetime

from dayone.ops.health import Overview
from dayone.ports.operations import QueueDepth
from dayone.setup.check import GivenSettings
from tests.fakes.dead_letters import MemoryDeadLetterQueues
from tests.fakes.surroundings import GIVEN, MemorySurroundings
from tests.fakes.table.audit_log import MemoryAuditLog
from tests.fakes.table.failed import MemoryStuck
from tests.fakes.table.history import MemoryHistory
from tests.fakes.table.state import State


@dataclass
class MemoryInboxBacklog:
    """The port InboxBacklog in memory: what it is set to."""

    messages: int = 0
    oldest_seconds: int | None = None
    error: Exception | None = None

    def backlog(self, *, now: datetime) -> QueueDepth:  # noqa: ARG002
        if self.error:
            raise self.error
        return QueueDepth(messages=self.messages, oldest_seconds=self.oldest_seconds)


def memory_overview(state: State, *, given: GivenSettings = GIVEN) -> Overview:
    return Overview(
        history=MemoryHistory(state),
        audit_log=MemoryAuditLog(state),
        dead_letters=MemoryDeadLetterQueues(),
        backlog=MemoryInboxBacklog(),
        waiting={"inbox": MemoryInboxBacklog()},
        stuck=MemoryStuck(state),
        surroundings=MemorySurroundings().ports(),
        given=given,
        pause=lambda _seconds: None,
    )
