"""Frequently read records are written only when they are new."""

from typing import Any

from benchmarks.dynamodb.in_memory import MemoryDynamo
from dayone.adapters.dynamodb.hr import DynamoWaitingHints
from dayone.adapters.dynamodb.table import DynamoTable


def test_whose_record_it_is_is_written_when_that_is_new() -> None:
    client = MemoryDynamo()
    over: Any = client
    hints = DynamoWaitingHints(DynamoTable(over, "state"))
    hints.know("people", "r-1", person="e-1")
    written = sum(client.meter.writes.values())
    hints.know("people", "r-1", person="e-1")
    assert sum(client.meter.writes.values()) == written == 2
    hints.know("people", "r-1", person="e-2")
    assert (hints.person_of("people", "r-1"), hints.record_of("people", "e-2")) == ("e-2", "r-1")
