"""Decide which fact holds now: the one that came with a request, the one AWS answers, or the one already known."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.accounts import Account, AccountState
from dayone.domain.audit import AuditEntry
from dayone.domain.people import Person
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import FactVersion, Head, Telling
from dayone.domain.subjects import SubjectKind
from dayone.ports.organization import Organization


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The fact that holds, which telling of it this is, and what there is to say about how that was decided.

    `tellings` and `claims` are what the head is to remember of them from now on, None for what it does already.
    """

    fact: Person | Account | None
    version: FactVersion | None
    notes: tuple[str, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    tellings: tuple[Telling, ...] | None = None
    claims: tuple[str, ...] | None = None


def record_fact(request: PlanRequest, *, head: Head, organization: Organization, now: datetime) -> Recorded:
    """The fact to plan with, audited when the request brought one or Organizations was asked."""
    if request.person is not None and request.version is not None:
        return _told(request, head=head, now=now)
    if request.refresh and request.subject.kind is SubjectKind.ACCOUNT:
        return _read(request, head=head, organization=organization, now=now)
    return Recorded(fact=head.fact, version=head.version)


def _told(request: PlanRequest, *, head: Head, now: datetime) -> Recorded:
    version = request.version
    if version is None or not version.is_newer_than(head.version):
        known = head.version.at.isoformat() if head.version else ""
        note = "the same was told before" if version == head.version else f"stale: what is known is of {known}"
        entry = fact_entry(request, outcome="ignored", detail=note, now=now)
        return Recorded(fact=head.fact, version=head.version, notes=(note,), audit=(entry,))
    entry = fact_entry(request, outcome="recorded", detail=version.digest, now=now)
    return Recorded(fact=request.person, version=version, audit=(entry,))


def _read(request: PlanRequest, *, head: Head, organization: Organization, now: datetime) -> Recorded:
    account = organization.account(request.subject.name, since=request.cause.at)
    if account is None and isinstance(head.fact, Account):
        account = replace(head.fact, state=AccountState.DEPARTED)
    if account is None:
        note = "not an account of this organisation"
        entry = fact_entry(request, outcome="ignored", detail=note, now=now)
        return Recorded(fact=head.fact, version=head.version, notes=(note,), audit=(entry,))
    if account == head.fact:
        return Recorded(fact=head.fact, version=head.version)
    version = FactVersion(at=now, digest=hashlib.sha256(repr(account).encode()).hexdigest())
    entry = fact_entry(request, outcome="recorded", detail=f"{account.state} in {account.ou_path}", now=now)
    return Recorded(fact=account, version=version, audit=(entry,))


def fact_entry(request: PlanRequest, *, outcome: str, detail: str, now: datetime) -> AuditEntry:
    """The audit entry for a fact that was told or read, and what became of it."""
    return AuditEntry(
        at=now,
        actor=request.cause.actor,
        action="record-fact",
        subject=str(request.subject),
        change=request.cause.change,
        outcome=outcome,
        detail=detail,
    )
