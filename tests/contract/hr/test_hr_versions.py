"""The port HrVersionLog: one set of tests for the fake and the table."""

from datetime import UTC, datetime

import pytest

from dayone.adapters.dynamodb.hr import DynamoHrVersions
from dayone.errors import Conflicting
from dayone.model.audit import AuditEntry
from dayone.model.hr_sources import HrVersion, HrVersions, HrVersionState, approved
from dayone.ports.hr import HrVersionLog
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.fakes.hr import MemoryHrVersions
from tests.fakes.table.state import State

_AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
_AUDIT = AuditEntry(
    at=_AT,
    actor="arn:author",
    action="record-hr-configuration",
    subject="hr-source:*",
    change="01KQ0000000000000000000001",
    outcome="recorded",
)


@pytest.fixture(params=IMPLEMENTATIONS)
def log(request: pytest.FixtureRequest) -> HrVersionLog:
    if request.param == "fake":
        return MemoryHrVersions(State())
    return DynamoHrVersions(table_of(request).wrapped())


def _version(number: int, state: HrVersionState = HrVersionState.IN_FORCE) -> HrVersion:
    reasons = () if state is HrVersionState.IN_FORCE else ("source files is new",)
    return HrVersion(number=number, text=f"# {number}", at=_AT, state=state, authors=("arn:author",), reasons=reasons)


def _keep(log: HrVersionLog, version: HrVersion) -> None:
    log.keep(version, before=log.versions(), audit=_AUDIT)


def test_before_the_first_there_is_none(log: HrVersionLog) -> None:
    assert log.versions() == HrVersions()


def test_what_is_held_leaves_the_one_in_force_until_it_is_approved(log: HrVersionLog) -> None:
    first, held = _version(1), _version(2, HrVersionState.HELD)
    _keep(log, first)
    assert log.versions() == HrVersions(in_force=first, newest=first)
    _keep(log, held)
    assert log.versions() == HrVersions(in_force=first, newest=held)
    _keep(log, then := approved(held, by="arn:approver", at=_AT, before=HrVersions()))
    assert log.versions() == HrVersions(in_force=then, newest=then)


def test_a_first_one_with_mistakes_is_not_in_force(log: HrVersionLog) -> None:
    _keep(log, invalid := _version(1, HrVersionState.INVALID))
    assert log.versions() == HrVersions(newest=invalid)


def test_of_two_who_record_after_the_same_one_the_second_is_refused(log: HrVersionLog) -> None:
    _keep(log, _version(1))
    before = log.versions()
    log.keep(second := _version(2), before=before, audit=_AUDIT)
    with pytest.raises(Conflicting):
        log.keep(_version(2, HrVersionState.HELD), before=before, audit=_AUDIT)
    assert log.versions().newest == second


def test_of_an_approval_and_another_version_that_meet_one_is_refused(log: HrVersionLog) -> None:
    held = _version(1, HrVersionState.HELD)
    _keep(log, held)
    before = log.versions()
    log.keep(_version(2), before=before, audit=_AUDIT)
    with pytest.raises(Conflicting):
        log.keep(approved(held, by="arn:approver", at=_AT, before=HrVersions()), before=before, audit=_AUDIT)
