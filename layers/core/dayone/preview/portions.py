"""Join previews of portions of the company into one, judged over all of it, with one portion in memory at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dayone.model.guardrails import Tally, limit
from dayone.model.policy.rules import Policy
from dayone.planning.additions import why_each_addition_is_held
from dayone.planning.judgement import CountedRemovals, PolicyImpact, why_each_is_held, why_policy_is_held
from dayone.policy.unmatched_rules import UnmatchedSoFar
from dayone.preview.preview import GuardrailPreview, PlanPreview, PreviewedOperation

# At most so many notes and reasons are kept, and so many texts that are shown with the number of times.
MOST_NOTES, MOST_TEXTS = 100, 500
_MOST_SENSITIVE, _MOST_REASONS = 20, 10
NOT_JUDGED = -1


@dataclass(frozen=True, kw_only=True)
class ListedOperation:
    """An operation that may be listed: its `number` in its portion, and whether no inventory has its resource.

    `removal` is the number of the removals of its portion that it is judged with, `addition` that of the additions; -1
    for none.
    """

    number: int
    operation: PreviewedOperation
    is_new: bool = True
    removal: int = NOT_JUDGED
    addition: int = NOT_JUDGED


@dataclass(frozen=True, kw_only=True)
class CountedTexts:
    """Numbers of times by text, for the first few hundred: there are `others`, which occur `beyond` times in all."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    beyond: int = 0

    @classmethod
    def of(cls, numbers: Mapping[str, int]) -> "CountedTexts":
        """Return the first of them, in this order, and count the others."""
        kept = dict(list(numbers.items())[:MOST_TEXTS])
        return cls(numbers=kept, others=len(numbers) - len(kept), beyond=sum(numbers.values()) - sum(kept.values()))

    def joined(self, other: "CountedTexts") -> "CountedTexts":
        """Return both together. A text beyond the first few hundred of each counts as another one."""
        both = CountedTexts.of(Counter(self.numbers) + Counter(other.numbers))
        return CountedTexts(
            numbers=both.numbers,
            others=both.others + self.others + other.others,
            beyond=both.beyond + self.beyond + other.beyond,
        )


@dataclass(frozen=True, kw_only=True)
class PreviewPortion:
    """Changes that would follow for some of the subjects, with everything by which the guardrails judge them.

    `additions` are their numbers, subject by subject, and `gifts` what would be held in any number, by its reason.
    `unmatched` are the rules that match none of them, where these are looked for.
    """

    looked_at: int
    subjects: int
    counts: Mapping[str, int]
    number_of_new: int
    listed: tuple[ListedOperation, ...] = ()
    notes: tuple[str, ...] = ()
    sensitive: CountedTexts = field(default_factory=CountedTexts)
    gifts: CountedTexts = field(default_factory=CountedTexts)
    impact: PolicyImpact = field(default_factory=PolicyImpact)
    removals: tuple[CountedRemovals, ...] = ()
    additions: tuple[int, ...] = ()
    unmatched: UnmatchedSoFar = field(default_factory=UnmatchedSoFar)


# Reads the portions, in the order in which they are planned; it is called more than once.
type ReadPortions = Callable[[], Iterable[PreviewPortion]]


@dataclass(frozen=True, kw_only=True)
class Judge:
    """By what the portions are judged: `is_edit` is whether the policy is to be put in force."""

    policy: Policy
    tally: Tally
    is_edit: bool = False


def joined_preview(portions: ReadPortions, *, judge: Judge, most: int) -> PlanPreview:
    """Return the preview of all portions, with at most `most` operations listed; the portions are read twice."""
    joined = _Joined(most=most)
    for place, portion in enumerate(portions()):
        joined.add(portion, place=place)
    held, listed = _Held(judge, joined=joined), joined.first()
    for place, portion in enumerate(portions()):
        held.add(portion, place=place)
    return PlanPreview(
        looked_at=joined.looked_at,
        subjects=joined.subjects,
        counts=dict(sorted(joined.counts.items())),
        operations=tuple(replace(each.operation, held=held.why(each, place=place)) for place, each in listed),
        unlisted=joined.counts.total() - len(listed),
        unlisted_new=joined.number_of_new - len(joined.new),
        notes=(*_sensitive_notes(joined.sensitive), *joined.notes),
        guardrail=held.guardrail(),
    )


class _Joined:
    """Everything of the portions but what they are judged by; `new` operations are listed before `existing` ones."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self.looked_at = self.subjects = self.number_of_new = 0
        self.counts = Counter[str]()
        self.new: list[tuple[int, ListedOperation]] = []
        self.existing: list[tuple[int, ListedOperation]] = []
        self.notes: list[str] = []
        self.sensitive = self.gifts = CountedTexts()
        self.impact = PolicyImpact()

    def add(self, portion: PreviewPortion, *, place: int) -> None:
        """Add the next portion."""
        self.looked_at += portion.looked_at
        self.subjects += portion.subjects
        self.number_of_new += portion.number_of_new
        self.counts.update(portion.counts)
        for each in portion.listed:
            kept = self.new if each.is_new else self.existing
            if len(kept) < self._most:
                kept.append((place, each))
        self.notes += portion.notes[: MOST_NOTES - len(self.notes)]
        self.sensitive, self.gifts = self.sensitive.joined(portion.sensitive), self.gifts.joined(portion.gifts)
        self.impact = self.impact.joined(portion.impact)

    def first(self) -> Sequence[tuple[int, ListedOperation]]:
        """Return the operations to list, each with the place of its portion."""
        chosen = [*self.new, *self.existing[: self._most - len(self.new)]]
        return sorted(chosen, key=lambda placed: (placed[0], placed[1].number))


class _Held:
    """Operations of all portions that the guardrails would hold; each portion is added in its turn."""

    def __init__(self, judge: Judge, *, joined: _Joined) -> None:
        policy = judge.policy
        before = policy.reservations
        hold = why_policy_is_held(joined.impact, policy=policy, tally=judge.tally) if judge.is_edit else before.hold
        self._policy, self._hold = replace(policy, reservations=replace(before, hold=hold)), hold
        self._before = self._tally = judge.tally
        self._gifts, self._removals, self._reasons = joined.gifts, 0, _Reasons()
        self._added, self._why_added = 0, ""
        placed = (*joined.new, *joined.existing)
        self._listed = {(place, each.removal, NOT_JUDGED) for place, each in placed}
        self._listed |= {(place, NOT_JUDGED, each.addition) for place, each in placed}
        self._why: dict[tuple[int, int, int], str] = {}

    def add(self, portion: PreviewPortion, *, place: int) -> None:
        """Judge the next portion."""
        self._judge_removals(portion, place=place)
        self._judge_additions(portion, place=place)

    def why(self, listed: ListedOperation, *, place: int) -> str:
        """Return the rule by which a listed operation would be held, or ""."""
        added = self._why.get((place, NOT_JUDGED, listed.addition), "")
        return listed.operation.held or added or self._why.get((place, listed.removal, NOT_JUDGED), "")

    def guardrail(self) -> GuardrailPreview:
        """Return the effect of the guardrails on all of it."""
        for reason, number in self._gifts.numbers.items():
            self._reasons.add(reason, number=number)
        self._reasons.beyond(self._gifts)
        return GuardrailPreview(
            removals=self._removals,
            existing=self._before.existing,
            limit=limit(self._policy.removal_limits, existing=self._before.existing),
            today=self._before.today,
            held=self._reasons.total + self._added,
            reasons=(*self._reasons.shortened(), *filter(None, [self._why_added])),
        )

    def _judge_removals(self, portion: PreviewPortion, *, place: int) -> None:
        allowed, reasons = 0, why_each_is_held(portion.removals, policy=self._policy, tally=self._tally)
        for number, (part, reason) in enumerate(zip(portion.removals, reasons, strict=True)):
            self._removals += part.number
            if reason:
                is_of_all = reason == self._hold
                self._reasons.add(reason if is_of_all else f"{part.subject}: {reason}", number=part.number)
                self._note((place, number, NOT_JUDGED), reason)
            else:
                allowed += part.number
        today, in_change = self._tally.today + allowed, self._tally.in_change + allowed
        self._tally = replace(self._tally, today=today, in_change=in_change)

    def _judge_additions(self, portion: PreviewPortion, *, place: int) -> None:
        guardrails, allowed = self._policy.guardrails, 0
        reasons = why_each_addition_is_held(portion.additions, guardrails=guardrails, tally=self._tally)
        for number, (added, reason) in enumerate(zip(portion.additions, reasons, strict=True)):
            if reason:
                self._added, self._why_added = self._added + added, self._why_added or reason
                self._note((place, NOT_JUDGED, number), reason)
            else:
                allowed += added
        today, in_change = self._tally.added_today + allowed, self._tally.added_in_change + allowed
        self._tally = replace(self._tally, added_today=today, added_in_change=in_change)

    def _note(self, place: tuple[int, int, int], reason: str) -> None:
        if place in self._listed:
            self._why[place] = reason


class _Reasons:
    """The first reasons, the number of the others, and the `total` of what is held for all of them.

    A reason comes back only next to itself, with what is held of the same subject, or is one of the first.
    """

    def __init__(self) -> None:
        self._first: dict[str, None] = {}
        self._last, self._others, self.total = "", 0, 0

    def add(self, reason: str, *, number: int) -> None:
        """Count this many operations that are held for one reason."""
        self.total += number
        if len(self._first) < _MOST_REASONS:
            self._first[reason] = None
        elif reason not in self._first and reason != self._last:
            self._others += 1
            self._last = reason

    def beyond(self, texts: CountedTexts) -> None:
        """Count those of which the text is not known."""
        self.total += texts.beyond
        self._others += texts.others

    def shortened(self) -> tuple[str, ...]:
        """Return the first, and how many more there are."""
        return (*self._first, *([f"{self._others} more"] if self._others else []))


def _sensitive_notes(sensitive: CountedTexts) -> Iterator[str]:
    ordered = Counter(sensitive.numbers).most_common()
    for access, number in ordered[:_MOST_SENSITIVE]:
        yield f"sensitive access, given {number} {'time' if number == 1 else 'times'}: {access}"
    if (rest := len(ordered) + sensitive.others - _MOST_SENSITIVE) > 0:
        yield f"sensitive access: and {rest} more like these"
