"""Plans of the whole company, and the queue of their portions, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dayone.errors import NotFound
from dayone.model.policy.company_plans import PREPARATION, CompanyPlan, PlanState, PlanStep, PortionRequest


class MemoryCompanyPlans:
    def __init__(self) -> None:
        self._plans: dict[str, CompanyPlan] = {}
        self._packed: dict[tuple[str, str], bytes] = {}
        self._steps: dict[tuple[str, int, int], PlanStep] = {}
        self._contents: dict[tuple[str, int, int], bytes] = {}

    def add(self, plan: CompanyPlan, *, request: bytes) -> None:
        self._plans[plan.id], self._packed[plan.id, "request"] = plan, request

    def find(self, plan: str, *, now: datetime) -> CompanyPlan | None:
        found = self._plans.get(plan)
        return found if found and now < found.expires_at else None

    def request(self, plan: str) -> bytes:
        return self._read(plan, "request")

    def keep(self, plan: CompanyPlan, step: PlanStep, *, content: bytes) -> PlanStep:
        key = (plan.id, step.portion, step.number)
        self._contents.setdefault(key, content)
        return self._steps.setdefault(key, step)

    def step(self, plan: str, *, portion: int, number: int) -> PlanStep | None:
        return self._steps.get((plan, portion, number))

    def steps(self, plan: str) -> Sequence[PlanStep]:
        return [step for key, step in sorted(self._steps.items()) if key[0] == plan]

    def content(self, plan: str, *, portion: int, number: int) -> bytes:
        return self._contents[plan, portion, number]

    def contents(self, plan: str) -> Iterator[bytes]:
        kept = sorted(key for key in self._contents if key[0] == plan and key[1] != PREPARATION)
        yield from (self._contents[key] for key in kept)

    def end(self, plan: CompanyPlan, *, state: PlanState, at: datetime, reason: str = "", result: bytes = b"") -> None:
        if result:
            self._packed[plan.id, "result"] = result
        kept = self._plans[plan.id]
        if kept.state is PlanState.RUNNING:
            self._plans[plan.id] = replace(kept, state=state, ended_at=at, reason=reason)

    def result(self, plan: str) -> bytes:
        return self._read(plan, "result")

    def _read(self, plan: str, name: str) -> bytes:
        if (plan, name) not in self._packed:
            raise NotFound(f"plan {plan} has no record {name}")
        return self._packed[plan, name]


class MemoryPlanQueue:
    def __init__(self) -> None:
        self.waiting: list[PortionRequest] = []

    def put(self, requests: Iterable[PortionRequest]) -> None:
        self.waiting += requests
