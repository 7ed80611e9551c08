"""Resolve the fact that a subject is planned with: the recorded one, or an account as AWS Organizations answers."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.accounts import Account, AccountState
from dayone.domain.audit import AuditEntry
from dayone.domain.commands import Command
from dayone.domain.people import Person
from dayone.domain.subject_states import FactVersion, Head, Telling
from dayone.ports.organization import Organization


@dataclass(frozen=True, kw_only=True)
class ResolvedFact:
    """The fact that holds, its version, and notes and audit entries about how that was decided.

    `tellings` and `claims` are what the head is to remember of them from now on, None for what it does already.
    """

    fact: Person | Account | None
    version: FactVersion | None
    notes: tuple[str, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    tellings: tuple[Telling, ...] | None = None
    claims: tuple[str, ...] | None = None


def recorded_fact(head: Head) -> ResolvedFact:
    """The fact that is recorded, as it is."""
    return ResolvedFact(fact=head.fact, version=head.version)


def resolve_account(command: Command, *, head: Head, organization: Organization, now: datetime) -> ResolvedFact:
    """The account as AWS Organizations answers, audited when that is another than the recorded one."""
    account = organization.account(command.subject.name, since=command.cause.at)
    if account is None and isinstance(head.fact, Account):
        account = replace(head.fact, state=AccountState.DEPARTED)
    if account is None:
        return ignored(command, "not an account of this organisation", head=head, now=now)
    if account == head.fact:
        return recorded_fact(head)
    version = FactVersion(at=now, digest=hashlib.sha256(repr(account).encode()).hexdigest())
    entry = fact_entry(command, outcome="recorded", detail=f"{account.state} in {account.ou_path}", now=now)
    return ResolvedFact(fact=account, version=version, audit=(entry,))


def ignored(command: Command, note: str, *, head: Head, now: datetime) -> ResolvedFact:
    """The recorded fact, with a note on why what was received does not count."""
    audit = (fact_entry(command, outcome="ignored", detail=note, now=now),)
    return ResolvedFact(fact=head.fact, version=head.version, notes=(note,), audit=audit)


def fact_entry(command: Command, *, outcome: str, detail: str, now: datetime) -> AuditEntry:
    """The audit entry for a fact that was received or read, and what became of it."""
    return AuditEntry(
        at=now,
        actor=command.cause.actor,
        action="record-fact",
        subject=str(command.subject),
        change=command.cause.change,
        outcome=outcome,
        detail=detail,
    )
