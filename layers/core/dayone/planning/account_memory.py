"""Remember with an account what its owners and others have changed: who it was, and what may not be given for that."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dayone.model.accounts import Account
from dayone.model.people import Person
from dayone.model.policy.origins import birthright_of
from dayone.model.policy.rules import AssignmentRule, Policy
from dayone.model.subject_state import Head, Mover, SubjectState
from dayone.model.subjects import Resource, ResourceKind
from dayone.planning.desired import assignment_reasons
from dayone.policy.sensitivity import sensitivity_of

# Control Tower makes an account in the root and moves it to its unit when it is set up.
_NEW = timedelta(days=1)
_OF_LATE, _MOST_MOVERS = timedelta(days=7), 10


def is_new(account: Account, *, now: datetime) -> bool:
    """Return whether this organisation has made an account within a day."""
    return account.created_at is not None and account.created_at <= now < account.created_at + _NEW


def without_sensitivity(head: Head, *, fact: Person | Account | None, policy: Policy) -> Head:
    """Return the head of an account that awaits approval if it is sensitive no longer, by what its owners can change.

    An edit of the policy that makes it so has been approved.
    """
    before = head.fact
    if not (isinstance(fact, Account) and isinstance(before, Account)) or fact == before:
        return head
    why = sensitivity_of(policy).why_account
    if not why(before) or why(fact):
        return head
    return replace(head, awaits_approval=True, was_sensitive=True)


def with_memory(head: Head, *, state: SubjectState, authors: Iterable[str], policy: Policy, now: datetime) -> Head:
    """Return the head of an account with what is remembered of changes to it, by the authors of the latest."""
    if not isinstance(head.fact, Account):
        return head
    movers = _movers_after(state.head, authors=authors, now=now)
    entered = entered_by(state, head.fact, policy=policy, now=now)
    return replace(head, movers=movers, entered=entered, was_sensitive=head.was_sensitive and head.awaits_approval)


def _movers_after(head: Head, *, authors: Iterable[str], now: datetime) -> tuple[Mover, ...]:
    """Return who has made calls about an account, with the authors of another one: the last of a week."""
    account, movers = head.fact, head.movers
    if not isinstance(account, Account):
        return movers
    for actor in authors:
        others = [mover for mover in movers if (mover.actor, mover.before) != (actor, account)]
        recent = [mover for mover in others if mover.at > now - _OF_LATE]
        movers = (*recent, Mover(actor=actor, at=now, before=account))[-_MOST_MOVERS:]
    return movers


def entered_by(state: SubjectState, account: Account, *, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return the birthrights of people that an account has come to by a move, a tag or a name, and is not new.

    Account owners give nothing by what HR alone gives. An assignment that was approved there ends that.
    """
    birthrights = policy.sensitive.birthrights
    rules = [rule for rule in policy.assignments if rule.person] if birthrights else []
    found = dict.fromkeys(
        birthright_of(rule)
        for rule in rules
        if Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}") not in state.applied
        if birthright_of(rule) in state.head.entered or _enters(rule, account, head=state.head, now=now)
    )
    return tuple(each for each in found if each in birthrights)


def _enters(rule: AssignmentRule, account: Account, *, head: Head, now: datetime) -> bool:
    was_there = isinstance(head.fact, Account) and bool(assignment_reasons(rule, head.fact))
    return bool(assignment_reasons(rule, account)) and not was_there and not is_new(account, now=now)
