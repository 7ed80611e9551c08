"""The port StateTables, in memory and over DynamoDB alike, and what the template's own table is described as."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dayone.adapters.dynamodb.read_models import DynamoStateTables, described_table
from dayone.adapters.setup.probes import DynamoTableSight
from dayone.errors import Conflicting, NotFound
from dayone.ports.state_tables import EXPIRES, INDEXES, KEYS, STREAM_VIEW, StateTables, TableOwner, lacks_to_work
from tests.contract.actions import recorded_actions
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import NOW
from tests.contract.state_tables import fresh_table, table_properties
from tests.fakes.state_tables import MemoryStateTables
from tests.functions.test_claim_table import table

pytest_plugins = ("tests.contract.state_fixtures",)

FIRST, OTHER = TableOwner(stack="dayone", table_id="a"), TableOwner(stack="other", table_id="b")


@pytest.fixture(params=IMPLEMENTATIONS)
def claimed(request: pytest.FixtureRequest) -> tuple[StateTables, str]:
    """The tables, and the name of one."""
    if request.param == "fake":
        return MemoryStateTables([table("state", id="a")]), "state"
    there = table_of(request)
    return DynamoStateTables(there.client), there.name


def test_a_new_table_is_nobody_s_until_it_is_taken(claimed: tuple[StateTables, str]) -> None:
    tables, name = claimed
    assert tables.owner(name) is None
    tables.take(name, FIRST, before=None, at=NOW)
    assert tables.owner(name) == FIRST


def test_of_two_stacks_that_have_read_the_same_one_takes_it(claimed: tuple[StateTables, str]) -> None:
    tables, name = claimed
    tables.take(name, FIRST, before=None, at=NOW)
    for before in (None, OTHER, replace(FIRST, stack="x"), replace(FIRST, table_id="x")):
        with pytest.raises(Conflicting):
            tables.take(name, OTHER, before=before, at=NOW)
    assert tables.owner(name) == FIRST
    tables.take(name, OTHER, before=FIRST, at=NOW)
    assert tables.owner(name) == OTHER


def test_a_table_that_is_not_there_is_not_found(claimed: tuple[StateTables, str]) -> None:
    with pytest.raises(NotFound):
        claimed[0].describe("nowhere")


class TestDescriptions:
    @pytest.fixture
    def client(self, state_table: StateTable) -> Any:  # noqa: ANN401 - any client of DynamoDB
        return state_table.client

    @pytest.fixture
    def streaming(self, client: Any) -> Iterator[str]:  # noqa: ANN401 - any client of DynamoDB
        with fresh_table(client) as name:
            stream = {"StreamEnabled": True, "StreamViewType": STREAM_VIEW}
            client.update_table(TableName=name, StreamSpecification=stream)
            yield name

    def test_the_table_of_the_template_has_all_that_the_functions_need(self, client: Any, streaming: str) -> None:  # noqa: ANN401
        described = described_table(client, streaming)
        assert list(lacks_to_work(described)) == []
        assert (described.keys, dict(described.indexes)) == (KEYS, dict(INDEXES))
        assert described.stream_arn.startswith(f"{described.arn}/stream/")

    def test_no_two_tables_have_an_id_even_of_the_same_name(self, table_in_ministack: StateTable) -> None:
        client = table_in_ministack.client
        ids = []
        for _ in range(2):
            client.create_table(TableName="state", **table_properties())
            ids.append(described_table(client, "state").id)
            client.delete_table(TableName="state")
        assert len(set(ids)) == 2

    def test_a_copy_without_its_stream_and_an_index_lacks_both(self, client: Any) -> None:  # noqa: ANN401
        whole = table_properties()
        indexes = [index for index in whole["GlobalSecondaryIndexes"] if index["IndexName"] != "due"]
        attributes = [
            attribute for attribute in whole["AttributeDefinitions"] if not attribute["AttributeName"].startswith("due")
        ]
        parts = {**whole, "GlobalSecondaryIndexes": indexes, "AttributeDefinitions": attributes}
        client.create_table(TableName="copy", **parts)
        try:
            lacks = [lack.what for lack in lacks_to_work(described_table(client, "copy"))]
        finally:
            client.delete_table(TableName="copy")
        assert lacks == [f"a stream of {STREAM_VIEW}", "the index due"]


class TestTheCheck:
    """The table's part of `setup check`, over the local AWS alone: DynamoDB Local has no backups."""

    @pytest.fixture
    def there(self, table_in_ministack: StateTable) -> StateTable:
        return table_in_ministack

    def test_what_is_switched_on_shows(self, there: StateTable) -> None:
        sight, name = DynamoTableSight(there.client), there.name
        assert (sight.expires_by(name), sight.can_be_restored(name), sight.table(name).is_protected) == (
            "",
            False,
            False,
        )
        expiry = {"Enabled": True, "AttributeName": EXPIRES}
        there.client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
        recovery = {"PointInTimeRecoveryEnabled": True}
        there.client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
        assert (sight.expires_by(name), sight.can_be_restored(name)) == (EXPIRES, True)

    def test_the_owner_is_whoever_took_it(self, there: StateTable) -> None:
        sight = DynamoTableSight(there.client)
        assert sight.owner(there.name) is None
        DynamoStateTables(there.client).take(there.name, FIRST, before=None, at=NOW)
        assert sight.owner(there.name) == FIRST

    def test_the_adapter_calls_what_it_declares(self, there: StateTable) -> None:
        client = there.connect()
        actions = recorded_actions(client)
        sight = DynamoTableSight(client)
        for look in (sight.table, sight.owner, sight.expires_by, sight.can_be_restored):
            look(there.name)
        assert actions == DynamoTableSight.ACTIONS


def test_the_adapter_calls_what_it_declares(state_table: StateTable) -> None:
    client = state_table.connect()
    actions = recorded_actions(client)
    tables = DynamoStateTables(client)
    tables.describe(state_table.name)
    tables.owner(state_table.name)
    tables.take(state_table.name, FIRST, before=None, at=NOW)
    # The writing is a transaction of a Put, which is authorised as that.
    assert actions - {"dynamodb:TransactWriteItems"} | {"dynamodb:PutItem"} == DynamoStateTables.ACTIONS
