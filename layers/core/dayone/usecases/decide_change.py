"""Take what somebody has decided about the removals that a change holds."""

from typing import Protocol

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Change, ChangeState, Decision
from dayone.domain.commands import ApplyDecision
from dayone.domain.principals import NOBODY_ELSE, by_oneself, is_same
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


def approve_leavers(change: str, *, actor: str, ports: DecidingPorts) -> Decision:
    """Ask for those held removals of a change to be carried out whose ground is that the person has left.

    All others stay held, and the change can be decided on as before. Raises as `decide_change` does, and Inapplicable
    also when the change has been decided on as a whole.
    """
    found = _decidable(change, actor=actor, ports=ports, only_leavers=True)
    if found.decision is not None:
        raise Inapplicable(f"change {change} was already decided on by {found.decision.actor}")
    _check_is_held(found, ports=ports)
    own_part = _own_part(found, actor=actor, only_leavers=True)
    decision = Decision(is_approved=True, actor=actor, at=ports.clock(), only_leavers=True, by_oneself=bool(own_part))
    _put(found, decision, ports=ports)
    return decision


def decide_change(change: str, *, is_approved: bool, actor: str, ports: DecidingPorts) -> Decision:
    """Keep the decision and ask for it to be carried out; the same decision again is harmless.

    `actor` is the ARN of the caller: of a user, or of a role with its session. Raises NotFound for a change that is
    unknown, Forbidden for whoever caused it or has brought about what it holds, Inapplicable when it is not planned yet
    or still being planned, holds nothing, or the opposite was decided.
    """
    found = _decidable(change, actor=actor, ports=ports)
    decision = found.decision or _decided(found, is_approved=is_approved, actor=actor, ports=ports)
    if decision.is_approved is not is_approved:
        said = "approved" if decision.is_approved else "rejected"
        raise Inapplicable(f"change {change} was already {said} by {decision.actor}: the decision is being carried out")
    _put(found, decision, ports=ports)
    return decision


def _decidable(change: str, *, actor: str, ports: DecidingPorts, only_leavers: bool = False) -> Change:
    found = the_change(change, records=ports.records, now=ports.clock())
    own_part = _own_part(found, actor=actor, only_leavers=only_leavers)
    if own_part and not ports.overview.given.sole_administrator:
        raise Forbidden(f"change {change} {own_part}: another caller must approve or reject it. {NOBODY_ELSE}")
    return found


def _own_part(found: Change, *, actor: str, only_leavers: bool = False) -> str:
    """What the caller has to do with what the change holds, in words that go on after the change's id; else empty."""
    if any(is_same(actor, each) for each in (found.cause.actor, *found.cause.authors)):
        return "was caused by this caller"
    reasons = [one.reason for one in found.blamed if is_same(actor, one.actor) and (one.of_leavers or not only_leavers)]
    return f"holds what this caller has brought about, who {'; '.join(reasons)}" if reasons else ""


def _put(found: Change, decision: Decision, *, ports: DecidingPorts) -> None:
    subject = Subject(SubjectKind.CHANGE, found.id)
    ports.inbox.put([ApplyDecision(subject=subject, cause=found.cause, decision=decision)])


def _check_is_held(found: Change, *, ports: DecidingPorts) -> None:
    if found.state is ChangeState.PLANNING and not _waits_for_stuck_subjects_only(found, ports=ports):
        raise Inapplicable(f"change {found.id} is still being planned: decide once it is held")
    if not found.held:
        raise Inapplicable(f"change {found.id} holds nothing: there is nothing to approve or reject")


def _decided(found: Change, *, is_approved: bool, actor: str, ports: DecidingPorts) -> Decision:
    _check_is_held(found, ports=ports)
    own_part = _own_part(found, actor=actor)
    decision = Decision(is_approved=is_approved, actor=actor, at=ports.clock(), by_oneself=bool(own_part))
    entry = AuditEntry(
        at=decision.at,
        actor=actor,
        action="approve-change" if is_approved else "reject-change",
        subject=f"{SubjectKind.CHANGE}:{found.id}",
        change=found.id,
        outcome="recorded",
        detail=f"{found.held} held: {found.held_because}{by_oneself(own_part)}",
    )
    return ports.changes.decide(found.id, decision, audit=entry)


def _waits_for_stuck_subjects_only(found: Change, *, ports: DecidingPorts) -> bool:
    """Whether all that is left to be planned is stuck: nobody else's removals wait for that."""
    is_counted = found.subjects is not None
    return is_counted and found.missing <= len(stuck_subjects_of(found, ports=ports))
