"""Requeue what depends on a subject that was planned, and wake whoever has work because of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.errors import Unavailable
from dayone.model.accounts import Account
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import Command, ReconcileSubject, RefreshAccount
from dayone.model.people import Person, has_left
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.desired_grants import people_granted
from dayone.planning.facts import change_of_accounts, employed_among, people_concerned
from dayone.ports.inventory import LookRequests
from dayone.ports.messaging import Schedules
from dayone.ports.organizations import Organization
from dayone.ports.store import Changes, Engine, Grants, Inbox, PolicyInForce, Subjects

_PAGE = 500


def may_have_turned(before: Head, after: Head, *, now: datetime) -> bool:
    """Return whether a person's access may have changed since the last plan, by a new fact, a policy, or time."""
    has_come_due = before.due_at is not None and before.due_at <= now
    # Whoever is away may turn out to have left, which ends what they were granted.
    is_gone = not after.has_access and before.fact != after.fact
    return has_come_due or is_gone or before.has_access is not after.has_access


def follow_person(
    person: Subject,
    *,
    cause: Cause,
    policy: Policy,
    subjects: Subjects,
    grants: Grants,
    changes: Changes,
    inbox: Inbox,
) -> None:
    """Requeue the accounts in which the policy, or a grant, gives something to this person.

    They are a change of their own beside the person's. The same cause again requeues what it did the first time, and
    nothing once all of that is on the inbox: whatever else gives them something since has the account planned itself.
    """
    if person.kind is not SubjectKind.PERSON:
        return
    theirs = replace(cause, change=change_of_accounts(person, cause=cause))
    by_rules = _accounts(person.name, policy=policy, subjects=subjects) if person.name in policy.people_assigned else ()
    found = list(dict.fromkeys([*by_rules, *grants.accounts_of(person.name)]))
    accounts = changes.open(theirs, subjects=found) if found else ()
    if not accounts:
        return
    inbox.put(ReconcileSubject(subject=account, cause=theirs) for account in accounts)
    changes.expect(theirs.change, subjects=len(accounts))


def look_again_if_people_turned(
    account: Head,
    *,
    cause: Cause,
    planned_with: frozenset[str] | None,
    policy: Policy,
    subjects: Subjects,
    inbox: Inbox,
    now: datetime,
) -> None:
    """Requeue an account if a person with a grant there has left or arrived while it was planned.

    A recorded departure is followed by a search for the person's grants, and a recorded grant by this check: one of the
    two sees the other. `planned_with` are those counted as employed, None when that is no longer known.
    """
    names = people_granted(grant for grant in account.grants if grant.is_open(now=now))
    if not names:
        return
    people = people_concerned(account.fact, policy=policy, granted=names, subjects=subjects)
    employed = employed_among(people.values(), policy=policy, now=now) & names
    if planned_with is not None and employed == planned_with & names:
        return
    change = ulid_of(cause.at, name=f"people granted in {account.subject} {cause.change}")
    again = Cause(change=change, kind=CauseKind.DUE, actor="dayone", reference=cause.change, at=cause.at)
    inbox.put([ReconcileSubject(subject=account.subject, cause=again)])


def _accounts(person: str, *, policy: Policy, subjects: Subjects) -> Iterator[Subject]:
    selectors = [selector for rule in policy.assignments if rule.person == person for selector in rule.accounts]
    ids = {account for selector in selectors for account in selector.ids}
    may_be_any = any(not selector.ids for selector in selectors)
    after = ""
    while names := subjects.names(SubjectKind.ACCOUNT, after=after, limit=_PAGE):
        yield from (Subject(SubjectKind.ACCOUNT, name) for name in names if may_be_any or name in ids)
        after = names[-1]


def look_again_if_a_unit_was_renamed(
    fact: object, *, cause: Cause, organization: Organization, inbox: Inbox, clock: Callable[[], datetime]
) -> None:
    """Ask once more for an account whose path was made of a name that was given up before the account was recorded.

    Whoever looked below the unit meanwhile may not have found the account there yet. Does nothing for anything else.
    """
    if not isinstance(fact, Account) or organization.is_still_there(fact):
        return
    subject, now = Subject(SubjectKind.ACCOUNT, fact.id), clock()
    change = ulid_of(now, name=f"{subject} renamed units {cause.change}")
    inbox.put([RefreshAccount(subject=subject, cause=replace(cause, change=change, at=now))])


def look_again_if_the_policy_moved(
    subject: Subject, *, planned_with: int, policies: PolicyInForce, inbox: Inbox, clock: Callable[[], datetime]
) -> None:
    """Ask for it; `planned_with` is the version of the policy that the subject's plan was made with."""
    # A policy put in force while that plan was made may have listed the subjects before this one was among them.
    version = policies.current_version()
    if version == planned_with:
        return
    now = clock()
    reference = f"version {version}"
    change = ulid_of(now, name=f"{subject} {reference}")
    # Whoever put it in force causes this, too, and may not approve what it removes.
    actor = policies.current().terms.actor or "dayone"
    cause = Cause(change=change, kind=CauseKind.POLICY, actor=actor, reference=reference, at=now)
    inbox.put([ReconcileSubject(subject=subject, cause=cause)])


@dataclass(frozen=True, kw_only=True)
class Wakeups:
    """Triggers of the executor for new work, and of the sweep when a subject comes due.

    Operations of a replaced plan that wait for a resource are unparked first, to be ended. Without `schedules` the next
    sweep finds due subjects, a minute later.
    """

    changes: Changes
    engine: Engine
    looks: LookRequests
    schedules: Schedules | None
    clock: Callable[[], datetime]

    def after(self, plan: Plan, *, policy: Policy) -> None:
        """Trigger the work that follows from a plan in force; Identity Center is asked about a person who has left."""
        fact, now = plan.after.fact, self.clock()
        is_new = plan.after.generation != plan.before.generation or fact != plan.before.fact
        if is_new and isinstance(fact, Person) and has_left(fact, cycle=policy.people, now=now):
            self.looks.look_at(plan.after.subject, at=now)
        if plan.after.generation != plan.before.generation:
            if plan.before.outstanding:
                self.changes.unpark_plan(plan.before)
            self.engine.wake()
        if plan.after.due_at != plan.before.due_at:
            self._schedule(plan.after.due_at)

    def repeat(self, head: Head, *, policy: Policy) -> None:
        """Trigger the work of an earlier plan again."""
        if isinstance(head.fact, Person) and has_left(head.fact, cycle=policy.people, now=self.clock()):
            self.looks.look_at(head.subject, at=self.clock())
        self.changes.unpark_earlier(head)
        self.engine.wake()
        self._schedule(head.due_at)

    def _schedule(self, due_at: datetime | None) -> None:
        if self.schedules is None or due_at is None or due_at <= self.clock():
            return
        try:
            self.schedules.wake_at(due_at)
        except Unavailable:
            # The sweep finds it a minute later, and a plan that is in force must not be made again for it.
            return


@dataclass(frozen=True, kw_only=True)
class Requeue:
    """Puts subjects on the inbox that what was planned has to do with."""

    subjects: Subjects
    policies: PolicyInForce
    grants: Grants
    changes: Changes
    organization: Organization
    inbox: Inbox
    clock: Callable[[], datetime]

    def after(self, command: Command, head: Head, *, turned: bool, planned_with: frozenset[str] | None) -> None:
        """Requeue what may follow from a plan; harmless when that is done.

        `turned` is whether a person's access may have changed, `planned_with` those people that the plan counted as
        employed, None when that is no longer known.
        """
        cause, inbox, clock = command.cause, self.inbox, self.clock
        # By the policy that is in force after the commit: one that came meanwhile has had accounts planned before it.
        policy, subjects = self.policies.current(), self.subjects
        if turned:
            follow_person(
                command.subject,
                cause=cause,
                policy=policy,
                subjects=subjects,
                grants=self.grants,
                changes=self.changes,
                inbox=inbox,
            )
        look_again_if_people_turned(
            head, cause=cause, planned_with=planned_with, policy=policy, subjects=subjects, inbox=inbox, now=clock()
        )
        if isinstance(command, RefreshAccount):
            units = self.organization
            look_again_if_a_unit_was_renamed(head.fact, cause=cause, organization=units, inbox=inbox, clock=clock)
        look_again_if_the_policy_moved(
            command.subject, planned_with=head.policy_version, policies=self.policies, inbox=inbox, clock=clock
        )
