"""What the API looks at of Day One as a whole, in memory."""

from dayone.usecases.overview import Overview
from tests.fakes.audit_log import MemoryAuditLog
from tests.fakes.dead_letters import MemoryDeadLetterQueues
from tests.fakes.history import MemoryHistory
from tests.fakes.state import State
from tests.fakes.surroundings import GIVEN, MemorySurroundings


def memory_overview(state: State) -> Overview:
    return Overview(
        history=MemoryHistory(state),
        audit_log=MemoryAuditLog(state),
        dead_letters=MemoryDeadLetterQueues(),
        surroundings=MemorySurroundings().ports(),
        given=GIVEN,
        pause=lambda _seconds: None,
    )
