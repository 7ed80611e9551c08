"""Time for which leavers keep their access while 1,000 new names are compared with Identity Center.

In virtual time, so exact on any machine: the whole of Day One as deployed, from the webhook to AWS's confirmation. The
names are those of groups that somebody else made, with a member each, so that each of them is read whole. Leavers
beside previews that read them are compared with those of a quiet company. Leavers beside an executor that reads them,
because a policy has them, are compared with those beside an executor that creates as many, because none exists: during
a run it checks for more urgent work once a second, whatever it does.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import fmean
from typing import Any

from benchmarks.figures.measuring import Figure, report, wants_json
from benchmarks.worlds.bulk_changes import OVER_THE_WIRE
from benchmarks.worlds.leavers import GROUPS_OF_ENGINEERING, GUARDS, SEED, CompanyOfLeavers
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.executor.existing import ExistingAccess, ExistingNames
from dayone.executor.existing_use import KeptInventory
from dayone.planning.desired_access import DesiredAccess
from dayone.preview.request import WhatIf
from dayone.preview.service import preview_plan
from dayone.wiring.api import FEW_CALLS, LONGEST_IN_A_PREVIEW
from tests.builders import a_person
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.simulation.model.identity_center_ports import AwsWire, ExistingUseWire
from tests.simulation.model.processes import Process, Trace
from tests.simulation.model.weather import CLEAR, Latencies
from tests.simulation.simulation import Simulation
from tests.unit.previews import api_of
from tests.unit.world import World

NAMES = 1_000
LEAVERS = 40
# All of them leave within the minute that creating the groups takes, at every moment of a second.
_SECONDS_BETWEEN_LEAVERS = 0.93
_PLANNED_WITHIN = 14.0


def policy(*, names: int = 0) -> str:
    """Everybody of Engineering in three groups, and as many groups more that nobody is in."""
    groups = [f"  new-{number}: {{members: [{{department: Nobody}}]}}" for number in range(names)]
    return "\n".join(["version: 1", GUARDS, "groups:", GROUPS_OF_ENGINEERING, *groups, ""])


class Company(CompanyOfLeavers):
    """Leavers at regular moments; calls take as long as AWS's own answers go."""

    def __init__(self) -> None:
        latency = Latencies(calls=OVER_THE_WIRE, spread=0.0)
        super().__init__(Simulation(SEED, climate=CLEAR, latency=latency))
        for number in range(LEAVERS):
            self.outside.tells(a_person(f"e-{number}"))
        self.outside.uploads(policy())
        self.let_pass(600.0)

    def run(self) -> list[float]:
        """Seconds from the webhook of each leaver to the end of their last membership."""
        for number in range(LEAVERS):
            self.let_pass(_SECONDS_BETWEEN_LEAVERS)
            self.leaves(f"e-{number}")
        self.let_pass(60.0)
        return self.seconds()

    @property
    def reads(self) -> int:
        """Number of reads of members of a group."""
        return self.simulation.aws.calls["identitystore:ListGroupMemberships"]

    def others_make_groups(self) -> None:
        """Somebody else makes a group of each name."""
        center = self.simulation.aws.center
        center.users["stranger"] = {"user_name": "stranger"}
        for number in range(NAMES):
            center.groups[f"theirs-{number}"] = StoredGroup(f"new-{number}", "")
            center.memberships[f"m-{number}"] = (f"theirs-{number}", "stranger")


class CarryingOut(Company):
    """The executor creates the groups, or compares existing ones, because a policy with them is in force."""

    def run(self) -> list[float]:
        """See Company."""
        self.outside.uploads(policy(names=NAMES))
        self.let_pass(_PLANNED_WITHIN)
        seconds = super().run()
        assert self.is_busy_until_the_end, "it was over before the last of them had left"
        return seconds

    @property
    def is_busy_until_the_end(self) -> bool:
        """True if the last group was created, or compared, after the last leaver had left."""
        ends = [
            operation.finished_at
            for operation in self.day_one.state.operations.values()
            if operation.kind == "create-group"
        ]
        return None in ends or max(end for end in ends if end) > max(self.left_at.values())


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
            index=MemorySubjectIndex(state),
            clock=self.day_one.clock,
        )
        use: Any = _Use("use", process=process, aws=self.simulation.aws, gate=gate)
        use.given = turn
        access = ExistingAccess(
            contents=wired("set_policies"),
            use=use,
            live=wired("live"),
            desired=desired,
            inventory=KeptInventory(MemoryInventory()),
        )
        return ExistingNames(
            directory=wired("directory"), permission_sets=wired("permission_sets"), access=access, preview_turn=turn
        )


class _Use(ExistingUseWire):
    """Its turn is that of the API."""

    given: Callable[[], AbstractContextManager[None]]

    def turn(self) -> AbstractContextManager[None]:
        return self.given()


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
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
    return figures, notes


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
