"""Cost of writes by our calculation, compared with the consumption that AWS's own DynamoDB Local reports.

Only writes by themselves: for transactions it reports four times as much, where DynamoDB documents twice.
"""

from typing import Any

import pytest

from benchmarks.dynamodb.in_memory import MemoryDynamo
from tests.contract.state_ports import StateTable

pytest_plugins = ("tests.contract.state_fixtures",)

LISTED = {"listed_in": {"S": "l"}, "listed_as": {"S": "1"}}
DUE = {"due": {"S": "d"}, "due_at": {"S": "1"}}
RUNNABLE = {"runnable": {"S": "r"}, "runnable_order": {"S": "1"}}
LONG = {"text": {"S": "x" * 1500}}

WRITES: dict[str, list[dict[str, Any]]] = {
    "a new item": [{}],
    "a new item in three indexes": [{**LISTED, **DUE, **RUNNABLE}],
    "a long item in three indexes": [{**LISTED, **DUE, **RUNNABLE, **LONG}],
    "the same once more": [LISTED, LISTED],
    "another attribute": [{**LISTED, **DUE}, {**LISTED, **DUE, **LONG}],
    "a shorter item": [{**LISTED, **LONG}, LISTED],
    "another place": [{**LISTED, **LONG}, {**LISTED, **LONG, "listed_as": {"S": "2"}}],
    "out of the index": [{**LISTED, **DUE}, {}],
    "numbers and lists": [{"n": {"N": "12345"}, "l": {"L": [{"S": "a" * 1010}]}}],
}


@pytest.mark.parametrize("items", WRITES.values(), ids=WRITES)
def test_a_write_costs_what_dynamodb_local_says(
    items: list[dict[str, Any]], table_in_dynamodb_local: StateTable
) -> None:
    ours, key = MemoryDynamo(), {"pk": {"S": "p"}, "sk": {"S": "s"}}
    client, name = table_in_dynamodb_local.client, table_in_dynamodb_local.name
    for item in items:
        before = ours.meter.copy()
        ours.put_item(Item={**key, **item})
        written = {"TableName": name, "Item": {**key, **item}}
        consumed = client.put_item(**written, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
        assert sum((ours.meter - before).writes.values()) == consumed["CapacityUnits"]
