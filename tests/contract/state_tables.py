"""Fresh tables for the contract tests of the state, with the keys and indexes that template.yaml gives the real one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from dayone.adapters.dynamodb_writes import plain
from dayone.contracts.codec import decode
from dayone.domain.audit import AuditEntry
from tests.project.repository import resource

_SAME_IN_THE_API = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


@cache
def table_properties() -> dict[str, Any]:
    properties = resource("StateTable")
    return {name: properties[name] for name in _SAME_IN_THE_API}


@contextmanager
def fresh_table(client: Any) -> Iterator[str]:  # noqa: ANN401 - any client of DynamoDB
    """The name of an empty table, which goes with the block."""
    name = f"state-{uuid.uuid4()}"
    client.create_table(TableName=name, **table_properties())
    yield name
    client.delete_table(TableName=name)


def chains_in(client: Any, name: str) -> list[list[tuple[AuditEntry, str]]]:  # noqa: ANN401 - any client of DynamoDB
    """The audit log of a table: the entries of each lane with their recorded hashes."""
    pages = client.get_paginator("scan").paginate(
        TableName=name,
        FilterExpression="begins_with(pk, :audit)",
        ExpressionAttributeValues={":audit": {"S": "AUDIT#"}},
    )
    records = [plain(one) for page in pages for one in page["Items"]]
    chains: dict[str, list[tuple[AuditEntry, str]]] = {}
    # The numbers in a lane run on over days.
    for record in sorted(records, key=itemgetter("sk")):
        lane = str(record["sk"]).partition("#")[0]
        chains.setdefault(lane, []).append((decode(AuditEntry, record), str(record["hash"])))
    return list(chains.values())
