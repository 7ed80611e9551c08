"""What is remembered, in memory: the dictionaries that the fakes of the state ports share."""

from dataclasses import dataclass, field
from datetime import date

from dayone.domain.audit import GENESIS, AuditEntry, link
from dayone.domain.changes import Cause, Change
from dayone.domain.operations import OPEN_STATES, Applied, Operation
from dayone.domain.policy import PolicyVersion
from dayone.domain.portions import Portion
from dayone.domain.subject_states import Head, Plan
from dayone.domain.subjects import ResourceOf, Subject


@dataclass
class State:
    heads: dict[Subject, Head] = field(default_factory=dict)
    applied: dict[ResourceOf, Applied] = field(default_factory=dict)
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)
    plans: dict[tuple[str, Subject], Plan] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    existing: int = 0
    removals: dict[date, int] = field(default_factory=dict)
    deliveries: dict[str, str] = field(default_factory=dict)
    portions: dict[tuple[str, int], Portion] = field(default_factory=dict)
    kept_policies: dict[int, PolicyVersion] = field(default_factory=dict)
    policy_in_force: int = 0
    policy_hold: str = ""
    log: list[tuple[AuditEntry, str]] = field(default_factory=list)

    def operation(self, known: Operation) -> Operation | None:
        """As it stands now."""
        return self.operations.get((known.change, known.id))

    def store(self, operation: Operation) -> None:
        self.operations[operation.change, operation.id] = operation

    def open_operations(self) -> list[Operation]:
        """The most urgent first."""
        found = [one for one in self.operations.values() if one.state in OPEN_STATES]
        return sorted(found, key=lambda one: (one.priority, one.change, str(one.subject), one.number))

    def change_for(self, cause: Cause) -> Change:
        """The change of this cause, which has one subject unless it was opened before."""
        return self.changes.setdefault(cause.change, Change(cause=cause))

    def record(self, entry: AuditEntry) -> None:
        previous = self.log[-1][1] if self.log else GENESIS
        self.log.append((entry, link(entry, previous=previous)))
