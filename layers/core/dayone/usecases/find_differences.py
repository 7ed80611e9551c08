"""Compare what a subject should have with what it has."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.company import Outlook
from dayone.domain.delegation import within_reach
from dayone.domain.desired import Reason
from dayone.domain.desired_grants import reasons_to_mend
from dayone.domain.desired_people import waiting_note
from dayone.domain.first_look import first_gifts
from dayone.domain.grants import has_ended_as_announced, is_of_grants
from dayone.domain.guardrails import is_removal
from dayone.domain.holds import Ground, HeldRemoval
from dayone.domain.life_cycle import has_access
from dayone.domain.people import Person
from dayone.domain.planning import differences, left_alone
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.selection import ready
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource


@dataclass(frozen=True, kw_only=True)
class Found:
    """What must change, why nothing may (or empty), what is not done, and on what ground anything is taken away.

    `doubtful` is as in Desired. `first_gifts` are assignments in an account of which nobody has approved any yet.
    `announced` is what grants alone have given and that goes with the last of them, by its time or somebody's word;
    `reasons` are those to stand with what stays as it is.
    """

    differences: tuple[Difference, ...]
    left_alone: str
    notes: tuple[str, ...]
    ground: Ground
    doubtful: str = ""
    first_gifts: frozenset[Resource] = frozenset()
    announced: frozenset[Resource] = frozenset()
    reasons: Mapping[Resource, tuple[Reason, ...]] = field(default_factory=dict)

    def alike(self, held: HeldRemoval) -> frozenset[Resource]:
        """Which resources the same is asked for as what is held: to be given for the first time, or taken away."""
        return self.first_gifts if held.is_gift else self.removals

    @property
    def removals(self) -> frozenset[Resource]:
        """What would be taken away from somebody."""
        return frozenset(one.resource for one in self.differences if is_removal(one))


def find_differences(
    state: SubjectState,
    *,
    fact: Person | Account | None,
    policy: Policy,
    now: datetime,
    employed: Container[str],
) -> Found:
    """How a subject as it is remembered differs from what the policy wants for this fact at `now`.

    `employed` are those of the people who are assigned something in the account, if it is one, that have access.
    """
    return _found(state, fact=fact, outlook=Outlook(policy, now, ready(policy), employed))


def foreseen(state: SubjectState, *, outlook: Outlook) -> Found:
    """The same by the fact that is known, and a policy that need not be in force."""
    return _found(state, fact=state.head.fact, outlook=outlook)


def _found(state: SubjectState, *, fact: Person | Account | None, outlook: Outlook) -> Found:
    subject, applied, policy = state.head.subject, state.trusted, outlook.policy
    desired = outlook.desired(state, fact=fact)
    differing = differences(desired, applied=applied, subject=subject, protection=policy.protection)
    found = within_reach(differing, state=state, policy=policy)
    has_left = isinstance(fact, Person) and not has_access(fact, cycle=policy.people, now=outlook.now)
    waiting = waiting_note(desired, applied=applied)
    return Found(
        differences=found.differences,
        left_alone=left_alone(desired, applied=applied),
        notes=tuple(one for one in (*desired.notes, waiting, found.note) if one),
        ground=Ground(policy_version=policy.version, has_left=has_left),
        doubtful=desired.doubtful,
        first_gifts=first_gifts(found.differences, head=state.head),
        announced=_announced(found.differences, state=state, now=outlook.now),
        # Few have grants, and most reasons are never put into words.
        reasons=reasons_to_mend(applied, wanted=desired.resources) if state.head.grants else {},
    )


def _announced(found: Iterable[Difference], *, state: SubjectState, now: datetime) -> frozenset[Resource]:
    ended = has_ended_as_announced(state.head.grants, now=now)
    if not ended:
        return ended
    going = ended & {one.resource for one in found if is_removal(one)} & state.applied.keys()
    return frozenset(one for one in going if is_of_grants(each.rule for each in state.applied[one].reasons))
