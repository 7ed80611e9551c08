"""Removals stay within the limit without an approval, whatever HR, policies and humans do."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.dependencies import COUNTED, GUARDED
from dayone.model.guardrails import Verdict, limit
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import Guardrails, Policy
from dayone.planning.compiled_rules import Selection
from dayone.planning.evaluation import PolicyEvaluator, diff_recorded_state
from tests.builders import GROUP, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.table.subjects import MemorySubjects
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
        for change in [change for change in self.world.state.changes.values() if change.held]:
            held = {
                operation.id
                for operation in self.world.operations(OperationState.HELD)
                if operation.change == change.id
            }
            (self.approved if approved else self.rejected).update(held)
            self.world.is_decided(change.id, approved=approved)
        self.settle()

    def removals(self) -> list[Operation]:
        return [
            operation
            for operation in self.world.operations(OperationState.SUCCEEDED)
            if operation.action is Action.DELETE and operation.resource.kind in GUARDED
        ]


type _Happening = Callable[[_Company], None]


@st.composite
def _policies(draw: st.DrawFn) -> Policy:
    names = draw(st.sets(st.sampled_from(_DEPARTMENTS)))
    groups = [a_group(name.lower(), department=name) for name in sorted(names)]
    groups += [a_group("staff", department="*")] if draw(st.booleans()) else []
    assignments = [an_assignment(rule.name, "Viewer") for rule in groups if draw(st.booleans())]
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
    alone = [operation for operation in removals if operation.id not in company.approved]
    # The most there ever was: what is removed makes the limit smaller.
    most = limit(_GUARDRAILS, existing=company.peak)
    assert all(number <= most for number in Counter(operation.created_at.date() for operation in alone).values())
    assert all(number <= most for number in Counter(operation.change for operation in alone).values())
    assert not company.rejected & {operation.id for operation in removals}


@settings(max_examples=50)
@given(_HISTORIES)
def test_what_exists_and_what_is_held_is_counted_exactly(happenings: list[_Happening]) -> None:
    state = _after(happenings).world.state
    there = [applied for of, applied in state.applied.items() if of.resource.kind in COUNTED and applied.doubt is None]
    assert state.existing == len(there)
    held = [operation for operation in state.operations.values() if operation.state is OperationState.HELD]
    assert Counter(operation.change for operation in held) == Counter(
        {change.id: change.held for change in state.changes.values()}
    )
    waiting = {
        (removal.change, removal.operation)
        for head in state.heads.values()
        for removal in head.held
        if removal.verdict is Verdict.WAITING
    }
    assert {(operation.change, operation.id) for operation in held} == waiting


@settings(max_examples=50)
@given(_HISTORIES)
def test_once_everything_is_approved_all_is_as_desired_but_for_what_was_rejected(happenings: list[_Happening]) -> None:
    company = _after(happenings)
    while any(change.held for change in company.world.state.changes.values()):
        company.decide(approved=True)
    subjects, policy = MemorySubjects(company.world.state), company.world.policy_in_force()
    for subject in company.world.state.heads:
        state = subjects.load(subject)
        evaluator = PolicyEvaluator(policy, company.world.now, Selection(policy))
        left = {difference.resource for difference in diff_recorded_state(state, evaluator=evaluator).differences}
        rejected = {removal.resource for removal in state.head.held if removal.verdict is Verdict.REJECTED}
        # A group goes after its members, and those whose removal was rejected stay.
        assert left <= rejected | {GROUP}, subject
