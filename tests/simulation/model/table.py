"""The state table with somebody who watches: what is written about operations is checked as it is written."""

from typing import TYPE_CHECKING

from dayone.model.accounts import Account, AccountState
from dayone.model.operations import Applied, Operation, OperationState
from dayone.model.subject_state import Plan
from dayone.model.subjects import ResourceKind, Subject
from dayone.ports.operations import Finished
from tests.fakes.table.operations import MemoryOperationQueue
from tests.fakes.table.state import State
from tests.fakes.table.subjects import MemorySubjects
from tests.simulation.model.virtual_time import Clockwork
from tests.simulation.oracle import policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


class ObservedState(State):
    """`requests` are AWS's ids of requests that were recorded.

    `approved` and `dropped` are the operations that a human has let go or that were taken back while they were held,
    `limits` the most removals that the guardrails have ever allowed on a day. `planned_in_suspended` was planned while
    Organizations had said that the account was suspended.
    """

    def __init__(self, *, time: Clockwork) -> None:
        super().__init__()
        self.time = time
        self.approved: set[str] = set()
        self.dropped: set[str] = set()
        self.limits: dict[date, int] = {}
        self.planned_in_suspended: tuple[Operation, ...] = ()
        self._approved_limits: set[int] = set()
        self._of_subjects: dict[Subject, dict[tuple[str, str], None]] = {}
        self.requests: set[str] = set()
        self.on_end: Callable[[Finished], None] = lambda _: None
        self.on_begin: Callable[[Operation], None] = lambda _: None

    def store(self, operation: Operation, *, begun: bool | None = None) -> None:
        if operation.state is OperationState.SUBMITTED:
            self.requests.add(operation.request_id)
        if operation.resource.kind is ResourceKind.GUARDRAILS and operation.state is OperationState.SUCCEEDED:
            self._approved_limits.add(int(operation.resource.name))
        existing = self.operation(operation)
        if (
            existing is not None
            and existing.state is OperationState.HELD
            and operation.state is not OperationState.HELD
        ):
            (self.approved if operation.state is OperationState.PENDING else self.dropped).add(operation.id)
        self._of_subjects.setdefault(operation.subject, {})[operation.change, operation.id] = None
        super().store(operation, begun=begun)

    def operations_of(self, subject: Subject) -> list[Operation]:
        """All that were ever planned for it."""
        return [self.operations[key] for key in self._of_subjects.get(subject, ())]

    def note_limit(self) -> None:
        """Record the guardrails' limit at the moment, by the words of the policies whose limit may count.

        Source: docs/policy.md: until somebody else approves a lower limit, the one before may count.
        """
        counting = range(max(self._approved_limits, default=1), self.policy_in_force + 1)
        texts = [self.kept_policies[version].text for version in counting if version in self.kept_policies] or [""]
        allowed = (policy_text.most_removals(policy_text.read(text), existing=self.existing) for text in texts)
        day = self.time.now.date()
        self.limits[day] = max(self.limits.get(day, 0), *allowed)


class ObservedSubjects(MemorySubjects):
    """The port Subjects, observed."""

    def __init__(self, state: ObservedState) -> None:
        super().__init__(state)
        self._observed = state

    def commit(self, plan: Plan) -> None:
        self._observed.note_limit()
        super().commit(plan)
        if isinstance(plan.after.fact, Account) and plan.after.fact.state is AccountState.SUSPENDED:
            self._observed.planned_in_suspended += plan.operations


class ObservedQueue(MemoryOperationQueue):
    """The port OperationQueue, observed."""

    def __init__(self, state: ObservedState) -> None:
        super().__init__(state)
        self._observed = state

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        begun = super().begin(operation, doubt=doubt, own=own, unsettled=unsettled)
        if begun is not None:
            self._observed.on_begin(begun)
        return begun

    def _finish(self, finished: Finished) -> None:
        existing = self._open(finished.operation)
        if existing is not None:
            self._observed.on_end(finished)
        super()._finish(finished)
