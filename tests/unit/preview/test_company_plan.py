"""A plan of everybody in portions beside each other is the plan that one look would make, whatever dies on the way."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.errors import Invalid, NotFound, Unreachable
from dayone.executor.taken_over import TakeOver
from dayone.model.policy.company_plans import PLAN_KEPT_FOR, CompanyPlan, PlanState, PlanStep, PortionRequest
from dayone.policy.service import read_policy_here
from dayone.ports.company_plans import CompanyPlans
from dayone.preview.company import GIVEN_UP, MOST_TRIES, PreviewCompany, preview_company
from dayone.preview.plans import PlanRead, read_plan, start_plan
from dayone.preview.preview import PlanPreview
from tests.builders import a_person, an_account
from tests.fakes.queues import MemoryReturns
from tests.fakes.table.company import MemoryCompany
from tests.fakes.table.company_plans import MemoryCompanyPlans, MemoryPlanQueue
from tests.fakes.table.held import MemoryLedger
from tests.fakes.table.policies import MemoryPolicies
from tests.fakes.table.records import MemoryRecords
from tests.unit.preview.test_preview_laws import policies
from tests.unit.previews import POLICY, api_of, if_policy, put_in_force
from tests.unit.world import World

if TYPE_CHECKING:
    from dayone.model.policy.rules import Policy

DEPARTMENTS, OUS = ("Engineering", "Sales", "Legal"), ("/Workloads/Dev", "/Workloads/Prod", "/Sandbox")


class Plans:
    """The API and the workers of a world; each look at their clock takes `pause`, so that steps are short."""

    def __init__(self, world: World, *, pause: timedelta = timedelta()) -> None:
        self.world, self.pause = world, pause
        self.api = replace(api_of(world), clock=self._slow(timedelta(seconds=7)))
        self.queue = MemoryPlanQueue()
        self.api.plan_queue = self.queue
        self.worker = self.new_worker()

    def new_worker(self) -> PreviewCompany:
        state, world = self.world.state, self.world
        policies = MemoryPolicies(state, parse=lambda kept: world.policies[kept.text])
        return PreviewCompany(
            plans=self.api.plans,
            company=MemoryCompany(state),
            records=MemoryRecords(state),
            policies=policies,
            ledger=MemoryLedger(state),
            take_over=TakeOver(inventory=world.kept_inventory, clock=lambda: world.now),
            read_policy=partial(self._read_policy, records=MemoryRecords(state)),
            returns=MemoryReturns(),
            clock=self._slow(self.pause),
        )

    @staticmethod
    def _read_policy(files: Mapping[str, str], in_force: "Policy", *, records: MemoryRecords) -> "Policy":
        return read_policy_here(files, in_force=in_force, version=in_force.version + 1, records=records)

    def start(self, text: str) -> str:
        """Start a plan that is made in portions: the time for a plan at once is up at the second look at the clock."""
        read = start_plan({"policy.yaml": text}, ports=self.api)
        assert read.plan.state is PlanState.RUNNING
        return read.plan.id

    def read(self, plan: str) -> PlanRead:
        return read_plan(plan, ports=replace(self.api, clock=lambda: self.world.now))

    def work(self, chance: random.Random | None = None) -> None:
        """Take all steps, in any order, and with `chance` some of them twice and by another worker."""
        while self.queue.waiting:
            self.take(self.queue.waiting.pop(chance.randrange(len(self.queue.waiting)) if chance else 0))
            if chance and chance.random() < 0.2:
                self.worker = self.new_worker()

    def take(self, request: PortionRequest, *, tries: int = 1) -> None:
        """Take a request, which is back on the queue when it goes on."""
        if not preview_company(request, tries=tries, ports=self.worker):
            self.queue.waiting.append(request)

    def _slow(self, pause: timedelta) -> Callable[[], datetime]:
        looks = cycle(range(100))  # within the hour for which a plan is kept
        return lambda: self.world.now + pause * next(looks) if pause else self.world.now


def company(people: Sequence[str], accounts: Sequence[str]) -> World:
    world = World()
    for number, department in enumerate(people):
        world.hr_tells(a_person(f"e-{number}", department=department))
    for number, ou_path in enumerate(accounts):
        world.account_is(an_account(f"{number:012}", ou_path=ou_path))
    return world


def _notes(preview: PlanPreview | None) -> list[str]:
    assert preview is not None
    return [note for note in preview.notes if "looked at in" not in note]


def _without_notes(preview: PlanPreview | None) -> PlanPreview:
    assert preview is not None
    # Whether a name exists in Identity Center is looked up for a plan that is made at once alone.
    operations = tuple(replace(each, attributes={}, exists="") for each in preview.operations)
    return replace(preview, notes=(), operations=operations)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(st.sampled_from(DEPARTMENTS), max_size=9),
    accounts=st.lists(st.sampled_from(OUS), max_size=4),
    before=policies(),
    after=policies(),
    pause=st.sampled_from([0, 11, 31]),
    chance=st.randoms(use_true_random=False),
)
def test_it_is_the_plan_of_one_look_whatever_the_order_and_whatever_is_taken_twice(
    people: Sequence[str], accounts: Sequence[str], before: str, after: str, pause: int, chance: random.Random
) -> None:
    world = company(people, accounts)
    put_in_force(before, world=world)
    plans = Plans(world, pause=timedelta(seconds=pause))
    expected = if_policy(after, world=world)
    plan = plans.start(after)
    again = list(plans.queue.waiting)
    plans.work(chance)
    plans.queue.put(again)
    plans.work(chance)
    read = plans.read(plan)
    assert read.plan.state is PlanState.COMPLETE
    assert _without_notes(read.preview) == _without_notes(expected.preview)
    assert _notes(read.preview) == _notes(expected.preview)
    assert read.done == read.plan.portions == 35


def _grown() -> World:
    world = company(["Engineering"] * 40, ["/Workloads/Dev"])
    put_in_force(POLICY, world=world)
    return world


def test_rules_that_match_nobody_in_any_portion_are_named_with_what_was_meant() -> None:
    world = company(["Engineering", "Sales", "Legal"] * 5, [*OUS, "/Workloads/Dev"])
    world.settle()
    policy = """\
version: 1
groups:
  a: {members: [{department: [Slaes, Legal]}], people: [e-3, e-99]}
  b: {members: [{department: Sales}], except: [{department: S*}]}
  c: {members: [{department: Sales}], except: [{id: e-1}]}
permission_sets: {V: {managed_policies: [ViewOnlyAccess]}}
assignments:
  - {group: a, permission_set: V, accounts: [{ou: /Workload/**}, {ou: /Sandbox}]}
  - {group: b, permission_set: V, accounts: [{ou: /Workloads/**}], except: [{ou: /**}]}
"""
    plans = Plans(world, pause=timedelta(seconds=31))
    plan = plans.start(policy)
    plans.work()
    notes = _notes(plans.read(plan).preview)
    assert notes == _notes(if_policy(policy, world=world).preview)
    assert sum("matches" in note for note in notes) == 3
    assert sum("did you mean" in note for note in notes) == 2
    assert sum("leaves out" in note for note in notes) == 2


def test_the_guardrail_is_judged_over_all_portions_and_not_over_each() -> None:
    plans = Plans(_grown())
    plan = plans.start(POLICY.replace("Engineering", "Legal"))
    plans.work()
    read = plans.read(plan)
    assert read.preview is not None
    # No portion has more than ten of the forty.
    assert (read.preview.guardrail.removals, read.preview.guardrail.limit, read.preview.guardrail.held) == (40, 5, 40)
    assert all(each.held for each in read.preview.operations)


def test_while_it_is_made_it_says_how_far_it_has_come() -> None:
    plans = Plans(_grown())
    plan = plans.start(POLICY.replace("Engineering", "Legal"))
    assert (plans.read(plan).done, plans.read(plan).seconds_left) == (0, None)
    for _ in range(30):
        plans.take(plans.queue.waiting.pop())
    plans.world.now += timedelta(seconds=30)
    read = plans.read(plan)
    assert (read.plan.state, read.done, read.plan.portions, read.seconds_left) == (PlanState.RUNNING, 30, 35, 5)
    assert 0 < read.counts["delete-membership"] <= 40
    assert read.preview is None


def test_a_small_company_is_planned_at_once() -> None:
    world = _grown()
    read = start_plan({"policy.yaml": POLICY}, ports=(api := api_of(world)))
    assert (read.plan.state, read.plan.portions) == (PlanState.COMPLETE, 0)
    assert read.preview is not None
    assert _without_notes(read.preview) == _without_notes(if_policy(POLICY, world=world).preview)
    assert _without_notes(read_plan(read.plan.id, ports=api).preview) == _without_notes(read.preview)


def test_what_was_not_looked_at_is_noted() -> None:
    plans = Plans(company(["Engineering"], []))
    plan = plans.start(POLICY)
    plans.work()
    read = plans.read(plan)
    assert read.preview is not None
    assert read.preview.notes[-1].startswith("not looked at in AWS: 3 of 3 new names;")


@pytest.mark.parametrize("is_complete", [False, True])
def test_another_policy_in_force_outdates_it(is_complete: bool) -> None:  # noqa: FBT001
    plans = Plans(_grown())
    plan = plans.start(POLICY.replace("Engineering", "Legal"))
    if is_complete:
        plans.work()
    put_in_force(f"{POLICY}# edited\n", world=plans.world)
    read = plans.read(plan)
    assert (read.plan.state, read.plan.reason.split(":")[0]) == (
        PlanState.OUTDATED,
        "another policy is in force by now, or something held of it was decided",
    )
    plans.work()
    assert plans.read(plan).plan.state is PlanState.OUTDATED
    assert plans.queue.waiting == []


def test_a_portion_that_comes_no_further_fails_the_plan_and_is_not_tried_for_ever() -> None:
    plans = Plans(_grown())
    plan = plans.start(POLICY)
    request = plans.queue.waiting[20]
    plans.take(request, tries=MOST_TRIES + 1)
    read = plans.read(plan)
    assert (read.plan.state, read.plan.reason) == (PlanState.FAILED, GIVEN_UP)
    plans.work()
    assert plans.read(plan).steps == []


def test_a_portion_that_goes_on_may_be_taken_as_often_as_it_needs() -> None:
    plans = Plans(_grown(), pause=timedelta(seconds=31))
    plan = plans.start(POLICY.replace("Engineering", "Legal"))
    (request, *_) = [each for each in plans.queue.waiting if each.portion == 0]
    tries = 0
    while plans.queue.waiting:
        request, tries = plans.queue.waiting.pop(0), tries + 1
        steps = [step for step in plans.read(plan).steps if step.portion == request.portion]
        plans.take(request, tries=len(steps) + MOST_TRIES)
    read = plans.read(plan)
    assert tries > 70
    assert read.plan.state is PlanState.COMPLETE


class _Dying(MemoryCompanyPlans):
    """Keeps a step, and dies."""

    def __init__(self, plans: CompanyPlans) -> None:
        self._all = plans

    def keep(self, plan: CompanyPlan, step: PlanStep, *, content: bytes) -> PlanStep:
        self._all.keep(plan, step, content=content)
        raise Unreachable("no answer")

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - of the other
        own = ("_all", "keep")
        return object.__getattribute__(self, name) if name in own else getattr(self._all, name)


def test_a_worker_that_dies_behind_any_step_leaves_nobody_out_and_counts_nobody_twice() -> None:
    plans = Plans(_grown(), pause=timedelta(seconds=31))
    plan, queue = plans.start(POLICY.replace("Engineering", "Legal")), plans.queue
    deaths = 0
    while queue.waiting:
        request = queue.waiting.pop(0)
        dying = replace(plans.new_worker(), plans=_Dying(plans.worker.plans))
        try:
            preview_company(request, tries=1, ports=dying)
        except Unreachable:
            deaths += 1
            plans.take(request)
    read = plans.read(plan)
    assert deaths > 40
    assert read.preview is not None
    assert (read.preview.counts["delete-membership"], read.preview.guardrail.removals) == (40, 40)


def test_portions_that_no_plan_has_change_nothing() -> None:
    plans = Plans(_grown())
    plan = plans.start(POLICY.replace("Engineering", "Legal"))
    for portion in (99, 35, -1, -2):
        plans.take(PortionRequest(plan=plan, portion=portion))
    plans.take(PortionRequest(plan="another", portion=0))
    assert plans.read(plan).steps == []
    plans.work()
    read = plans.read(plan)
    assert read.preview is not None
    assert read.preview.guardrail.removals == 40


def test_it_is_kept_for_an_hour() -> None:
    plans = Plans(_grown())
    plan = plans.start(POLICY)
    plans.work()
    plans.world.now += PLAN_KEPT_FOR
    with pytest.raises(NotFound, match="a plan is kept for an hour"):
        plans.read(plan)


def test_a_policy_with_a_mistake_is_refused_before_anything_is_kept() -> None:
    plans = Plans(_grown())
    with pytest.raises(Invalid):
        plans.start("version: 1\ngroups: 7\n")
    assert plans.queue.waiting == []
