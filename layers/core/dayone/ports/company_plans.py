"""Plans of the whole company: their record, and the queue of their portions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from dayone.model.policy.company_plans import CompanyPlan, PlanState, PlanStep, PortionRequest


class CompanyPlans(Protocol):
    """Plans with what their steps have found, packed by whoever keeps it; all of a plan goes after an hour."""

    def add(self, plan: CompanyPlan, *, request: bytes) -> None:
        """Keep a new plan with what was requested; raises TooLarge for a request that no record can hold."""

    def find(self, plan: str, *, now: datetime) -> CompanyPlan | None:
        """Return a plan by its id, None for one that is unknown or an hour old."""

    def request(self, plan: str) -> bytes:
        """Return what was requested; raises NotFound."""

    def keep(self, plan: CompanyPlan, step: PlanStep, *, content: bytes) -> PlanStep:
        """Keep a step and what it has found; returns the one that counts, which is whichever was kept first."""

    def step(self, plan: str, *, portion: int, number: int) -> PlanStep | None:
        """Return a step, None for one that was not taken yet."""

    def steps(self, plan: str) -> Sequence[PlanStep]:
        """Return all steps that were taken, in the order of the portions."""

    def content(self, plan: str, *, portion: int, number: int) -> bytes:
        """Return what a step that was taken has found."""

    def contents(self, plan: str) -> Iterator[bytes]:
        """Yield what each step has found, in the order of the portions, one at a time; not the preparation."""

    def end(self, plan: CompanyPlan, *, state: PlanState, at: datetime, reason: str = "", result: bytes = b"") -> None:
        """End a plan that is running, with its result; harmless for one that has ended."""

    def result(self, plan: str) -> bytes:
        """Return the result of a complete plan; raises NotFound."""


class PlanQueue(Protocol):
    """The queue of the portions, apart from that of all changes."""

    def put(self, requests: Iterable[PortionRequest]) -> None:
        """Request portions; one may be taken more than once."""
