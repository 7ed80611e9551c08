"""Whatever HR tells, policies say and humans decide: removals stay within the limit unless somebody approves them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.domain.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.domain.guardrails import COUNTED, GUARDED, Verdict, limit
from dayone.domain.operations import Action, Operation, OperationState
from dayone.domain.people import Status
from dayone.domain.policy import Guardrails, Policy
from dayone.domain.selection import Selection
from tests.builders import GROUP, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.state_subjects import MemorySubjects
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_GUARDRAILS = Guardrails(percent=25, at_least=2)
_DEPARTMENTS = ("Engineering", "Data", "Sales")
_PEOPLE = tuple(f"e-{number}" for number in range(5))
_ACCOUNTS = ("111111111111", "222222222222")
_ROUNDS = 5
_HOURS = st.sampled_from([0, 1, 26])


@dataclass
class _Company:
    """A company over time, and what a guardrail that only watches has seen of it."""

    world: World = field(default_factory=World)
    approved: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    peak: int = 0

    def settle(self) -> None:
        """A group that waits for members whose removal is held, or was rejected, waits on."""
        for _ in range(_ROUNDS):
            self.world.plan_all()
            self.world.execute()
            self.peak = max(self.peak, self.world.state.existing)
            if not self.world.state.open_operations():
                return
            self.world.sleep(61)

    def decide(self, *, approved: bool) -> None:
        """Somebody decides on everything that is held."""
        for change in [one for one in self.world.state.changes.values() if one.held]:
            held = {one.id for one in self.world.operations(OperationState.HELD) if one.change == change.id}
            (self.approved if approved else self.rejected).update(held)
            self.world.is_decided(change.id, approved=approved)
        self.settle()

    def removals(self) -> list[Operation]:
        return [
            one
            for one in self.world.operations(OperationState.SUCCEEDED)
            if one.action is Action.DELETE and one.resource.kind in GUARDED
        ]


type _Happening = Callable[[_Company], None]


@st.composite
def _policies(draw: st.DrawFn) -> Policy:
    names = draw(st.sets(st.sampled_from(_DEPARTMENTS)))
    groups = [a_group(name.lower(), department=name) for name in sorted(names)]
    groups += [a_group("staff", department="*")] if draw(st.booleans()) else []
    assignments = [an_assignment(one.name, "Viewer") for one in groups if draw(st.booleans())]
    policy = a_policy(*groups, *([a_set("Viewer")] if assignments else []), *assignments)
    return replace(policy, guardrails=_GUARDRAILS)


@st.composite
def _happenings(draw: st.DrawFn) -> _Happening:
    kind, hours = draw(st.sampled_from(["person", "person", "policy", "account", "approve", "reject"])), draw(_HOURS)
    name, account = draw(st.sampled_from(_PEOPLE)), draw(st.sampled_from(_ACCOUNTS))
    person = a_person(
        name,
        department=draw(st.sampled_from(_DEPARTMENTS)),
        status=draw(st.sampled_from([Status.ACTIVE, Status.ENDED])),
    )
    policy, ou_path = draw(_policies()), draw(st.sampled_from(["/Workloads/Dev", "/Attic"]))
    is_settled = draw(st.booleans())

    def happen(company: _Company) -> None:
        world = company.world
        world.now += timedelta(hours=hours, seconds=1)
        match kind:
            case "person":
                world.hr_tells(person, at=world.now)
            case "policy":
                world.policy_is(policy)
            case "account":
                world.account_is(an_account(account, ou_path=ou_path))
            case _:
                company.decide(approved=kind == "approve")
        if is_settled:
            company.settle()

    return happen


def _founded() -> _Company:
    """Everybody is in two groups, and every account has two assignments."""
    company = _Company()
    groups = [a_group(name.lower(), department=name) for name in _DEPARTMENTS]
    staff = a_group("staff", department="*")
    assignments = [an_assignment(name, "Viewer") for name in ("staff", "engineering")]
    policy = a_policy(*groups, staff, a_set("Viewer"), *assignments)
    company.world.policy_is(replace(policy, guardrails=_GUARDRAILS))
    for number in _ACCOUNTS:
        company.world.account_is(an_account(number))
    for place, name in enumerate(_PEOPLE):
        company.world.hr_tells(a_person(name, department=_DEPARTMENTS[place % 3]))
    company.settle()
    return company


def _after(happenings: list[_Happening]) -> _Company:
    company = _founded()
    for happen in happenings:
        happen(company)
    company.settle()
    return company


_HISTORIES = st.lists(_happenings(), min_size=3, max_size=9)


@settings(max_examples=50)
@given(_HISTORIES)
def test_nothing_is_removed_beyond_the_limit_without_an_approval_or_against_a_rejection(
    happenings: list[_Happening],
) -> None:
    company = _after(happenings)
    removals = company.removals()
    alone = [one for one in removals if one.id not in company.approved]
    # The most there ever was: what is removed makes the limit smaller.
    most = limit(_GUARDRAILS, existing=company.peak)
    assert all(number <= most for number in Counter(one.created_at.date() for one in alone).values())
    assert all(number <= most for number in Counter(one.change for one in alone).values())
    assert not company.rejected & {one.id for one in removals}


@settings(max_examples=50)
@given(_HISTORIES)
def test_what_exists_and_what_is_held_is_counted_exactly(happenings: list[_Happening]) -> None:
    state = _after(happenings).world.state
    there = [one for of, one in state.applied.items() if of.resource.kind in COUNTED and one.doubt is None]
    assert state.existing == len(there)
    held = [one for one in state.operations.values() if one.state is OperationState.HELD]
    assert Counter(one.change for one in held) == Counter({one.id: one.held for one in state.changes.values()})
    waiting = {
        (one.change, one.operation)
        for head in state.heads.values()
        for one in head.held
        if one.verdict is Verdict.WAITING
    }
    assert {(one.change, one.id) for one in held} == waiting


@settings(max_examples=50)
@given(_HISTORIES)
def test_once_everything_is_approved_all_is_as_desired_but_for_what_was_rejected(happenings: list[_Happening]) -> None:
    company = _after(happenings)
    while any(one.held for one in company.world.state.changes.values()):
        company.decide(approved=True)
    subjects, policy = MemorySubjects(company.world.state), company.world.policy_in_force()
    for subject in company.world.state.heads:
        state = subjects.load(subject)
        evaluator = PolicyEvaluator(policy, company.world.now, Selection(policy))
        left = {one.resource for one in diff_recorded_state(state, evaluator=evaluator).differences}
        rejected = {one.resource for one in state.head.held if one.verdict is Verdict.REJECTED}
        # A group goes after its members, and those whose removal was rejected stay.
        assert left <= rejected | {GROUP}, subject
