"""Decide about a finding: repair it by a plan like any other, or leave it as it is until a date."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dayone.errors import Inapplicable, Invalid
from dayone.inventory.repairs import repair_command, unmanaged_in, why_kept
from dayone.inventory.service import read_finding
from dayone.lookups import caused_by, read_account, read_group, read_permission_set, read_person
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import IgnoreFinding, PauseRepairs, RefreshAccount, RestoreResources
from dayone.model.inventory import OF_OTHERS, DriftFinding, Ignored, RepairPause
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.inventory import InventoryView, LookRequests
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Records, SubjectIndex
from dayone.ports.store import Changes, Inbox, PolicyInForce

_LONGEST_REASON = 200


class DecisionRequestPorts(Protocol):
    """Ports of a request for a decision, a part of the API's context."""

    inventory: InventoryView
    policies: PolicyInForce
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
    subject = difference.target.subject if difference.target else None
    if difference.kind in OF_OTHERS:
        subject = _removed_from(finding, policy=ports.policies.current())
    if subject is None:
        raise Inapplicable(f"{_named(finding)} was not made by Day One, which does not remove it: {_mend(finding)}")
    cause = caused_by(actor, reference=finding.id, ports=ports, kind=CauseKind.DRIFT)
    ports.inbox.put([repair_command([finding], subject=subject, cause=cause)])
    return cause


def _removed_from(finding: DriftFinding, *, policy: Policy) -> Subject | None:
    """Return the subject that access given by others is removed from, None where it is not removed."""
    if not policy.guardrails.removes_unmanaged or unmanaged_in(finding.difference) is None:
        return None
    if reason := why_kept(finding, protection=policy.protection):
        raise Inapplicable(f"{_named(finding)} stays: {reason}")
    return Subject.parse(finding.difference.subject)


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
    if mistakes := tuple(_mistakes(until, reason=reason, now=ports.clock())):
        raise Invalid("the finding is not ignored", findings=mistakes)
    cause = caused_by(actor, reference=finding.id, ports=ports, kind=CauseKind.DRIFT)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([IgnoreFinding(subject=whole, cause=cause, finding=finding.id, until=until, reason=reason.strip())])
    return cause


def _mistakes(until: datetime, *, reason: str, now: datetime) -> Iterator[str]:
    if until <= now:
        yield "`until` is over: give a time in the future"
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        yield f"`reason` must have 1 to {_LONGEST_REASON} characters"


def pause_repairs(until: datetime | None, *, reason: str, actor: str, ports: DecisionRequestPorts) -> Cause:
    """Request that nothing is repaired without a request until then, or that it goes on when that is None.

    Return the cause of the change that records it. Raises Invalid for a time that is over, or a reason that is missing
    or long.
    """
    now = ports.clock()
    if until and (mistakes := tuple(_mistakes(until, reason=reason, now=now))):
        raise Invalid("repairs are not paused", findings=mistakes)
    cause = caused_by(actor, reference="drift", ports=ports, kind=CauseKind.DRIFT)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([PauseRepairs(subject=whole, cause=cause, until=until or now, reason=reason.strip())])
    return cause


@dataclass(frozen=True, kw_only=True)
class IgnorePorts:
    """Ports for recording that a finding is ignored, or that repairs are paused."""

    findings: LookRequests
    changes: Changes


def record_ignored(command: IgnoreFinding, *, ports: IgnorePorts) -> None:
    """Record the decision with its audit entry; harmless again, and for a finding that is no more."""
    cause, detail = command.cause, f"{command.finding} until {command.until.isoformat()}: {command.reason}"
    ports.changes.open(cause, audit=_entry(command, action="ignore-finding", detail=detail))
    if finding := ports.findings.finding(command.finding):
        ignored = Ignored(until=command.until, reason=command.reason, actor=cause.actor, at=cause.at)
        ports.findings.put([replace(finding, ignored=ignored)])
    ports.changes.expect(cause.change, subjects=0)


def record_pause(command: PauseRepairs, *, ports: IgnorePorts) -> None:
    """Record the decision with its audit entry; harmless again."""
    cause, is_over = command.cause, command.until <= command.cause.at
    action, detail = "pause-repairs", f"until {command.until.isoformat()}: {command.reason}"
    if is_over:
        action, detail = "resume-repairs", command.reason
    ports.changes.open(cause, audit=_entry(command, action=action, detail=detail))
    ports.findings.pause_repairs(
        RepairPause(until=command.until, reason=command.reason, actor=cause.actor, at=cause.at)
    )
    ports.changes.expect(cause.change, subjects=0)


def _entry(command: IgnoreFinding | PauseRepairs, *, action: str, detail: str) -> AuditEntry:
    return AuditEntry(
        at=command.cause.at,
        actor=command.cause.actor,
        action=action,
        subject=str(command.subject),
        change=command.cause.change,
        outcome="recorded",
        detail=detail,
    )


class ReconcileRequestPorts(Protocol):
    """Ports of a request to reconcile a subject, a part of the API's context."""

    records: Records
    index: SubjectIndex
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def request_reconciliation(subject: Subject, *, actor: str, ports: ReconcileRequestPorts) -> Cause:
    """Request that a subject is planned again and read in Identity Center; return the cause of the change.

    An account is re-read from Organizations instead. Raises NotFound for an unknown subject, Invalid for one of another
    kind.
    """
    match subject.kind:
        case SubjectKind.PERSON:
            read_person(subject.name, records=ports.records)
        case SubjectKind.ACCOUNT:
            read_account(subject.name, records=ports.records)
        case SubjectKind.GROUP:
            read_group(subject.name, index=ports.index)
        case SubjectKind.PERMISSION_SET:
            read_permission_set(subject.name, records=ports.records)
        case _:
            raise Invalid(f"{subject} cannot be reconciled: name a person, account, group or permission-set")
    cause = caused_by(actor, reference=str(subject), ports=ports, kind=CauseKind.DRIFT)
    is_account = subject.kind is SubjectKind.ACCOUNT
    ports.inbox.put([(RefreshAccount if is_account else RestoreResources)(subject=subject, cause=cause)])
    return cause
