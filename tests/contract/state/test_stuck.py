"""The ports StuckNotes and StuckSubjects, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.failures import FailedWork, Stuck, StuckKind
from dayone.model.subject_state import FactVersion, SourceRecord
from dayone.ports.idempotency import Echo
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, MOVED, NOW, cause, planned

pytest_plugins = ("tests.contract.state_fixtures",)

NOTE = Stuck(
    kind=StuckKind.MESSAGE,
    subject="person:e-1001",
    since=NOW,
    reason="not a command",
    change=HIRED,
    until=NOW + timedelta(minutes=15),
)


def test_nothing_is_stuck_to_begin_with(ports: StatePorts) -> None:
    assert list(ports.stuck.all(now=NOW)) == []
    ports.notes.forget(StuckKind.MESSAGE, "person:e-1001")


def test_what_is_noted_is_named_until_it_is_forgotten(ports: StatePorts) -> None:
    ports.notes.keep(NOTE, now=NOW)
    record = replace(NOTE, kind=StuckKind.HR_RECORD, subject="x" * 2000, until=None)
    ports.notes.keep(record, now=NOW)
    assert {stuck.kind: stuck for stuck in ports.stuck.all(now=NOW)} == {NOTE.kind: NOTE, record.kind: record}
    ports.notes.forget(StuckKind.MESSAGE, "person:e-1001")
    assert list(ports.stuck.all(now=NOW)) == [record]


def test_one_that_is_not_noted_again_is_over(ports: StatePorts) -> None:
    ports.notes.keep(NOTE, now=NOW)
    assert list(ports.stuck.all(now=NOW + timedelta(minutes=15))) == []


def test_noted_again_it_keeps_since_when(ports: StatePorts) -> None:
    ports.notes.keep(NOTE, now=NOW)
    later = replace(NOTE, since=NOW + timedelta(minutes=6), until=NOW + timedelta(minutes=21), reason="another")
    ports.notes.keep(later, now=NOW + timedelta(minutes=6))
    assert list(ports.stuck.all(now=NOW + timedelta(minutes=20))) == [replace(later, since=NOW)]
    again = replace(NOTE, since=NOW + timedelta(hours=9), until=NOW + timedelta(hours=10))
    ports.notes.keep(again, now=NOW + timedelta(hours=9))
    assert list(ports.stuck.all(now=NOW + timedelta(hours=9))) == [again]


def test_a_subject_that_failed_again_after_another_plan_is_named(ports: StatePorts) -> None:
    work = FailedWork(subject=ADA, at=NOW, since=NOW, reason="create user: AWS says no", change=HIRED)
    ports.failed.keep(work)
    ports.failed.keep(replace(work, subject=BOB, retries=1, is_planned=True))
    assert list(ports.stuck.all(now=NOW)) == []
    ports.failed.keep(replace(work, retries=1))
    (stuck,) = ports.stuck.all(now=NOW)
    assert stuck == Stuck(
        kind=StuckKind.OPERATIONS, subject=str(ADA), since=NOW, reason="create user: AWS says no", change=HIRED
    )


class TestARecordThatCouldNotBeUsed:
    """Of a person of whom its source has said something before."""

    NOTED = replace(NOTE, kind=StuckKind.HR_RECORD, subject=str(ADA), source="standard")

    @pytest.fixture(autouse=True)
    def noted(self, ports: StatePorts) -> None:
        record = SourceRecord(
            source="standard", version=FactVersion(at=NOW - timedelta(hours=1), digest="a"), attributes={}
        )
        planned(ports, ADA, source_records=(record,))
        ports.notes.keep(self.NOTED, now=NOW)
        assert list(ports.stuck.all(now=NOW)) == [self.NOTED]

    @pytest.mark.parametrize(("source", "is_mended"), [("standard", True), ("payroll", False)])
    def test_a_newer_one_of_the_same_source_ends_it(self, ports: StatePorts, source: str, *, is_mended: bool) -> None:
        record = SourceRecord(
            source=source, version=FactVersion(at=NOW + timedelta(minutes=1), digest="b"), attributes={}
        )
        planned(ports, ADA, change=MOVED, source_records=(record,))
        assert list(ports.stuck.all(now=NOW)) == ([] if is_mended else [self.NOTED])

    @pytest.mark.parametrize(("minutes", "is_mended"), [(1, True), (-1, False)])
    def test_so_does_a_newer_one_that_changes_nothing(
        self, ports: StatePorts, minutes: int, *, is_mended: bool
    ) -> None:
        version = FactVersion(at=NOW + timedelta(minutes=minutes), digest="a")
        forget_at = NOW + timedelta(days=30)
        ports.echoes.note(
            Echo(cause=cause(MOVED), subject=ADA, source="standard", version=version, delivery="m", forget_at=forget_at)
        )
        assert list(ports.stuck.all(now=NOW)) == ([] if is_mended else [self.NOTED])
