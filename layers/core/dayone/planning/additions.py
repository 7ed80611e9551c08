"""Count additions from sources other than HR to existing people and accounts, and hold them above the limit."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dayone.model.accounts import GONE, Account
from dayone.model.changes import CauseKind
from dayone.model.dependencies import Difference, adds_access
from dayone.model.grants import is_of_grants
from dayone.model.guardrails import RemovalBudget, Tally, addition_limit
from dayone.model.operations import Action
from dayone.model.people import Person
from dayone.model.policy.rules import Guardrails
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Resource, assignment_in
from dayone.planning.judgement import GuardrailResult

# An edit, or somebody's grant, gives to people; a tag, a move or another name of a unit to accounts, besides.
_TO_PEOPLE = frozenset({CauseKind.DRIFT, CauseKind.GRANT, CauseKind.POLICY})
_BY_PEOPLE = frozenset({CauseKind.HR_EVENT, CauseKind.BY_HAND})
# An account is made in one unit and moved into another, tagged and renamed, before anybody works in it.
_IS_NEW_FOR = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class AdditionsResult:
    """Result for the additions of one plan: `adding` are carried out, or `stopped` held, because of `reason`."""

    adding: tuple[Resource, ...] = ()
    stopped: frozenset[Resource] = frozenset()
    reason: str = ""
    budget: RemovalBudget | None = None

    def joined(self, guarded: GuardrailResult) -> GuardrailResult:
        """Combine the guardrail result for removals and gifts with the held additions."""
        reason = "; ".join(filter(None, (guarded.reason, self.reason)))
        return replace(guarded, stopped=guarded.stopped | self.stopped, reason=reason)


def judge_additions(
    counted: Collection[Resource], *, before: Collection[Resource], guardrails: Guardrails, tally: Tally, day: date
) -> AdditionsResult:
    """Hold all new additions of a subject, or none; those that were counted `before` are not counted again."""
    kept = tuple(resource for resource in before if resource in counted)
    new = frozenset(counted) - set(kept)
    if reason := why_additions_are_held(len(new), guardrails=guardrails, tally=tally):
        return AdditionsResult(adding=kept, stopped=new, reason=reason)
    # Held to by the commit: somebody else may take what is left of the budget meanwhile.
    at_most = addition_limit(guardrails, existing=tally.existing)
    budget = RemovalBudget(day=day, count=len(new), at_most=at_most) if new else None
    return AdditionsResult(adding=(*kept, *sorted(new)), budget=budget)


def why_each_addition_is_held(numbers: Iterable[int], *, guardrails: Guardrails, tally: Tally) -> Iterator[str]:
    """Judge subject after subject as their plans would, counting the additions carried out on the way.

    `numbers` has how many each would get; see `why_additions_are_held`.
    """
    for number in numbers:
        reason = why_additions_are_held(number, guardrails=guardrails, tally=tally)
        if not reason:
            added_today, added_in_change = tally.added_today + number, tally.added_in_change + number
            tally = replace(tally, added_today=added_today, added_in_change=added_in_change)
        yield reason


def additions(
    allowed: Iterable[Difference],
    *,
    state: SubjectState,
    gifts: Collection[Resource],
    origin: CauseKind,
    now: datetime,
    of_edit: Collection[Resource] = (),
    beside_hr: bool = False,
) -> tuple[Resource, ...]:
    """Return the memberships and assignments that count as additions, without `gifts` that are held in any number.

    `origin` is the kind of the original cause of the plan. Whatever that is, what only grants give counts, and what is
    `of_edit`: a newer policy gives it by the recorded facts, and nobody else has made a plan by that policy. Everything
    counts when somebody has entered it manually `beside_hr`, about a person of whom an HR system tells.
    """
    if not _was_there(state.head, now=now):
        return ()
    return tuple(
        difference.resource
        for difference in allowed
        if _is_new(difference, state=state, origin=origin) and difference.resource not in gifts
        if beside_hr
        or _counts(difference.resource, state.head, origin=origin)
        or difference.resource in of_edit
        or is_of_grants(reason.rule for reason in difference.desired.reasons)
    )


def why_additions_are_held(number: int, *, guardrails: Guardrails, tally: Tally) -> str:
    """Return the reason to hold this many further additions, or "" if they are within the limit."""
    most = addition_limit(guardrails, existing=tally.existing)
    before = max(tally.added_today, tally.added_in_change)
    if not number or number + before <= most:
        return ""
    others = f" after {before} others" if before else ""
    what = "1 addition" if number == 1 else f"{number} additions"
    share = f"{guardrails.additions_percent} % of {tally.existing}, at least {guardrails.additions_at_least}"
    return f"{what}{others}, the limit is {most} ({share})"


def _is_new(difference: Difference, *, state: SubjectState, origin: CauseKind) -> bool:
    have = state.applied.get(difference.resource)
    # A repair gives once more what somebody has taken.
    taken = (Action.DELETE, Action.CREATE) if origin is CauseKind.DRIFT else (Action.DELETE,)
    was_given = have is not None and have.doubt not in taken
    return adds_access(difference) and not was_given


def _was_there(head: Head, *, now: datetime) -> bool:
    """Return whether the subject existed before, under a policy."""
    if not head.policy_version:
        return False
    if isinstance(head.fact, Person):
        return head.has_access
    if not isinstance(head.fact, Account) or head.fact.state in GONE:
        return False
    return head.bootstrap is not None and now - head.bootstrap.since >= _IS_NEW_FOR


def _counts(resource: Resource, head: Head, *, origin: CauseKind) -> bool:
    """Return whether what a plan of this origin gives the subject counts: it does not follow HR."""
    if isinstance(head.fact, Person):
        return origin in _TO_PEOPLE
    # On somebody's first day time sets the accounts off in which they are assigned something alone.
    is_first_day = origin is CauseKind.DUE and bool(assignment_in(resource).principal.person)
    return origin not in _BY_PEOPLE and not is_first_day
