"""Fresh tables for the contract tests of the state, with the keys and indexes that template.yaml gives the real one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from typing import Any

from dayone.adapters.dynamodb.audit_log import intact_record
from dayone.adapters.dynamodb.writes import plain_record
from dayone.model.audit import AuditRecord
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


def chains_in(client: Any, name: str) -> list[list[AuditRecord]]:  # noqa: ANN401 - any client of DynamoDB
    """The audit log of a table: the records of each lane."""
    pages = client.get_paginator("scan").paginate(
        TableName=name,
        FilterExpression="begins_with(pk, :audit)",
        ExpressionAttributeValues={":audit": {"S": "AUDIT#"}},
    )
    records = [intact_record(plain_record(entry)) for page in pages for entry in page["Items"]]
    # The numbers in a lane run on over days.
    in_order = sorted(records, key=lambda record: (record.lane, record.number))
    return [list(chain) for _, chain in groupby(in_order, key=lambda record: record.lane)]
