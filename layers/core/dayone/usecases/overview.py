"""What the HTTP API looks at of Day One as a whole: its past, and how it is."""

from collections.abc import Callable
from dataclasses import dataclass

from dayone.ports.audit_log import AuditLog
from dayone.ports.backlog import InboxBacklog
from dayone.ports.dead_letters import DeadLetterQueues
from dayone.ports.history import History
from dayone.ports.stuck import StuckSubjects
from dayone.usecases.check_settings import CheckSettings, GivenSettings


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The ports for it; `pause` sleeps for seconds."""

    history: History
    audit_log: AuditLog
    dead_letters: DeadLetterQueues
    backlog: InboxBacklog
    stuck: StuckSubjects
    surroundings: CheckSettings
    given: GivenSettings
    pause: Callable[[float], None]
