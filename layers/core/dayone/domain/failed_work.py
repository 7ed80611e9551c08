"""What has failed and is still wanted: when it is planned again, and what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.guardrails import takes_access_away
from dayone.domain.operations import Action, Applied, Operation
from dayone.domain.retrying import plan_again_at
from dayone.domain.subjects import Resource, ResourceOf, Subject

# Who causes the plans of the sweep.
SWEEP = "dayone"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What an operation waited for in vain: a resource to be confirmed, or with `is_in_the_way` one to go."""

    resource: ResourceOf
    is_in_the_way: bool = False

    def is_over(self, applied: Mapping[Resource, Applied]) -> bool:
        """Whether there is nothing left of it, by what its subject has."""
        confirmed = applied.get(self.resource.resource)
        if self.is_in_the_way:
            return confirmed is None
        return confirmed is not None and confirmed.doubt in (None, Action.UPDATE)


@dataclass(frozen=True, kw_only=True)
class FailedWork:
    """A subject of which something has failed: it is planned again at `at`, or as soon as an obstacle has gone.

    `retries` is how often in a row the sweep has had it planned again, `is_planned` that it has and that nothing failed
    since. With `is_removal` somebody keeps access by it. `since` is when the first operation of it has failed, `reason`
    and `change` are those of the last.
    """

    subject: Subject
    at: datetime
    retries: int = 0
    is_planned: bool = False
    is_removal: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    since: datetime | None = None
    reason: str = ""
    change: str = ""


def after_failure(operation: Operation, *, obstacle: Obstacle | None, before: FailedWork | None) -> FailedWork:
    """What is known of the subject when this operation of it has failed."""
    # Whatever else has it planned may have mended what was wrong: the pauses begin anew.
    retries = before.retries if before and operation.actor == SWEEP else 0
    is_removal = takes_access_away(operation)
    failed_at = operation.finished_at or operation.created_at
    at = plan_again_at(retries, now=failed_at, is_removal=is_removal)
    obstacles = (obstacle,) if obstacle else ()
    if before is not None:
        at, is_removal = min(before.at, at), before.is_removal or is_removal
        obstacles = tuple(dict.fromkeys((*before.obstacles, *obstacles)))
    return FailedWork(
        subject=operation.subject,
        at=at,
        retries=retries,
        is_removal=is_removal,
        obstacles=obstacles,
        since=(before.since if before else None) or failed_at,
        reason=f"{operation.kind} {operation.resource}: {operation.failure_reason}",
        change=operation.change,
    )


def planned_again(failed: FailedWork, *, now: datetime) -> FailedWork:
    """The same when the sweep has it planned again now: should that fail, the next pause is longer."""
    retries = failed.retries + 1
    at = plan_again_at(retries, now=now, is_removal=failed.is_removal)
    return replace(failed, at=at, retries=retries, is_planned=True, obstacles=())
