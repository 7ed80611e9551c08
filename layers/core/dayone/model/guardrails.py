"""The numbers of the guardrails: what counts as a removal or an addition, and the limits of both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dayone.model.accounts import ENDED_WITH
from dayone.model.dependencies import FORGOTTEN, Difference
from dayone.model.operations import Action, Applied, Operation
from dayone.model.policy.rules import Guardrails, Policy
from dayone.model.subjects import Resource, ResourceKind, assignment_in

# What somebody loses access by when it goes.
GUARDED = frozenset(
    {
        ResourceKind.USER,
        ResourceKind.MEMBERSHIP,
        ResourceKind.ASSIGNMENT,
        ResourceKind.GROUP,
        ResourceKind.PERMISSION_SET,
    }
)
# What somebody loses access by when it comes.
_TAKING = frozenset({ResourceKind.ENDED_SESSIONS})
# What the limit is a percentage of.
COUNTED = frozenset({ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT})


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts for the guardrails: existing memberships and assignments, and removals of today and of this change.

    `added_today` and `added_in_change` are the same for additions.
    """

    existing: int = 0
    today: int = 0
    in_change: int = 0
    added_today: int = 0
    added_in_change: int = 0


@dataclass(frozen=True, kw_only=True)
class RemovalBudget:
    """Removals or additions that a plan carries out: `count`, while the day (UTC) and the change stay within limits.

    The limit is `at_most` of the kind.
    """

    day: date
    count: int
    at_most: int


def is_removal(difference: Difference) -> bool:
    """Return whether a difference takes access away; in a closed account nobody has access to lose."""
    return _takes(difference.action, difference.resource, attributes=difference.desired.attributes)


def adds_access(difference: Difference) -> bool:
    """Return whether a difference adds a membership or an assignment."""
    return difference.action is Action.CREATE and difference.resource.kind in COUNTED


def takes_access_away(operation: Operation) -> bool:
    """Return whether a planned operation takes access away."""
    return _takes(operation.action, operation.resource, attributes=operation.attributes)


def _takes(action: Action, resource: Resource, *, attributes: Mapping[str, str]) -> bool:
    if ENDED_WITH in attributes or FORGOTTEN in attributes:
        return False
    takes = action is Action.CREATE and resource.kind in _TAKING
    return takes or (action is Action.DELETE and resource.kind in GUARDED)


def limit(guardrails: Guardrails, *, existing: int) -> int:
    """Return how many removals a change, and a day, may make without approval."""
    return max(guardrails.at_least, existing * guardrails.percent // 100)


def addition_limit(guardrails: Guardrails, *, existing: int) -> int:
    """Return how many additions a change, and a day, may make without approval."""
    return max(guardrails.additions_at_least, existing * guardrails.additions_percent // 100)


def with_count(applied: Applied) -> Applied:
    """Return a confirmed resource, marked if it is part of the total that the limit is a percentage of."""
    is_confirmed = applied.doubt is None or applied.counted
    return replace(applied, counted=applied.resource.kind in COUNTED and is_confirmed)


def why_over_the_limit(removals: int, *, guardrails: Guardrails, tally: Tally) -> str:
    """Return the reason to hold this many further removals, or "" if they are within the limit."""
    most = limit(guardrails, existing=tally.existing)
    before = max(tally.today, tally.in_change)
    if removals + before <= most:
        return ""
    others = f" after {before} others" if before else ""
    message = f"{guardrails.percent} % of {tally.existing}, at least {guardrails.at_least}"
    return f"{counted(removals)}{others}, the limit is {most} ({message})"


def why_ruinous(
    removals: Collection[Resource], *, found: Sequence[Difference], applied: Mapping[Resource, Applied]
) -> str:
    """Return the reason to hold removals that would leave an account without any group assignment, or "".

    This applies below any limit. A leaver's own assignments are exempt: their removal does not wait for approval.
    """
    # One whose creation was begun and never confirmed is nobody's yet.
    assigned = {
        resource
        for resource, entry in applied.items()
        if resource.kind is ResourceKind.ASSIGNMENT
        and entry.doubt is not Action.CREATE
        and not assignment_in(resource).principal.person
    }
    gains = any(
        difference.resource.kind is ResourceKind.ASSIGNMENT and difference.action is Action.CREATE
        for difference in found
    )
    if assigned and assigned <= set(removals) and not gains:
        return f"the account would lose every assignment it has ({len(assigned)})"
    return ""


def gives_nothing(policy: Policy) -> bool:
    """Return whether a policy in force asks for nothing at all, which is more likely a mistake than intended."""
    return policy.version > 0 and not (policy.groups or policy.permission_sets or policy.assignments)


def counted(removals: int) -> str:
    """Format a number of removals in words."""
    return "1 removal" if removals == 1 else f"{removals} removals"
