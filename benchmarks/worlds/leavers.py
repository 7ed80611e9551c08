"""A simulated company that people leave, and how long they keep their access, for the benchmarks of leavers."""

from typing import TYPE_CHECKING

from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import a_person
from tests.simulation.model.hr_system import clock_of_signatures

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulation.simulation import Simulation

SEED = 1
# Everybody of Engineering is in all of them.
GROUPS = ("One", "Two", "Three")
GUARDS = "guardrails: {removals: {percent: 100, at_least: 1000000}}"
GROUPS_OF_ENGINEERING = "\n".join(f"  {name}: {{members: [{{department: Engineering}}]}}" for name in GROUPS)


class CompanyOfLeavers:
    """Day One at work, from the webhook to AWS's confirmation, in virtual time."""

    def __init__(self, simulation: "Simulation") -> None:
        self.simulation = simulation
        self.day_one, self.outside = simulation.day_one, simulation.outside
        # It does not look at every step, as the simulation does, so that time goes by faster.
        self.day_one.state.on_begin = lambda _: None
        self.day_one.state.on_end = lambda _: None
        self.left_at: dict[str, datetime] = {}

    def leaves(self, person: str) -> None:
        """Send from HR that this person has left."""
        self.left_at[person] = self.day_one.time.now
        self.outside.tells(a_person(person, status=Status.ENDED))

    def seconds(self) -> list[float]:
        """Seconds from the webhook of each leaver to the end of their last membership."""
        return [self._seconds(person) for person in self.left_at]

    def let_pass(self, seconds: float) -> None:
        """Let this much time go by."""
        with clock_of_signatures(self.day_one.time):
            self.day_one.time.run(seconds=seconds)

    def _seconds(self, person: str) -> float:
        subject = Subject(SubjectKind.PERSON, person)
        ends = [
            operation.finished_at
            for operation in self.day_one.state.operations.values()
            if operation.subject == subject and operation.kind == "delete-membership"
            if operation.state is OperationState.SUCCEEDED and operation.finished_at
        ]
        assert len(ends) == len(GROUPS), f"{person} has kept something"
        return (max(ends) - self.left_at[person]).total_seconds()
