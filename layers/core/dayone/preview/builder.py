"""Preview the plans of a portion of the company, one subject after the other, and keep none of the plans."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dayone.model.changes import CauseKind
from dayone.model.dependencies import Difference
from dayone.model.guardrails import Tally
from dayone.model.operations import Action
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, Subject
from dayone.planning.additions import additions
from dayone.planning.evaluation import Diff, PolicyEvaluator, diff_recorded_state
from dayone.planning.held_gifts import Gift, why_gift_is_held
from dayone.planning.judgement import CountedRemovals, PolicyImpact, SplitDiff, removals_of, split_held
from dayone.policy.sensitivity import Sensitivity
from dayone.preview.portions import (
    MOST_NOTES,
    NOT_JUDGED,
    CountedTexts,
    Judge,
    ListedOperation,
    PreviewPortion,
    joined_preview,
)
from dayone.preview.preview import PlanPreview, PreviewedOperation


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
    _listed: list[ListedOperation] = field(default_factory=list)
    _places: Counter[bool] = field(default_factory=Counter)
    _number_of_new: int = 0
    _notes: list[str] = field(default_factory=list)
    _sensitive: Counter[str] = field(default_factory=Counter)
    _gifts: Counter[str] = field(default_factory=Counter)
    _impact: PolicyImpact = field(default_factory=PolicyImpact)
    _removals: list[CountedRemovals] = field(default_factory=list)
    _additions: list[int] = field(default_factory=list)
    _sensitivity: Sensitivity = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._sensitivity = Sensitivity(self.evaluator.policy)

    def add(self, state: SubjectState) -> None:
        """Plan this subject, too."""
        self._looked_at += 1
        diff, subject = diff_recorded_state(state, evaluator=self.evaluator), state.head.subject
        split = split_held(diff, head=state.head)
        notes = [note for note in (diff.left_alone, *diff.notes) if note]
        self._notes += [f"{subject}: {note}" for note in notes[: MOST_NOTES - len(self._notes)]]
        gifts = {
            difference.resource: why
            for difference in split.allowed
            if (why := diff.ahead.gifts.get(difference.resource))
        }
        for resource, gift in gifts.items():
            self._gifts[why_gift_is_held(resource, gift) if gift.is_sensitive else f"{subject}: {gift.reason}"] += 1
        judged = {**self._removed(split, diff=diff, state=state), **self._added(split, gifts=gifts, state=state)}
        if split.allowed:
            self._list(split.allowed, diff=diff, gifts=gifts, judged=judged, of=subject)
            given = [difference.resource for difference in split.allowed if difference.action is Action.CREATE]
            reasons = ((resource, self._sensitivity.why(resource, fact=state.head.fact)) for resource in given)
            self._sensitive.update(f"create-{resource}: {reason}" for resource, reason in reasons if reason)

    def portion(self) -> PreviewPortion:
        """All of it so far."""
        return PreviewPortion(
            looked_at=self._looked_at,
            subjects=self._subjects,
            counts=dict(self._counts),
            number_of_new=self._number_of_new,
            listed=tuple(self._listed),
            notes=tuple(self._notes),
            sensitive=CountedTexts.of(self._sensitive),
            gifts=CountedTexts.of(self._gifts),
            impact=self._impact,
            removals=tuple(self._removals),
            additions=tuple(self._additions),
        )

    def preview(self, tally: Tally) -> PlanPreview:
        """Judge all of it so far, as if nobody else had anything to plan."""
        portion, judge = self.portion(), Judge(policy=self.evaluator.policy, tally=tally, is_edit=self.is_edit)
        return joined_preview(lambda: [portion], judge=judge, most=self.most)

    def _removed(self, split: SplitDiff, *, diff: Diff, state: SubjectState) -> dict[Resource, tuple[int, int]]:
        """Take in what is removed; return with which of the removals each is judged."""
        removals, numbers = removals_of(split, diff=diff, applied=state.trusted), dict[Resource, tuple[int, int]]()
        self._impact = self._impact.plus(removals)
        for part in removals.parts():
            numbers |= dict.fromkeys(part.resources, (len(self._removals), NOT_JUDGED))
            self._removals.append(part.counted)
        return numbers

    def _added(
        self, split: SplitDiff, *, gifts: Mapping[Resource, Gift], state: SubjectState
    ) -> dict[Resource, tuple[int, int]]:
        added = additions(split.allowed, state=state, gifts=gifts, origin=self.origin, now=self.evaluator.now)
        if not added:
            return {}
        self._additions.append(len(added))
        return dict.fromkeys(added, (NOT_JUDGED, len(self._additions) - 1))

    def _list(
        self,
        found: Sequence[Difference],
        *,
        diff: Diff,
        gifts: Mapping[Resource, Gift],
        judged: Mapping[Resource, tuple[int, int]],
        of: Subject,
    ) -> None:
        self._subjects += 1
        for number, difference in enumerate(found, start=self._counts.total()):
            is_new, resource = difference.resource not in diff.ahead.existing, difference.resource
            self._number_of_new += is_new
            if self._places[is_new] < self.most:
                self._places[is_new] += 1
                removal, addition = judged.get(resource, (NOT_JUDGED, NOT_JUDGED))
                operation = _previewed(difference, of=of, gifts=gifts)
                listed = ListedOperation(number=number, operation=operation, is_new=is_new)
                self._listed.append(replace(listed, removal=removal, addition=addition))
        self._counts.update(f"{difference.action}-{difference.resource.kind}" for difference in found)


def _previewed(difference: Difference, *, of: Subject, gifts: Mapping[Resource, Gift]) -> PreviewedOperation:
    desired, resource, gift = difference.desired, difference.resource, gifts.get(difference.resource)
    held = why_gift_is_held(resource, gift) if gift else ""
    return PreviewedOperation(of, difference.action, resource, desired.reasons, desired.attributes, held=held)
