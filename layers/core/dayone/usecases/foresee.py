"""What would follow for one subject after the other, counted and listed, and what the guardrail would say to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dayone.domain.company import Outlook
from dayone.domain.desired import Reason
from dayone.domain.guardrails import Tally, counted, gives_nothing, is_removal, limit, why_over_the_limit, why_ruinous
from dayone.domain.operations import Action
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, Subject
from dayone.usecases.find_differences import Found, foreseen
from dayone.usecases.guard_removals import part

_MOST_NOTES = 100
_MOST_NAMES = 10


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
    """Plans one subject after the other and keeps none of them: at most `most` operations are listed.

    `replaced` is the policy in force when the question is about another one: that is held as a whole or not at all.
    """

    outlook: Outlook
    replaced: Policy | None = None
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
        found = foreseen(state, outlook=self.outlook)
        # What a guardrail has stopped before is not planned anew.
        parted = part(found, head=state.head)
        room = _MOST_NOTES - len(self._notes)
        notes = [note for note in (found.left_alone, *found.notes) if note]
        self._notes += [f"{state.head.subject}: {note}" for note in notes[:room]]
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

    def _list(self, operations: Sequence[Foreseen]) -> None:
        self._subjects += 1
        self._counts.update(one.kind for one in operations)
        self._listed += operations[: self.most - len(self._listed)]

    def _weigh(self, removals: Sequence[Resource], *, found: Found, state: SubjectState) -> None:
        self._removals += len(removals)
        self._of_leavers += len(removals) if found.ground.has_left else 0
        why = why_ruinous(found.removals, found=found.differences, applied=state.applied) if removals else ""
        if why and not (found.ground.has_left and self.replaced is not None):
            self._ruinous.append((len(removals), f"{state.head.subject}: {counted(len(removals))}, and {why}"))

    def _judgement(self, tally: Tally) -> Judgement:
        policy, replaced = self.outlook.policy, self.replaced
        # Those that leave lose access whatever the policy, and a new policy does not loosen what is to hold it.
        removals = self._removals if replaced is None else self._removals - self._of_leavers
        guardrails = [policy.guardrails, *([replaced.guardrails] if replaced and replaced.version else [])]
        over = [
            why for one in guardrails if removals and (why := why_over_the_limit(removals, guardrails=one, tally=tally))
        ]
        slips = self._removals - self._of_leavers if gives_nothing(policy) else 0
        nothing = [f"{counted(slips)}, and the policy gives nothing to anybody"] if slips else []
        ruinous = [why for _, why in self._ruinous[:_MOST_NAMES]]
        if len(self._ruinous) > _MOST_NAMES:
            ruinous.append(f"{len(self._ruinous) - _MOST_NAMES} accounts more would lose every assignment they have")
        return Judgement(
            removals=self._removals,
            existing=tally.existing,
            limit=min(limit(one, existing=tally.existing) for one in guardrails),
            today=tally.today,
            held=self._held(removals, is_over=bool(over), slips=slips),
            because=(*over[:1], *nothing, *ruinous),
        )

    def _held(self, removals: int, *, is_over: bool, slips: int) -> int:
        if is_over or (self.replaced is not None and (slips or self._ruinous)):
            return removals
        return max(slips, sum(number for number, _ in self._ruinous))


def _foreseen(one: Difference, *, of: Subject) -> Foreseen:
    return Foreseen(of, one.action, one.resource, one.wanted.reasons)
