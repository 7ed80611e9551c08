"""How long leavers keep their access while 1,000 new names are looked at in Identity Center.

In virtual time, so exact on any machine: the whole of Day One as deployed, from the webhook to AWS's confirmation. The
names are those of groups that somebody else made, with a member each, so that each of them is read whole. Leavers
beside previews that read them are compared with those of a quiet company. Leavers beside an executor that reads them,
because a policy asks for them, are compared with those beside an executor that creates as many, because none exists: as
long as a run goes on it looks for more urgent work once a second, whatever it does.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchmarks.bulk_changes import OVER_THE_WIRE
from benchmarks.measuring import Figure, report, wants_json
from dayone.adapters.call_gate import CallGate
from dayone.contracts.plan_request import WhatIf
from dayone.domain.operations import OperationState
from dayone.domain.people import Status
from dayone.domain.subjects import Subject, SubjectKind
from dayone.usecases.desired_access import DesiredAccess
from dayone.usecases.existing_names import ExistingNames
from dayone.usecases.preview_plan import preview_plan
from dayone.usecases.read_existing import ExistingAccess
from dayone.wiring_api import FEW_CALLS
from dayone.wiring_existing import LONGEST_IN_A_PREVIEW
from tests.builders import a_person
from tests.fakes.identity_center import StoredGroup
from tests.fakes.state_known import MemoryKnownSubjects
from tests.fakes.state_records import MemoryRecords
from tests.simulation.hr_system import clock_of_signatures
from tests.simulation.identity_center_ports import AwsWire, ExistingUseWire
from tests.simulation.processes import Process, Trace
from tests.simulation.simulation import Simulation
from tests.simulation.weather import CLEAR, Latencies
from tests.unit.previews import api_of
from tests.unit.world import World

if TYPE_CHECKING:
    from datetime import datetime

SEED = 1
NAMES = 1_000
LEAVERS = 40
# All of them leave within the minute that creating the groups takes, at every moment of a second.
_SECONDS_BETWEEN_LEAVERS = 1.23
_PLANNED_WITHIN = 14.0
_GROUPS = ("One", "Two", "Three")


def policy(*, names: int = 0) -> str:
    """Everybody of Engineering in three groups, and as many groups more that nobody is in."""
    groups = [f"  {name}: {{members: [{{department: Engineering}}]}}" for name in _GROUPS]
    groups += [f"  new-{number}: {{members: [{{department: Nobody}}]}}" for number in range(names)]
    guards = "guardrails: {removals: {percent: 100, at_least: 1000000}}"
    return "\n".join(["version: 1", guards, "groups:", *groups, ""])


class Company:
    """Day One at work, with leavers at regular moments; calls take as long as AWS's own answers go."""

    def __init__(self) -> None:
        latency = Latencies(calls=OVER_THE_WIRE, spread=0.0)
        self.simulation = Simulation(SEED, climate=CLEAR, latency=latency)
        self.day_one, self.outside = self.simulation.day_one, self.simulation.outside
        # It does not look at every step, as the simulation does, so that time goes by faster.
        self.day_one.state.on_begin = lambda _: None
        self.day_one.state.on_end = lambda _: None
        self._left_at: dict[str, datetime] = {}
        for number in range(LEAVERS):
            self.outside.tells(a_person(f"e-{number}"))
        self.outside.uploads(policy())
        self._pass(600.0)

    def run(self) -> list[float]:
        """Seconds from the webhook of each leaver to the end of their last membership."""
        for number in range(LEAVERS):
            self._pass(_SECONDS_BETWEEN_LEAVERS)
            self._left_at[f"e-{number}"] = self.day_one.time.now
            self.outside.tells(a_person(f"e-{number}", status=Status.ENDED))
        self._pass(60.0)
        return [self._seconds(person) for person in self._left_at]

    @property
    def reads(self) -> int:
        """How often members of a group have been read."""
        return self.simulation.aws.calls["identitystore:ListGroupMemberships"]

    def others_make_groups(self) -> None:
        """Somebody else makes a group of each name."""
        center = self.simulation.aws.center
        center.users["stranger"] = {"user_name": "stranger"}
        for number in range(NAMES):
            center.groups[f"theirs-{number}"] = StoredGroup(f"new-{number}", "")
            center.memberships[f"m-{number}"] = (f"theirs-{number}", "stranger")

    def _seconds(self, person: str) -> float:
        subject = Subject(SubjectKind.PERSON, person)
        ends = [
            operation.finished_at
            for operation in self.day_one.state.operations.values()
            if operation.subject == subject and operation.kind == "delete-membership"
            if operation.state is OperationState.SUCCEEDED and operation.finished_at
        ]
        assert len(ends) == len(_GROUPS), f"{person} has kept something"
        return (max(ends) - self._left_at[person]).total_seconds()

    def _pass(self, seconds: float) -> None:
        with clock_of_signatures(self.day_one.time):
            self.day_one.time.run(seconds=seconds)


class CarryingOut(Company):
    """The executor makes the groups, or looks at those that exist, because a policy that asks for them is in force."""

    def run(self) -> list[float]:
        """See Company."""
        self.outside.uploads(policy(names=NAMES))
        self._pass(_PLANNED_WITHIN)
        seconds = super().run()
        assert self.is_busy_until_the_end, "it was over before the last of them had left"
        return seconds

    @property
    def is_busy_until_the_end(self) -> bool:
        """Whether the last group was made, or looked at, after the last leaver had left."""
        ends = [one.finished_at for one in self.day_one.state.operations.values() if one.kind == "create-group"]
        return None in ends or max(end for end in ends if end) > max(self._left_at.values())


class Previewing(Company):
    """Somebody previews the policy with these names, again and again."""

    def run(self) -> list[float]:
        """See Company."""
        time, weather = self.day_one.time, self.simulation.weather
        process = Process("preview", time=time, weather=weather, trace=Trace())
        gate = CallGate(FEW_CALLS, clock=self.day_one.clock, sleep=process.pause)
        api = api_of(World(state=self.day_one.state))
        api.policies, api.clock = self.day_one.policies(), self.day_one.clock
        api.existing = self._names(process, gate)
        until = time.seconds + LEAVERS * _SECONDS_BETWEEN_LEAVERS

        def preview() -> None:
            while time.seconds < until:
                preview_plan(WhatIf(files={"policy.yaml": policy(names=NAMES)}), ports=api)

        process.start(preview)
        return super().run()

    def _names(self, process: Process, gate: CallGate) -> ExistingNames:
        def wired(side: str) -> Any:  # noqa: ANN401 - any port
            return AwsWire(side, process=process, aws=self.simulation.aws, gate=gate)

        def turn() -> AbstractContextManager[None]:
            return gate.until(self.day_one.clock() + LONGEST_IN_A_PREVIEW)

        state = self.day_one.state
        desired = DesiredAccess(
            policies=self.day_one.policies(),
            records=MemoryRecords(state),
            known=MemoryKnownSubjects(state),
            clock=self.day_one.clock,
        )
        use: Any = _Use("use", process=process, aws=self.simulation.aws, gate=gate)
        use.given = turn
        access = ExistingAccess(contents=wired("set_policies"), use=use, live=wired("live"), desired=desired)
        return ExistingNames(
            directory=wired("directory"), permission_sets=wired("permission_sets"), access=access, preview_turn=turn
        )


class _Use(ExistingUseWire):
    """Its turn is that of the API."""

    given: Callable[[], AbstractContextManager[None]]

    def turn(self) -> AbstractContextManager[None]:
        return self.given()


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    quiet, previewing, creating, reading = Company(), Previewing(), CarryingOut(), CarryingOut()
    for company in (previewing, reading):
        company.others_make_groups()
    alone, beside_previews = quiet.run(), previewing.run()
    beside_creations, beside_reads = creating.run(), reading.run()
    figures = [
        Figure("leavers beside previews that look at new names, ratio", fmean(beside_previews) / fmean(alone), 1.05),
        Figure("leavers while the executor looks at them, ratio", fmean(beside_reads) / fmean(beside_creations), 1.05),
    ]
    notes = [
        f"{LEAVERS} leavers, {NAMES:,} names; seconds on average, and at most",
        f"quiet: {fmean(alone):.2f}, {max(alone):.2f}",
        f"previews: {fmean(beside_previews):.2f}, {max(beside_previews):.2f}, {previewing.reads} groups read",
        f"executor that creates: {fmean(beside_creations):.2f}, {max(beside_creations):.2f}",
        f"executor that reads: {fmean(beside_reads):.2f}, {max(beside_reads):.2f}, {reading.reads} groups read",
    ]
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
