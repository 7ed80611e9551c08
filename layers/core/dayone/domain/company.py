"""The whole company planned at once, one subject after the other: who would change, how, and what that comes to."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from dayone.domain.accounts import Account
from dayone.domain.delegation import within_reach
from dayone.domain.desired import (
    Desired,
    Rules,
    desired_for_account,
    desired_for_group,
    desired_for_permission_set,
)
from dayone.domain.desired_grants import with_grants
from dayone.domain.desired_people import desired_for_person, next_look
from dayone.domain.operations import Action, Applied
from dayone.domain.people import Person
from dayone.domain.planning import differences, left_alone
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.selection import Selection
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, ResourceKind, Subject, SubjectKind

_KIND = attrgetter("action", "resource.kind")


class SubjectPlan(NamedTuple):
    """What would change about one subject; `is_emptied` when an account would be left without any assignment."""

    subject: Subject
    differences: tuple[Difference, ...]
    left_alone: str = ""
    is_emptied: bool = False


@dataclass(frozen=True)
class Summary:
    """What many plans come to: operations by kind such as `create-membership`, and the accounts left without any."""

    subjects: int
    operations: Mapping[str, int]
    removals: int
    emptied_accounts: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """One policy at one moment, made ready to be asked about everyone.

    `employed` are the ids of those people the policy assigns something to who are in employment.
    """

    policy: Policy
    now: datetime
    rules: Rules
    employed: Container[str] = frozenset()

    def plan(self, state: SubjectState) -> SubjectPlan:
        """The subject as it would be planned now."""
        subject = state.head.subject
        desired = self.desired(state, fact=state.head.fact)
        differing = differences(desired, applied=state.trusted, subject=subject, protection=self.policy.protection)
        found = within_reach(differing, state=state, policy=self.policy).differences
        may_be_emptied = subject.kind is SubjectKind.ACCOUNT and not desired.gone
        is_emptied = may_be_emptied and _is_emptied(found, applied=state.applied)
        return SubjectPlan(subject, found, desired.left_alone, is_emptied)

    def concerns(self, state: SubjectState) -> bool:
        """Whether the subject must be planned again: it would change, comes due otherwise, or has something open."""
        head, fact = state.head, state.head.fact
        if head.outstanding > 0 or head.held:
            return True
        if isinstance(fact, Person) and head.due_at != next_look(fact, state=state, policy=self.policy, now=self.now):
            return True
        return bool(self.plan(state).differences) or self._is_asked_in_vain(state)

    def _is_asked_in_vain(self, state: SubjectState) -> bool:
        # Only permission sets are asked for what AWS cannot do; the change must say that it was not done.
        if state.head.subject.kind is not SubjectKind.PERMISSION_SET:
            return False
        desired = self.desired(state, fact=None)
        return bool(left_alone(desired, applied=state.applied))

    def desired(self, state: SubjectState, *, fact: Person | Account | None) -> Desired:
        """What the subject should have by this fact, and the grants that are remembered of it."""
        by_rules, grants = self._by_rules(state, fact=fact), state.head.grants
        if not grants:
            return by_rules
        return with_grants(by_rules, fact=fact, grants=grants, policy=self.policy, employed=self.employed, now=self.now)

    def _by_rules(self, state: SubjectState, *, fact: Person | Account | None) -> Desired:
        subject = state.head.subject
        if isinstance(fact, Person):
            return desired_for_person(fact, policy=self.policy, now=self.now, rules=self.rules, state=state)
        if isinstance(fact, Account):
            return desired_for_account(fact, policy=self.policy, employed=self.employed, rules=self.rules)
        if subject.kind is SubjectKind.GROUP:
            return desired_for_group(subject.name, policy=self.policy)
        if subject.kind is SubjectKind.PERMISSION_SET:
            return desired_for_permission_set(subject.name, policy=self.policy)
        return Desired({}, left_alone="nothing is known about it")


def plan_company(
    states: Iterable[SubjectState], *, policy: Policy, now: datetime, employed: Container[str] = frozenset()
) -> Iterator[SubjectPlan]:
    """The plans of those that would change, as the states come in; nothing of the others is kept.

    `employed` are the ids of those people the policy assigns something to who are in employment.
    """
    outlook = Outlook(policy, now, Selection(policy), employed)
    plans = map(outlook.plan, states)
    return (plan for plan in plans if plan.differences)


def summary(plans: Iterable[SubjectPlan]) -> Summary:
    """The plans in numbers."""
    subjects, counts, emptied = 0, Counter[tuple[Action, ResourceKind]](), list[str]()
    for plan in plans:
        subjects += 1
        counts.update(map(_KIND, plan.differences))
        if plan.is_emptied:
            emptied.append(plan.subject.name)
    operations = {f"{action}-{kind}": count for (action, kind), count in sorted(counts.items())}
    removals = sum(count for (action, _), count in counts.items() if action is Action.DELETE)
    return Summary(subjects, operations, removals, tuple(emptied))


def _is_emptied(found: Iterable[Difference], *, applied: Mapping[Resource, Applied]) -> bool:
    have = {resource for resource in applied if resource.kind is ResourceKind.ASSIGNMENT}
    assignments = [one for one in found if one.resource.kind is ResourceKind.ASSIGNMENT]
    return bool(have) and all(one.action is Action.DELETE for one in assignments) and len(assignments) == len(have)
