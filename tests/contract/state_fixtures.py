"""The fixtures `ports` and `state_table`; a test module asks for them with `pytest_plugins`."""

from collections.abc import Iterator

import pytest

from dayone.adapters.aws.clients import read_as_json
from sandbox import Sandbox
from tests.contract.dynamodb_local import dynamodb_local, why_not_here
from tests.contract.state_databases import DATABASES, IMPLEMENTATIONS, table_of
from tests.contract.state_ports import Connect, StatePorts, StateTable, ports_in_memory, ports_over
from tests.contract.state_tables import fresh_table


@pytest.fixture(scope="session")
def connect_ministack(sandbox: Sandbox) -> Connect:
    return lambda: read_as_json(sandbox.client("dynamodb"))


@pytest.fixture(scope="session")
def connect_dynamodb_local() -> Iterator[Connect]:
    if reason := why_not_here():
        pytest.skip(reason)
    with dynamodb_local() as access:
        yield lambda: read_as_json(access.client("dynamodb", access.administrator))


@pytest.fixture
def table_in_ministack(connect_ministack: Connect) -> Iterator[StateTable]:
    yield from _fresh(connect_ministack)


@pytest.fixture
def table_in_dynamodb_local(connect_dynamodb_local: Connect) -> Iterator[StateTable]:
    yield from _fresh(connect_dynamodb_local)


@pytest.fixture(params=DATABASES)
def state_table(request: pytest.FixtureRequest) -> StateTable:
    return table_of(request)


@pytest.fixture(params=IMPLEMENTATIONS)
def ports(request: pytest.FixtureRequest) -> StatePorts:
    return ports_in_memory() if request.param == "fake" else ports_over(table_of(request))


def _fresh(connect: Connect) -> Iterator[StateTable]:
    client = connect()
    with fresh_table(client) as name:
        yield StateTable(client, name, connect)
