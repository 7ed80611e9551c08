"""Count what a policy would remove before it is put in force, in as many runs as that takes: some of that is held."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from dayone.domain.company import Outlook
from dayone.domain.guardrails import Tally, counted, gives_nothing, is_removal, why_over_the_limit, why_ruinous
from dayone.domain.policy import Policy
from dayone.domain.portions import Portion
from dayone.domain.selection import Selection
from dayone.domain.subject_states import SubjectState
from dayone.ports.company import Company, Portions
from dayone.ports.guardrails import Ledger
from dayone.ports.state import PolicyInForce, Subjects
from dayone.usecases.find_differences import foreseen
from dayone.usecases.follow_people import Employed
from dayone.usecases.guard_removals import part
from dayone.usecases.walk_company import walk_company

_LOOKED_AT_IN_A_PORTION = 1000
_MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class WeighPolicy:
    """What it needs; no new portion is begun after `until`."""

    policies: PolicyInForce
    subjects: Subjects
    company: Company
    portions: Portions
    ledger: Ledger
    clock: Callable[[], datetime]
    until: datetime


@dataclass(frozen=True)
class Cut:
    """Time is up: the next run goes on with this portion."""

    number: int


@dataclass(frozen=True)
class Weighed:
    """All of it was counted; `hold` is why the removals are to be held, or empty."""

    hold: str


def weigh_policy(version: int, *, change: str, number: int, ports: WeighPolicy) -> Cut | Weighed:
    """Go on with a portion of the company; those that have been counted are never counted again."""
    policy = ports.policies.version(version)
    outlook = outlook_on(policy, subjects=ports.subjects, now=ports.clock())
    # Beside the portions in which the change asks for plans.
    name = f"{change}~removals"
    before = ports.portions.kept(name, number=number - 1) if number else None
    for following in count(number):
        portion = ports.portions.kept(name, number=following) or ports.portions.keep(
            name, _counted(following, before=before, outlook=outlook, company=ports.company)
        )
        if portion.last is None:
            tally = ports.ledger.tally(change, day=outlook.now.astimezone(UTC).date())
            return Weighed(_why_held(portion, policy=policy, in_force=ports.policies.current(), tally=tally))
        if ports.clock() >= ports.until:
            return Cut(following + 1)
        before = portion
    raise AssertionError("counting has no end")


def outlook_on(policy: Policy, *, subjects: Subjects, now: datetime) -> Outlook:
    """A policy made ready to be asked about everyone."""
    employed = Employed(lambda one: subjects.load(one).head.fact, policy=policy, now=now)
    return Outlook(policy, now, Selection(policy), employed)


def _counted(number: int, *, before: Portion | None, outlook: Outlook, company: Company) -> Portion:
    removals, emptied = (before.total, list(before.subjects)) if before else (0, [])
    last = None
    walk = walk_company(outlook.policy, company=company, after=before.last if before else None)
    for looked_at, state in enumerate(walk, start=1):
        more, is_emptied = _removals(state, outlook=outlook)
        removals += more
        if is_emptied and len(emptied) < _MOST_NAMES:
            emptied.append(state.head.subject)
        if looked_at == _LOOKED_AT_IN_A_PORTION:
            last = state.head.subject
            break
    return Portion(number=number, subjects=tuple(emptied), total=removals, last=last)


def _removals(state: SubjectState, *, outlook: Outlook) -> tuple[int, bool]:
    """How many removals the policy would add for a subject, and whether an account would lose its last assignment."""
    found = foreseen(state, outlook=outlook)
    parted = part(found, head=state.head)
    new = [one for one in parted.ours if is_removal(one) and one.resource not in parted.removing]
    if not new or found.ground.has_left:
        return 0, False
    return len(new), bool(why_ruinous(found.removals, found=found.differences, applied=state.applied))


def _why_held(all_of_it: Portion, *, policy: Policy, in_force: Policy, tally: Tally) -> str:
    removals = all_of_it.total
    if not removals:
        return ""
    # Those in force count, too: an edit does not loosen the guardrails that are to hold it.
    guardrails = [policy.guardrails, *([in_force.guardrails] if in_force.version else [])]
    over = [why_over_the_limit(removals, guardrails=one, tally=tally) for one in guardrails]
    reasons = [next(filter(None, over), counted(removals))]
    if gives_nothing(policy):
        reasons.append("the policy gives nothing to anybody")
    if all_of_it.subjects:
        reasons.append(f"{', '.join(map(str, all_of_it.subjects))} would lose every assignment")
    return "; ".join(reasons) if any(over) or len(reasons) > 1 else ""
