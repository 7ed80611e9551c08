"""Access that is assigned to a person directly: it hangs on accounts, and follows the person's employment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.changes import Cause
from dayone.domain.desired import people_asked_for
from dayone.domain.life_cycle import has_access
from dayone.domain.people import Person
from dayone.domain.policy import Policy
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid_of
from dayone.ports.state import Changes, Inbox, Subjects

_PAGE = 500


def employed_people(
    fact: Person | Account | None, *, policy: Policy, subjects: Subjects, now: datetime
) -> frozenset[str]:
    """Who of those the policy assigns something to in this account is in employment; nobody for any other fact."""
    if not isinstance(fact, Account):
        return frozenset()
    named = sorted(people_asked_for(fact, policy=policy))
    facts = [subjects.load(Subject(SubjectKind.PERSON, name)).head.fact for name in named]
    people = [one for one in facts if isinstance(one, Person)]
    return frozenset(one.id for one in people if has_access(one, cycle=policy.people, now=now))


def may_have_turned(before: Head, after: Head, *, now: datetime) -> bool:
    """Whether a person's access may be another since they were last planned, by a new fact, a policy, or by time."""
    has_come_due = before.due_at is not None and before.due_at <= now
    return has_come_due or before.has_access is not after.has_access


def follow_person(
    person: Subject, *, cause: Cause, policy: Policy, subjects: Subjects, changes: Changes, inbox: Inbox
) -> None:
    """Ask for the accounts in which the policy assigns something to this person to be looked at again.

    They make a change of their own beside the person's. The same cause again asks for the same, so that a crash is
    mended by doing it again.
    """
    if person.kind is not SubjectKind.PERSON or person.name not in policy.people_assigned:
        return
    theirs = replace(cause, change=change_of_accounts(person, cause=cause))
    accounts = list(_accounts(person.name, policy=policy, subjects=subjects))
    if not accounts:
        return
    changes.open(theirs)
    inbox.put(PlanRequest(subject=account, cause=theirs) for account in accounts)
    changes.expect(theirs.change, subjects=len(accounts))


def change_of_accounts(person: Subject, *, cause: Cause) -> str:
    """The id of the change in which the accounts of a person follow one of the person's own."""
    return ulid_of(cause.at, name=f"accounts of {person} {cause.change}")


def _accounts(person: str, *, policy: Policy, subjects: Subjects) -> Iterator[Subject]:
    selectors = [one for rule in policy.assignments if rule.person == person for one in rule.accounts]
    ids = {account for selector in selectors for account in selector.ids}
    may_be_any = any(not selector.ids for selector in selectors)
    after = ""
    while names := subjects.names(SubjectKind.ACCOUNT, after=after, limit=_PAGE):
        yield from (Subject(SubjectKind.ACCOUNT, name) for name in names if may_be_any or name in ids)
        after = names[-1]
