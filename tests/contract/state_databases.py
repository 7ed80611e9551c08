"""The databases that the contract tests of the state run over.

Neither is AWS's service, and they err in different ways: MiniStack's, which the local AWS has, and AWS's own DynamoDB
Local.
"""

import pytest

from tests.contract.state_ports import StateTable

DATABASES = ("ministack", "dynamodb-local")
IMPLEMENTATIONS = ("fake", *DATABASES)


def table_of(request: pytest.FixtureRequest) -> StateTable:
    """A fresh table in the database that the parameter of a fixture names."""
    # Asked for by name, so that a test of one of them starts no other.
    table: StateTable = request.getfixturevalue(f"table_in_{str(request.param).replace('-', '_')}")
    return table
