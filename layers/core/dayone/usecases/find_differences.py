"""Compare what a subject should have with what it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.company import Outlook
from dayone.domain.desired import Desired
from dayone.domain.guardrails import is_removal
from dayone.domain.holds import Ground
from dayone.domain.operations import Applied
from dayone.domain.people import Person, is_employed
from dayone.domain.planning import differences, left_alone
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.selection import ready
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, Subject


@dataclass(frozen=True, kw_only=True)
class Found:
    """What must change, why nothing may (or empty), and the ground on which anything is taken away."""

    differences: tuple[Difference, ...]
    left_alone: str
    ground: Ground

    @property
    def removals(self) -> frozenset[Resource]:
        """What would be taken away from somebody."""
        return frozenset(one.resource for one in self.differences if is_removal(one))


def find_differences(
    subject: Subject,
    *,
    fact: Person | Account | None,
    applied: Mapping[Resource, Applied],
    policy: Policy,
    now: datetime,
    employed: frozenset[str],
) -> Found:
    """How a subject differs from what the policy wants for this fact at `now`.

    `employed` are those of the people who are assigned something in the account, if it is one, that are in employment.
    """
    desired = Outlook(policy, now, ready(policy), employed).desired(subject, fact=fact)
    return _found(subject, desired, fact=fact, applied=applied, policy=policy, now=now)


def foreseen(state: SubjectState, *, outlook: Outlook) -> Found:
    """The same of a subject as it is remembered, by a policy that need not be in force."""
    subject, fact, policy = state.head.subject, state.head.fact, outlook.policy
    desired = outlook.desired(subject, fact=fact)
    return _found(subject, desired, fact=fact, applied=state.applied, policy=policy, now=outlook.now)


def _found(
    subject: Subject,
    desired: Desired,
    *,
    fact: Person | Account | None,
    applied: Mapping[Resource, Applied],
    policy: Policy,
    now: datetime,
) -> Found:
    found = differences(desired, applied=applied, subject=subject, protection=policy.protection)
    has_left = isinstance(fact, Person) and not is_employed(fact, now=now)
    return Found(
        differences=tuple(found),
        left_alone=left_alone(desired, applied=applied),
        ground=Ground(policy_version=policy.version, has_left=has_left),
    )
