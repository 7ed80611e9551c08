"""The fixtures `ports` and `state_table`; a test module asks for them with `pytest_plugins`."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import Sandbox
from tests.contract.state_ports import StatePorts, StateTable, ports_in_memory, ports_over
from tests.contract.state_tables import fresh_table


@pytest.fixture(scope="session")
def dynamodb(sandbox: Sandbox) -> Any:  # noqa: ANN401 - any client of DynamoDB
    return sandbox.client("dynamodb")


@pytest.fixture
def state_table(dynamodb: Any) -> Iterator[StateTable]:  # noqa: ANN401 - any client of DynamoDB
    with fresh_table(dynamodb) as name:
        yield StateTable(dynamodb, name)


@pytest.fixture(params=["fake", "aws"])
def ports(request: pytest.FixtureRequest) -> StatePorts:
    # Asked for by name, so that tests of the fakes alone start no server.
    return ports_in_memory() if request.param == "fake" else ports_over(request.getfixturevalue("state_table"))
