"""Take what somebody has decided about the removals that a change holds."""

from typing import Protocol

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Change, ChangeState, Decision
from dayone.domain.commands import ApplyDecision
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Forbidden, Inapplicable
from dayone.ports.clock import Clock
from dayone.ports.progress import Progress
from dayone.ports.records import Records
from dayone.ports.state import Changes, Inbox
from dayone.usecases.overview import Overview
from dayone.usecases.read_access import the_change
from dayone.usecases.read_stuck import stuck_subjects_of


class DecidingPorts(Protocol):
    """Deciding: what it needs of the API's context."""

    records: Records
    changes: Changes
    inbox: Inbox
    overview: Overview
    progress: Progress
    clock: Clock


def decide_change(change: str, *, is_approved: bool, actor: str, ports: DecidingPorts) -> Decision:
    """Keep the decision and ask for it to be carried out; the same decision again is harmless.

    `actor` is the ARN of the caller: of a user, or of a role with its session. Raises NotFound for a change that is
    unknown, Forbidden for whoever caused it, Inapplicable when it holds nothing, is still being planned, or the
    opposite was decided.
    """
    found = the_change(change, records=ports.records)
    if actor == found.cause.actor:
        raise Forbidden(f"change {change} was caused by this caller: another caller must approve or reject it")
    decision = found.decision or _decided(found, is_approved=is_approved, actor=actor, ports=ports)
    if decision.is_approved is not is_approved:
        said = "approved" if decision.is_approved else "rejected"
        raise Inapplicable(f"change {change} was already {said} by {decision.actor}: the decision is being carried out")
    subject = Subject(SubjectKind.CHANGE, change)
    ports.inbox.put([ApplyDecision(subject=subject, cause=found.cause, decision=decision)])
    return decision


def _decided(found: Change, *, is_approved: bool, actor: str, ports: DecidingPorts) -> Decision:
    if found.state is ChangeState.PLANNING and not _waits_for_stuck_subjects_only(found, ports=ports):
        raise Inapplicable(f"change {found.id} is still being planned: decide once it is held")
    if not found.held:
        raise Inapplicable(f"change {found.id} holds nothing: there is nothing to approve or reject")
    decision = Decision(is_approved=is_approved, actor=actor, at=ports.clock())
    entry = AuditEntry(
        at=decision.at,
        actor=actor,
        action="approve-change" if is_approved else "reject-change",
        subject=f"{SubjectKind.CHANGE}:{found.id}",
        change=found.id,
        outcome="recorded",
        detail=f"{found.held} held: {found.held_because}",
    )
    return ports.changes.decide(found.id, decision, audit=entry)


def _waits_for_stuck_subjects_only(found: Change, *, ports: DecidingPorts) -> bool:
    """Whether all that is left to be planned is stuck: nobody else's removals wait for that."""
    is_counted = found.subjects is not None
    return is_counted and found.missing <= len(stuck_subjects_of(found, ports=ports))
