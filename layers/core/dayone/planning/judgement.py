"""Judge what a diff removes and gives: what is carried out, and what is held until a human has approved it.

This is the only place that decides it. A plan, a preview, the activation of a policy and a decision all ask here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dayone.model.audit import is_same
from dayone.model.changes import Decision
from dayone.model.dependencies import Difference, is_removal
from dayone.model.guardrails import (
    HeldPart,
    RemovalBudget,
    Tally,
    Verdict,
    counted,
    decided,
    gives_nothing,
    reviewed,
    spoken_for,
    why_over_the_limit,
    why_ruinous,
)
from dayone.model.operations import Applied
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head
from dayone.model.subjects import Resource, Subject
from dayone.planning.evaluation import Diff

_MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class SplitDiff:
    """A diff, split by earlier decisions.

    `allowed` are the differences that a plan makes operations for. `removing` are those removals among them that were
    counted before or have been announced, `new` the others. `held` is the new status of removals held before,
    which no plan makes again; `takes_back` is set when an approved one, which may be running, is no longer desired.
    """

    subject: Subject
    allowed: tuple[Difference, ...]
    held: tuple[HeldPart, ...]
    removing: tuple[Resource, ...]
    new: tuple[Resource, ...]
    takes_back: bool


def split_held(diff: Diff, *, head: Head) -> SplitDiff:
    """Split off the differences that were held before or are already under way.

    The removal at the end of a grant was approved by the person who set that end; it counts against no budget.
    """
    held = tuple(
        kept
        for removal in head.held
        for kept in reviewed([removal], removals=_alike(diff, removal), ground=diff.ground_of(removal.resource))
    )
    spoken = spoken_for(removal for removal in held if removal.resource in _alike(diff, removal)) - diff.ahead.due
    allowed = tuple(difference for difference in diff.differences if difference.resource not in spoken)
    before, going = (*head.removing, *sorted(diff.announced)), diff.removals - spoken
    removing = tuple(dict.fromkeys(resource for resource in before if resource in going))
    gone = (difference.resource for difference in allowed if is_removal(difference))
    return SplitDiff(
        subject=head.subject,
        allowed=allowed,
        held=held,
        removing=removing,
        new=tuple(resource for resource in gone if resource not in removing),
        takes_back=any(removal.verdict is Verdict.APPROVED and removal not in held for removal in head.held),
    )


def decide_held(diff: Diff, *, head: Head, change: str, decision: Decision) -> tuple[HeldPart, ...]:
    """Return the held removals of a subject after a decision on those that a change holds.

    A removal that is no longer desired is withdrawn, even when it is approved. Left unchanged: those a partial decision
    does not cover, those held after the decision, and those its actor has caused. A decision about leavers does not
    cover those that were held while the person had not left.
    """

    def decide(removal: HeldPart) -> tuple[HeldPart, ...]:
        removals, ground = _alike(diff, removal), diff.ground_of(removal.resource)
        if not is_about(removal, decision=decision, subject=head.subject):
            return (removal,)
        if decision.only_leavers and not (removal.has_left and ground.has_left):
            return (removal,)
        now = decided([removal], change=change, is_approved=decision.is_approved, removals=removals, ground=ground)
        return diff.ahead.after(now, was=removal, at=decision.at)

    return tuple(now for removal in head.held for now in decide(removal))


def is_about(removal: HeldPart, *, decision: Decision, subject: Subject) -> bool:
    """Return whether a decision covers a held removal: it names it, was made after it, and its actor may decide."""
    is_named = subject in decision.subjects or not decision.subjects
    is_of_resource = removal.resource in decision.resources or not decision.resources
    was_shown = removal.at is None or removal.at <= decision.at
    may_decide = decision.by_oneself or decision.includes_own or not is_blamed(removal, actor=decision.actor)
    return is_named and is_of_resource and was_shown and may_decide


def is_blamed(removal: HeldPart, *, actor: str) -> bool:
    """Return whether somebody has caused a held operation, or gains by it."""
    return any(is_same(actor, blamed) for blamed in removal.blamed)


@dataclass(frozen=True, kw_only=True)
class CountedRemovals:
    """The number of removals that are judged together, and what else counts about them: see SubjectRemovals."""

    subject: Subject
    number: int
    has_left: bool = False
    is_of_edit: bool = False
    doubtful: str = ""
    removes_everything: str = ""


@dataclass(frozen=True, kw_only=True)
class SubjectRemovals:
    """The removals that one subject's plan would add.

    `removes_everything` is the reason if an account would lose every assignment it has, or empty; `doubtful` is the
    reason if the facts behind them may be a mistake. `has_left` is their ground: the person's employment is over, that
    of `of_departed` in an account. `of_edit` are those that the policy makes and the previous one would not, also held.
    """

    subject: Subject
    resources: tuple[Resource, ...]
    has_left: bool = False
    of_departed: frozenset[Resource] = frozenset()
    of_edit: frozenset[Resource] = frozenset()
    doubtful: str = ""
    removes_everything: str = ""

    @property
    def number(self) -> int:
        """Number of removals."""
        return len(self.resources)

    @property
    def counted(self) -> CountedRemovals:
        """Everything about them by which they are judged."""
        return CountedRemovals(
            subject=self.subject,
            number=self.number,
            has_left=self.has_left,
            is_of_edit=not self.of_edit.isdisjoint(self.resources),
            doubtful=self.doubtful,
            removes_everything=self.removes_everything,
        )

    def parts(self) -> list["SubjectRemovals"]:
        """Return what is judged together: a leaver's own assignments in an account, what an edit removes, the rest."""
        own = tuple(resource for resource in self.resources if resource in self.of_departed)
        others = tuple(resource for resource in self.resources if resource not in self.of_departed)
        theirs = replace(self, resources=own, has_left=True, removes_everything="")
        edited = replace(self, resources=tuple(resource for resource in others if resource in self.of_edit))
        rest = replace(self, resources=tuple(resource for resource in others if resource not in self.of_edit))
        return [part for part in (theirs, edited, rest) if part.resources]


def removals_of(split: SplitDiff, *, diff: Diff, applied: Mapping[Resource, Applied]) -> SubjectRemovals:
    """Return the removals to judge; `applied` are the subject's resources that are not in doubt."""
    ruin = why_ruinous(diff.removals, found=diff.differences, applied=applied) if split.new else ""
    waiting = {removal.resource for removal in split.held if removal.verdict is Verdict.WAITING and not removal.is_gift}
    return SubjectRemovals(
        subject=split.subject,
        resources=split.new,
        has_left=diff.ground.has_left,
        of_departed=diff.of_departed,
        of_edit=diff.of_edit & {*split.new, *waiting},
        doubtful=diff.desired.doubtful,
        removes_everything=ruin,
    )


def why_held(removals: CountedRemovals, *, policy: Policy, tally: Tally) -> str:
    """Return the reason to hold removals that are judged together, or "" if they may run, whatever caused the plan."""
    if not removals.number:
        return ""
    number = counted(removals.number)
    if removals.doubtful:
        return f"{number}, and {removals.doubtful}"
    if not removals.has_left and removals.is_of_edit:
        if policy.reservations.hold:
            return policy.reservations.hold
        if gives_nothing(policy):
            return f"{number}, and the policy in force assigns nothing"
    if removals.removes_everything:
        return f"{number}, and {removals.removes_everything}"
    return why_over_the_limit(removals.number, guardrails=policy.removal_limits, tally=tally)


def why_each_is_held(removals: Iterable[CountedRemovals], *, policy: Policy, tally: Tally) -> Iterator[str]:
    """Judge one after the other as their plans would, counting what is carried out on the way; see `why_held`."""
    for part in removals:
        reason = why_held(part, policy=policy, tally=tally)
        if not reason:
            tally = replace(tally, today=tally.today + part.number, in_change=tally.in_change + part.number)
        yield reason


@dataclass(frozen=True, kw_only=True)
class GuardrailResult:
    """Result of the guardrails for the differences that a plan makes operations for.

    Of these, `stopped` are held because of `reason`. `removing` are the removals that are carried out, and `budget` is
    the share of the budget taken by the new ones.
    """

    removing: tuple[Resource, ...]
    stopped: frozenset[Resource] = frozenset()
    reason: str = ""
    budget: RemovalBudget | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyImpact:
    """Removals of a policy if it were put in force, without those caused by departures.

    `emptied` are the first accounts that would lose every assignment they have. `waiting` is how many of these are
    held already, by an earlier change.
    """

    removals: int = 0
    waiting: int = 0
    emptied: tuple[Subject, ...] = ()

    def plus(self, removals: SubjectRemovals) -> "PolicyImpact":
        """Return the impact including the removals of one more subject."""
        if not removals.of_edit or removals.has_left:
            return self
        names_more = removals.removes_everything and len(self.emptied) < _MOST_NAMES
        emptied = (*self.emptied, removals.subject) if names_more else self.emptied
        waiting = self.waiting + len(removals.of_edit - {*removals.resources})
        return replace(self, removals=self.removals + len(removals.of_edit), waiting=waiting, emptied=emptied)

    def joined(self, other: "PolicyImpact") -> "PolicyImpact":
        """Return the impact on the subjects of both."""
        emptied = (*self.emptied, *other.emptied)[:_MOST_NAMES]
        return PolicyImpact(
            removals=self.removals + other.removals, waiting=self.waiting + other.waiting, emptied=emptied
        )


def why_policy_is_held(impact: PolicyImpact, *, policy: Policy, tally: Tally) -> str:
    """Return the reason to hold all removals of a policy on activation, or ""; it becomes one of its reservations.

    The policy is evaluated as an edit: the guardrails in force count, too.
    """
    if not impact.removals:
        return ""
    over = why_over_the_limit(impact.removals, guardrails=policy.guardrails, tally=tally)
    reasons = [over or counted(impact.removals)]
    if gives_nothing(policy):
        reasons.append("the policy assigns nothing")
    if impact.emptied:
        reasons.append(f"{', '.join(map(str, impact.emptied))} would lose every assignment")
    if not over and len(reasons) == 1:
        return ""
    if impact.waiting:
        reasons.insert(1, f"of these, {impact.waiting} {'is' if impact.waiting == 1 else 'are'} held already")
    return "; ".join(reasons)


def _alike(diff: Diff, held: HeldPart) -> Collection[Resource]:
    """Return the resources that match a held one: given in the same form, or taken away for what it is held for.

    That is not an announced end, and of what an edit removes not what the facts take away by now whatever it says.
    """
    if not held.is_gift:
        waits = held.verdict is Verdict.WAITING
        alike = diff.removals - diff.announced if waits else diff.removals
        return alike & diff.of_edit if waits and held.of_edit else alike
    if held.is_addition:
        return diff.added
    return diff.ahead.alike(held, form=diff.form)
