"""Preview plans: what would follow for one subject after the other, and what the guardrails would hold of it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dayone.model.changes import CauseKind
from dayone.model.dependencies import Difference
from dayone.model.guardrails import Tally, limit
from dayone.model.operations import Action
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Reason, Resource, Subject
from dayone.planning.additions import PreviewedAdditions, SubjectAdditions, additions, judge_additions_of_all
from dayone.planning.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.planning.held_gifts import Gift, why_gift_is_held
from dayone.planning.judgement import (
    JudgementPreview,
    PreviewedJudgement,
    removals_of,
    split_held,
)
from dayone.policy.sensitivity import Sensitivity

_MOST_NOTES, _MOST_SENSITIVE = 100, 20


@dataclass(frozen=True)
class PreviewedOperation:
    """An operation that would follow: its action, resource and subject, with reasons.

    `exists` describes an existing resource of the same name and its differences; empty if none is known. `held` is the
    rule by which it would wait for an approval, in words; empty if it would be carried out at once.
    """

    subject: Subject
    action: Action
    resource: Resource
    reasons: tuple[Reason, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    exists: str = ""
    held: str = ""

    @property
    def kind(self) -> str:
        """Kind of the operation, such as `create-membership`."""
        return f"{self.action}-{self.resource.kind}"


@dataclass(frozen=True, kw_only=True)
class GuardrailPreview:
    """Effect of the guardrails: how many operations they would hold, with the reasons.

    `existing` memberships and assignments determine the limit, `today` removals have been carried out already.
    """

    removals: int
    existing: int
    limit: int
    today: int
    held: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanPreview:
    """Changes that would follow.

    `looked_at` subjects were planned, `subjects` of them would change; `counts` are all operations by kind. Of these
    `operations` are the first, those of what no inventory has before all others, and `unlisted` the number of the rest;
    `unlisted_new` of these are of what no inventory has. `notes` list what would be left unchanged, and
    rules of a policy that match nothing; `mistakes` are those for which it would be refused.
    """

    looked_at: int
    subjects: int
    counts: Mapping[str, int]
    operations: tuple[PreviewedOperation, ...]
    unlisted: int
    unlisted_new: int
    notes: tuple[str, ...]
    guardrail: GuardrailPreview
    mistakes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class PreviewBuilder:
    """Plans one subject after the other and keeps none of the plans: at most `most` operations are listed.

    `is_edit` is whether the policy is to be put in force, and is judged as an edit; `origin` is what kind of thing sets
    the plans off.
    """

    evaluator: PolicyEvaluator
    is_edit: bool = False
    most: int
    origin: CauseKind = CauseKind.POLICY
    _looked_at: int = 0
    _subjects: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    # Each with its number in the order of subjects.
    _new: list[tuple[int, PreviewedOperation]] = field(default_factory=list)
    _existing: list[tuple[int, PreviewedOperation]] = field(default_factory=list)
    _number_of_new: int = 0
    _notes: list[str] = field(default_factory=list)
    _sensitive: Counter[str] = field(default_factory=Counter)
    _added: list[SubjectAdditions] = field(default_factory=list)
    _judgement: JudgementPreview = field(init=False)
    _sensitivity: Sensitivity = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to judge."""
        self._sensitivity = Sensitivity(self.evaluator.policy)
        self._judgement = JudgementPreview(policy=self.evaluator.policy, is_edit=self.is_edit)

    def add(self, state: SubjectState) -> None:
        """Plan this subject, too."""
        self._looked_at += 1
        diff = diff_recorded_state(state, evaluator=self.evaluator)
        split = split_held(diff, head=state.head)
        room = _MOST_NOTES - len(self._notes)
        notes = [note for note in (diff.left_alone, *diff.notes) if note]
        self._notes += [f"{state.head.subject}: {note}" for note in notes[:room]]
        gifts = {
            difference.resource: why
            for difference in split.allowed
            if (why := diff.ahead.gifts.get(difference.resource))
        }
        self._judgement.add(removals_of(split, diff=diff, applied=state.trusted), gifts=gifts)
        now = self.evaluator.now
        added = additions(split.allowed, state=state, gifts=gifts, origin=self.origin, now=now)
        self._added += [(state.head.subject, added)] if added else []
        if split.allowed:
            operations = [_previewed(difference, of=state.head.subject, gifts=gifts) for difference in split.allowed]
            self._list(operations, existing=diff.ahead.existing)
            given = [difference.resource for difference in split.allowed if difference.action is Action.CREATE]
            reasons = ((resource, self._sensitivity.why(resource, fact=state.head.fact)) for resource in given)
            self._sensitive.update(f"create-{resource}: {reason}" for resource, reason in reasons if reason)

    def preview(self, tally: Tally) -> PlanPreview:
        """All of it so far."""
        judged, added = self._judgement.judge(tally), self._judged_additions(tally)
        removed, listed = (((part.subject, part.resources), why) for part, why in judged.held_removals), self._first()
        held = {
            (subject, resource): reason
            for (subject, resources), reason in (*removed, *added.stopped)
            for resource in resources
        }
        return PlanPreview(
            looked_at=self._looked_at,
            subjects=self._subjects,
            counts=dict(sorted(self._counts.items())),
            operations=tuple(
                replace(each, held=each.held or held.get((each.subject, each.resource), "")) for each in listed
            ),
            unlisted=sum(self._counts.values()) - len(listed),
            unlisted_new=self._number_of_new - len(self._new),
            notes=(*self._sensitive_notes(), *self._notes),
            guardrail=self._guardrail(tally, judged=judged, added=added),
        )

    def _list(self, operations: Sequence[PreviewedOperation], *, existing: Collection[Resource]) -> None:
        self._subjects += 1
        first = sum(self._counts.values())
        self._counts.update(operation.kind for operation in operations)
        for number, operation in enumerate(operations, start=first):
            self._number_of_new += operation.resource not in existing
            kept = self._existing if operation.resource in existing else self._new
            if len(kept) < self.most:
                kept.append((number, operation))

    def _first(self) -> Sequence[PreviewedOperation]:
        chosen = [*self._new, *self._existing[: self.most - len(self._new)]]
        return [operation for _, operation in sorted(chosen, key=lambda numbered: numbered[0])]

    def _sensitive_notes(self) -> Iterator[str]:
        for access, number in self._sensitive.most_common(_MOST_SENSITIVE):
            yield f"sensitive access, given {number} {'time' if number == 1 else 'times'}: {access}"
        if len(self._sensitive) > _MOST_SENSITIVE:
            yield f"sensitive access: and {len(self._sensitive) - _MOST_SENSITIVE} more like these"

    def _judged_additions(self, tally: Tally) -> PreviewedAdditions:
        return judge_additions_of_all(self._added, guardrails=self.evaluator.policy.guardrails, tally=tally)

    def _guardrail(self, tally: Tally, *, judged: PreviewedJudgement, added: PreviewedAdditions) -> GuardrailPreview:
        return GuardrailPreview(
            removals=judged.removals,
            existing=tally.existing,
            limit=limit(self.evaluator.policy.removal_limits, existing=tally.existing),
            today=tally.today,
            held=judged.held + added.held,
            reasons=(*judged.reasons, *filter(None, [added.reason])),
        )


def _previewed(difference: Difference, *, of: Subject, gifts: Mapping[Resource, Gift]) -> PreviewedOperation:
    desired, resource, gift = difference.desired, difference.resource, gifts.get(difference.resource)
    held = why_gift_is_held(resource, gift) if gift else ""
    return PreviewedOperation(of, difference.action, resource, desired.reasons, desired.attributes, held=held)
