"""What is asked about many at once: the request of a policy, a change, an HR source, a unit, or the organisation."""

from typing import TYPE_CHECKING

from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import Subject, SubjectKind
from dayone.usecases.activate_policy import ActivatePolicy, activate_policy
from dayone.usecases.discover_accounts import DiscoverAccounts, discover_accounts
from dayone.usecases.hear_source import hear_source
from dayone.usecases.look_below_unit import LookBelowUnit, look_below_unit
from dayone.usecases.retry_change import LookAgain, look_again

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dayone.usecases.plan_changes import PlanChanges


def is_of_many(subject: Subject) -> bool:
    """Whether it is never planned itself, but stands for others that are."""
    return subject.kind in _WAYS


def look_at_many(request: PlanRequest, *, ports: "PlanChanges") -> None:
    """Carry the request out; the same again is harmless."""
    _WAYS[request.subject.kind](request, ports)


def _hear(request: PlanRequest, ports: "PlanChanges") -> None:
    hear_source(request, hr=ports.hr, changes=ports.changes, inbox=ports.inbox, clock=ports.clock)


def _retry(request: PlanRequest, ports: "PlanChanges") -> None:
    look_again(request, ports=LookAgain(progress=ports.progress, changes=ports.changes, inbox=ports.inbox))


def _activate(request: PlanRequest, ports: "PlanChanges") -> None:
    needed = ActivatePolicy(
        policies=ports.policies,
        subjects=ports.subjects,
        company=ports.company,
        portions=ports.portions,
        ledger=ports.ledger,
        changes=ports.changes,
        inbox=ports.inbox,
        clock=ports.clock,
        time_to_run=ports.time_to_activate,
    )
    activate_policy(request, ports=needed)


def _look_below(request: PlanRequest, ports: "PlanChanges") -> None:
    needed = LookBelowUnit(
        organization=ports.organization,
        company=ports.company,
        portions=ports.portions,
        changes=ports.changes,
        inbox=ports.inbox,
        clock=ports.clock,
        time_to_run=ports.time_to_activate,
    )
    look_below_unit(request, ports=needed)


def _discover(request: PlanRequest, ports: "PlanChanges") -> None:
    needed = DiscoverAccounts(
        subjects=ports.subjects,
        company=ports.company,
        portions=ports.portions,
        organization=ports.organization,
        changes=ports.changes,
        inbox=ports.inbox,
        clock=ports.clock,
        time_to_run=ports.time_to_activate,
    )
    discover_accounts(request, ports=needed)


_WAYS: "Mapping[SubjectKind, Callable[[PlanRequest, PlanChanges], None]]" = {
    SubjectKind.POLICY: _activate,
    SubjectKind.CHANGE: _retry,
    SubjectKind.HR_SOURCE: _hear,
    SubjectKind.ORGANIZATIONAL_UNIT: _look_below,
    SubjectKind.ORGANIZATION: _discover,
}
