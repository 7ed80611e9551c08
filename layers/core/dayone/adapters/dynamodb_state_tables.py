"""DynamoDB's own description of the state table, and the record in it that says whose it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from boto3.dynamodb.conditions import Attr

from dayone.adapters.aws_errors import never_rejected, translated
from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_keys import RecordKey
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.contracts.codec import decode, encode, stamp
from dayone.domain.state_table import TableDescription, TableIndex, TableOwner
from dayone.errors import Conflicting, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OWNER = RecordKey("TABLE", "OWNER")
_RANGE = "RANGE"


class DynamoStateTables:
    """The port StateTables.

    What AWS rejects is Unavailable, but for a table that is not there: the role may be so new that IAM does not know of
    it everywhere.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def describe(self, name: str) -> TableDescription:
        """See StateTables."""
        try:
            return described_table(self._client, name)
        except NotFound:
            raise
        except Rejected as rejected:
            raise Unavailable(str(rejected)) from rejected

    def owner(self, name: str) -> TableOwner | None:
        """See StateTables."""
        with never_rejected():
            return noted_owner(self._client, name)

    def take(self, name: str, owner: TableOwner, *, before: TableOwner | None, at: datetime) -> None:
        """See StateTables."""
        record = {**_OWNER._asdict(), **encode(owner), "at": stamp(at)}
        as_read = IS_NEW if before is None else Attr("table_id").eq(before.table_id) & Attr("stack").eq(before.stack)
        with never_rejected():
            is_taken = DynamoTable(self._client, name).write(Put(record, condition=as_read), what=f"taking {name}")
        if not is_taken:
            raise Conflicting(f"the table {name} has become another stack's")


def noted_owner(client: "DynamoDBClient", name: str) -> TableOwner | None:
    """Whom the table says that it was taken for, or None when it says nothing."""
    record = DynamoTable(client, name).get(_OWNER)
    return decode(TableOwner, record) if record else None


def described_table(client: "DynamoDBClient", name: str) -> TableDescription:
    """A table as DescribeTable has it; raises NotFound. Source: DynamoDB API Reference, DescribeTable."""
    with translated():
        table: Mapping[str, Any] = client.describe_table(TableName=name)["Table"]
    stream = table.get("StreamSpecification", {})
    return TableDescription(
        name=table["TableName"],
        arn=table["TableArn"],
        id=table.get("TableId", ""),
        status=table["TableStatus"],
        keys=_keys(table),
        indexes={index["IndexName"]: _index(index) for index in table.get("GlobalSecondaryIndexes", [])},
        # The stream that was the latest is named for a day after it was switched off.
        stream_arn=table.get("LatestStreamArn", "") if stream.get("StreamEnabled") else "",
        stream_view=stream.get("StreamViewType", "") if stream.get("StreamEnabled") else "",
        is_protected=bool(table.get("DeletionProtectionEnabled")),
    )


def _index(index: Mapping[str, Any]) -> TableIndex:
    return TableIndex(_keys(index), index["Projection"]["ProjectionType"])


def _keys(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The partition key before the sort key."""
    return tuple(key["AttributeName"] for key in sorted(schema["KeySchema"], key=lambda key: key["KeyType"] == _RANGE))
