"""The fixture `hr_ports`, in memory or over a local DynamoDB; a test module asks for it with `pytest_plugins`."""

import pytest

from dayone.adapters.dynamodb.hr import DynamoDueHints, DynamoHrDeliveries, DynamoRosters, DynamoWaitingHints
from dayone.adapters.dynamodb.read_models import DynamoRecords
from tests.contract.hr_state import HrPorts
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.fakes.hr import MemoryHints, MemoryHrDeliveries, MemoryRosters
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State


@pytest.fixture(params=IMPLEMENTATIONS)
def hr_ports(request: pytest.FixtureRequest) -> HrPorts:
    if request.param == "fake":
        hints, state = MemoryHints(), State()
        return HrPorts(
            waiting=hints,
            due=hints,
            rosters=MemoryRosters(state),
            records=MemoryRecords(state),
            deliveries=MemoryHrDeliveries(state),
        )
    table = table_of(request).wrapped()
    return HrPorts(
        waiting=DynamoWaitingHints(table),
        due=DynamoDueHints(table),
        rosters=DynamoRosters(table),
        records=DynamoRecords(table),
        deliveries=DynamoHrDeliveries(table),
    )
