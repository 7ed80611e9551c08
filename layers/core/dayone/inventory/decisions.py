"""Decide about a finding: repair it by a plan like any other, or leave it as it is until a date."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dayone.errors import Inapplicable, Invalid
from dayone.inventory.service import read_finding
from dayone.lookups import caused_by
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import IgnoreFinding, RestoreResources
from dayone.model.inventory import DriftFinding, DriftKind, Ignored
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.inventory import InventoryView, KeptFindings
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.store import Changes, Inbox

_OF_OTHERS = frozenset({DriftKind.UNMANAGED, DriftKind.ORPHANED})
_LONGEST_REASON = 200


class DecisionRequestPorts(Protocol):
    """Ports of a request for a decision, a part of the API's context."""

    inventory: InventoryView
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def repair_finding(name: str, *, actor: str, ports: DecisionRequestPorts) -> Cause:
    """Request a repair; return the cause of the change, whose guardrails judge it as those of any other.

    `actor` is the ARN of the caller. Raises NotFound for an unknown finding, and Inapplicable for one about what Day
    One has not made.
    """
    finding = read_finding(name, inventory=ports.inventory)
    difference = finding.difference
    if difference.target is None or difference.kind in _OF_OTHERS:
        raise Inapplicable(f"{_named(finding)} was not made by Day One, which does not remove it: {_mend(finding)}")
    cause = caused_by(actor, reference=finding.id, ports=ports, kind=CauseKind.DRIFT)
    target = difference.target
    ports.inbox.put([RestoreResources(subject=target.subject, cause=cause, missing=(target.resource,))])
    return cause


def _named(finding: DriftFinding) -> str:
    return f"{finding.difference.resource} of {finding.difference.subject}"


def _mend(finding: DriftFinding) -> str:
    kind, _, name = finding.difference.subject.partition(":")
    if kind in ("group", "permission-set") and finding.difference.resource == kind:
        return (
            f"remove it in Identity Center, or put into the policy what `dayone policy describe {kind}:{name}` prints"
        )
    return "remove it in Identity Center, or give it by a rule of the policy"


def ignore_finding(name: str, *, until: datetime, reason: str, actor: str, ports: DecisionRequestPorts) -> Cause:
    """Request that a finding is left as it is until then; return the cause of the change that records it.

    Raises NotFound for an unknown finding, and Invalid for a time that is over or a reason that is missing or long.
    """
    finding = read_finding(name, inventory=ports.inventory)
    mistakes = []
    if until <= ports.clock():
        mistakes.append("`until` is over: give a time in the future")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        mistakes.append(f"`reason` must have 1 to {_LONGEST_REASON} characters")
    if mistakes:
        raise Invalid("the finding is not ignored", findings=tuple(mistakes))
    cause = caused_by(actor, reference=finding.id, ports=ports, kind=CauseKind.DRIFT)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([IgnoreFinding(subject=whole, cause=cause, finding=finding.id, until=until, reason=reason.strip())])
    return cause


@dataclass(frozen=True, kw_only=True)
class IgnorePorts:
    """Ports for recording that a finding is ignored."""

    findings: KeptFindings
    changes: Changes


def record_ignored(command: IgnoreFinding, *, ports: IgnorePorts) -> None:
    """Record the decision with its audit entry; harmless again, and for a finding that is no more."""
    cause = command.cause
    entry = AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="ignore-finding",
        subject=str(command.subject),
        change=cause.change,
        outcome="recorded",
        detail=f"{command.finding} until {command.until.isoformat()}: {command.reason}",
    )
    ports.changes.open(cause, audit=entry)
    if finding := ports.findings.finding(command.finding):
        ignored = Ignored(until=command.until, reason=command.reason, actor=cause.actor, at=cause.at)
        ports.findings.put([replace(finding, ignored=ignored)])
    ports.changes.expect(cause.change, subjects=0)
