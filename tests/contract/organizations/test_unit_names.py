"""The port UnitNames, in memory and over DynamoDB alike."""

from datetime import UTC, datetime, timedelta

import pytest

from dayone.adapters.dynamodb.leases import DynamoUnitNames
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.ports.organizations import UnitName, UnitNames
from tests.contract.actions import recorded_actions
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StateTable
from tests.fakes.organization import MemoryUnitNames

pytest_plugins = ("tests.contract.state_fixtures",)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DEV, PROD = "ou-a1b2-11112222", "ou-a1b2-33334444"


def named(name: str, *, seconds: float = 0) -> UnitName:
    return UnitName(name=name, read_at=NOON + timedelta(seconds=seconds))


@pytest.fixture(params=IMPLEMENTATIONS)
def names(request: pytest.FixtureRequest) -> UnitNames:
    if request.param == "fake":
        return MemoryUnitNames()
    return DynamoUnitNames(table_of(request).wrapped())


def test_a_name_that_was_kept_is_known(names: UnitNames) -> None:
    assert names.keep(DEV, named("Dev")) == named("Dev")
    names.keep(PROD, named("Prod", seconds=1))
    assert names.recorded([DEV, PROD]) == {DEV: named("Dev"), PROD: named("Prod", seconds=1)}


def test_a_name_that_nobody_has_read_is_not_known(names: UnitNames) -> None:
    names.keep(DEV, named("Dev"))
    assert names.recorded([PROD, DEV]) == {DEV: named("Dev")}
    assert names.recorded([]) == {}


def test_a_later_reading_replaces_an_earlier_one(names: UnitNames) -> None:
    names.keep(DEV, named("Dev"))
    assert names.keep(DEV, named("Development", seconds=0.000001)) == named("Development", seconds=0.000001)
    assert names.recorded([DEV]) == {DEV: named("Development", seconds=0.000001)}


def test_a_reading_that_began_before_the_one_kept_comes_too_late(names: UnitNames) -> None:
    names.keep(DEV, named("Development", seconds=1))
    assert names.keep(DEV, named("Dev", seconds=0.9)) == named("Development", seconds=1)
    assert names.recorded([DEV]) == {DEV: named("Development", seconds=1)}


def test_the_adapter_needs_every_action_it_names(state_table: StateTable) -> None:
    client = state_table.connect()
    called = recorded_actions(client)
    adapter = DynamoUnitNames(DynamoTable(client, state_table.name))
    adapter.keep(DEV, named("Dev"))
    adapter.recorded([DEV])
    assert called == {"dynamodb:BatchGetItem", "dynamodb:PutItem"}
