"""What would follow for one subject after the other, counted and listed, and what the guardrail would say to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dayone.domain.company import Outlook
from dayone.domain.desired import Reason
from dayone.domain.guardrails import Tally, counted, gives_nothing, is_removal, limit, why_over_the_limit, why_ruinous
from dayone.domain.holds import Ground
from dayone.domain.operations import Action
from dayone.domain.people import Person, is_employed
from dayone.domain.planning import differences, left_alone
from dayone.domain.precedence import Difference
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, Subject
from dayone.usecases.find_differences import Found
from dayone.usecases.guard_removals import part

_MOST_NOTES = 100


@dataclass(frozen=True)
class Foreseen:
    """An operation that would follow: what it would do to which resource of whom, and why."""

    subject: Subject
    action: Action
    resource: Resource
    reasons: tuple[Reason, ...]

    @property
    def kind(self) -> str:
        """What it would do, such as `create-membership`."""
        return f"{self.action}-{self.resource.kind}"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the guardrail would say: how many removals it would hold, and each reason it has for that.

    `existing` memberships and assignments make the limit, `today` removals have been let go already.
    """

    removals: int
    existing: int
    limit: int
    today: int
    held: int
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would follow.

    `looked_at` subjects were planned, `subjects` of them would change; `counts` are all operations by kind. Of these
    `operations` are the first and `unlisted` the number of the others. `notes` say what would be left alone.
    """

    looked_at: int
    subjects: int
    counts: Mapping[str, int]
    operations: tuple[Foreseen, ...]
    unlisted: int
    notes: tuple[str, ...]
    judgement: Judgement


@dataclass(kw_only=True)
class Foresight:
    """Plans one subject after the other and keeps none of them: at most `most` operations are listed."""

    outlook: Outlook
    most: int
    _looked_at: int = 0
    _subjects: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _listed: list[Foreseen] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _removals: int = 0
    _of_leavers: int = 0
    _ruinous: list[tuple[int, str]] = field(default_factory=list)

    def look_at(self, state: SubjectState) -> None:
        """Plan this one, too."""
        self._looked_at += 1
        found = self._found(state)
        # What a guardrail has stopped before is not planned anew.
        parted = part(found, head=state.head)
        if found.left_alone and len(self._notes) < _MOST_NOTES:
            self._notes.append(f"{state.head.subject}: {found.left_alone}")
        if parted.ours:
            self._list([_foreseen(one, of=state.head.subject) for one in parted.ours])
            new = [one.resource for one in parted.ours if is_removal(one) and one.resource not in parted.removing]
            self._weigh(new, found=found, state=state)

    def preview(self, tally: Tally) -> Preview:
        """All of it so far."""
        return Preview(
            looked_at=self._looked_at,
            subjects=self._subjects,
            counts=dict(sorted(self._counts.items())),
            operations=tuple(self._listed),
            unlisted=sum(self._counts.values()) - len(self._listed),
            notes=tuple(self._notes),
            judgement=self._judgement(tally),
        )

    def _found(self, state: SubjectState) -> Found:
        policy, fact = self.outlook.policy, state.head.fact
        desired = self.outlook.desired(state.head.subject, fact=fact)
        found = differences(desired, applied=state.applied, subject=state.head.subject, protection=policy.protection)
        has_left = isinstance(fact, Person) and not is_employed(fact, now=self.outlook.now)
        return Found(
            differences=tuple(found),
            left_alone=left_alone(desired, applied=state.applied),
            ground=Ground(policy_version=policy.version, has_left=has_left),
        )

    def _list(self, foreseen: Sequence[Foreseen]) -> None:
        self._subjects += 1
        self._counts.update(one.kind for one in foreseen)
        self._listed += foreseen[: self.most - len(self._listed)]

    def _weigh(self, removals: Sequence[Resource], *, found: Found, state: SubjectState) -> None:
        self._removals += len(removals)
        self._of_leavers += len(removals) if found.ground.has_left else 0
        why = why_ruinous(found.removals, found=found.differences, applied=state.applied) if removals else ""
        if why:
            self._ruinous.append((len(removals), f"{state.head.subject}: {counted(len(removals))}, and {why}"))

    def _judgement(self, tally: Tally) -> Judgement:
        policy, removals = self.outlook.policy, self._removals
        over = why_over_the_limit(removals, guardrails=policy.guardrails, tally=tally) if removals else ""
        slips = removals - self._of_leavers if gives_nothing(policy) else 0
        nothing = f"{counted(slips)}, and the policy would give nothing to anybody" if slips else ""
        ruinous = sum(number for number, _ in self._ruinous)
        return Judgement(
            removals=removals,
            existing=tally.existing,
            limit=limit(policy.guardrails, existing=tally.existing),
            today=tally.today,
            held=removals if over else max(slips, ruinous),
            because=tuple(one for one in (over, nothing, *(why for _, why in self._ruinous)) if one),
        )


def _foreseen(one: Difference, *, of: Subject) -> Foreseen:
    return Foreseen(of, one.action, one.resource, one.wanted.reasons)
