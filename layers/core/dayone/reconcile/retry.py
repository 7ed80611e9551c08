"""Requeue the subjects of failed operations of a change on request; no operation itself is repeated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dayone.errors import Inapplicable, Invalid, Malformed, Rejected
from dayone.lookups import caused_by, planning_again, the_change
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind, ChangeState
from dayone.model.commands import BootstrapAccounts, Command, InPortions, RefreshAccount, RetryChange
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Progress, Records
from dayone.ports.store import Changes, Inbox

MOST_CHOSEN = 100
_IN_A_RUN = 1000


class RetryRequestPorts(Protocol):
    """Ports of a retry request, a part of the API's context."""

    records: Records
    progress: Progress
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def retry_change(change: str, *, chosen: Sequence[str], actor: str, ports: RetryRequestPorts) -> Cause:
    """Request a retry; return the cause of the new change, which is recorded with its first subject.

    `chosen` are subjects of the change, none for all that have failed; `actor` is the ARN of the caller. Raises
    NotFound for an unknown change, Inapplicable when it is not planned yet, still running or without failures,
    Malformed for an invalid subject, Invalid for subjects that are not in the change.
    """
    found = the_change(change, records=ports.records, now=ports.clock())
    if found.state in (ChangeState.PLANNING, ChangeState.RUNNING):
        raise Inapplicable(f"change {found.id} is still {found.state}: retry it once it has ended")
    if found.missing and not found.failed:
        mend = "dead letters hold them: correct the cause, then redrive these"
        raise Inapplicable(f"{found.missing} subjects of change {found.id} could not be planned, and {mend}")
    if not found.failed:
        raise Inapplicable(f"no operation of change {found.id} has failed: there is nothing to retry")
    subjects = _subjects(chosen)
    strange = sorted(map(str, set(subjects) - ports.progress.planned(change, subjects)))
    if strange:
        findings = tuple(f"{name}: the change has nothing about it" for name in strange)
        raise Invalid(f"some of these subjects are not part of change {change}", findings=findings)
    retry_cause = caused_by(actor, reference=change, ports=ports, kind=CauseKind.RETRY)
    cause = replace(retry_cause, retries=found.cause.origin)
    ports.inbox.put([RetryChange(subject=Subject(SubjectKind.CHANGE, change), cause=cause, subjects=subjects)])
    return cause


def _subjects(chosen: Sequence[str]) -> tuple[Subject, ...]:
    if len(chosen) > MOST_CHOSEN:
        raise Malformed(f"{len(chosen)} subjects are more than {MOST_CHOSEN}: leave them out to retry all that failed")
    try:
        return tuple(dict.fromkeys(map(Subject.parse, chosen)))
    except ValueError as error:
        raise Malformed(f"{error}: write them as `account:123456789012` or `person:e-1001`") from error


@dataclass(frozen=True, kw_only=True)
class RetryPorts:
    """Ports for carrying out a retry."""

    progress: Progress
    changes: Changes
    inbox: Inbox


def retry_subjects(command: RetryChange, *, ports: RetryPorts) -> None:
    """Put the subjects on the inbox, a thousand in a run; safe to repeat, and to be cut off anywhere.

    Should more have failed by the time that a run is repeated, they are planned again, too.
    """
    cause = command.cause
    detail = ", ".join(map(str, command.subjects)) or "all that has failed"
    ports.changes.open(cause, audit=request_entry(command, action="retry-change", detail=detail))
    count, after = requeued_before(command)
    concerned = command.subjects or ports.progress.failed(command.subject.name, after=after, limit=_IN_A_RUN)
    # What failed in an account may have to do with what became of it.
    ports.inbox.put(planning_again(subject, cause=cause) for subject in concerned)
    total = count + len(concerned)
    if command.subjects or len(concerned) < _IN_A_RUN:
        ports.changes.expect(cause.change, subjects=total)
    else:
        ports.inbox.put([replace(command, cursor=f"{total}@{concerned[-1]}")])


def bootstrap_accounts(command: BootstrapAccounts, *, ports: RetryPorts) -> None:
    """Have the accounts refreshed, and everything they have made once more; the same again is harmless."""
    cause, accounts = command.cause, command.subjects
    ports.changes.open(
        cause, audit=request_entry(command, action="bootstrap-accounts", detail=", ".join(map(str, accounts)))
    )
    ports.inbox.put(RefreshAccount(subject=account, cause=cause, recreate=True) for account in accounts)
    ports.changes.expect(cause.change, subjects=len(accounts))


def requeued_before(command: InPortions) -> tuple[int, str]:
    """Return how many subjects earlier runs have requeued, and the last of them; raise Rejected for another cursor."""
    count, _, after = command.cursor.partition("@")
    if count and not count.isdecimal():
        raise Rejected(f"nothing goes on at {command.cursor!r}")
    return int(count or "0"), after


def request_entry(command: Command, *, action: str, detail: str) -> AuditEntry:
    """Return the audit entry of a request to plan many subjects."""
    cause = command.cause
    return AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action=action,
        subject=str(command.subject),
        change=cause.change,
        outcome="recorded",
        detail=detail,
    )
