"""What the API looks at of Day One as a whole, in memory."""

from dayone.usecases.overview import Overview
from tests.fakes.dead_letters import MemoryDeadLetterQueues
from tests.fakes.history import MemoryHistory
from tests.fakes.state import State


def memory_overview(state: State) -> Overview:
    return Overview(history=MemoryHistory(state), dead_letters=MemoryDeadLetterQueues(), pause=lambda _seconds: None)
