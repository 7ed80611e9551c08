"""The fence around the state table: its identity in a record of its own, and in a parameter of Systems Manager."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.dynamodb.read_models import OWNER, RECOVERY, described_table, noted_owner
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import Put
from dayone.errors import DayOneError, Unavailable
from dayone.messages.codec import decode, encode
from dayone.model.recovery import Recovery, TableIdentity
from dayone.ports.state_tables import TableOwner

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient


def open_recovery(
    *, recorded: TableIdentity | None, table_id: str | None, outside: TableIdentity | None, noted: Recovery | None
) -> Recovery | None:
    """Return the open recovery of a table, None for the stack's own table.

    `recorded` is the identity in the table, `table_id` the id it has, `outside` the identity that stands outside;
    those two are None when they cannot be read, which says nothing. One `noted` in the table is open until it is
    removed, unless it came with the copy of another table.
    """
    actual = table_id if table_id is not None else (recorded.table_id if recorded else "")
    if noted is not None and noted.table_id == actual:
        return noted
    is_own = recorded is not None and recorded.table_id == actual and outside in (None, recorded)
    return None if is_own else Recovery(table_id=actual)


class SsmTableIdentity:
    """The port OutsideIdentity, a parameter with the identity as JSON."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameters", "ssm:PutParameter"})

    def __init__(self, client: "SSMClient", *, parameter: str) -> None:
        self._client = client
        self._parameter = parameter

    def read(self) -> TableIdentity | None:
        """See OutsideIdentity."""
        # For a list of names AWS reports the missing ones; the call for a single name would raise.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._parameter])
        values = [parameter["Value"] for parameter in answer.get("Parameters", [])]
        try:
            return decode(TableIdentity, json.loads(values[0])) if values else None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unavailable(f"the parameter {self._parameter} holds no identity of a table") from error

    def write(self, identity: TableIdentity) -> None:
        """See OutsideIdentity."""
        with never_rejected():
            self._client.put_parameter(
                Name=self._parameter, Value=json.dumps(encode(identity)), Type="String", Overwrite=True
            )


class TableFence:
    """The port Fence."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:DescribeTable", "dynamodb:GetItem", "ssm:GetParameters"})

    def __init__(self, client: "DynamoDBClient", *, table: DynamoTable, name: str, outside: SsmTableIdentity) -> None:
        self._client = client
        self._table = table
        self._name = name
        self._outside = outside

    def recovery(self) -> Recovery | None:
        """See Fence."""
        noted, owner = self._table.get(RECOVERY), noted_owner(self._client, self._name)
        return open_recovery(
            recorded=TableIdentity(table_id=owner.table_id, epoch=owner.epoch) if owner else None,
            table_id=_if_readable(lambda: described_table(self._client, self._name).id),
            outside=_if_readable(self._outside.read),
            noted=decode(Recovery, noted) if noted else None,
        )


class TableRecoveries(TableFence):
    """The port Recoveries."""

    ACTIONS: ClassVar[frozenset[str]] = TableFence.ACTIONS | {"dynamodb:PutItem"}

    def begin(self, *, at: datetime) -> Recovery | None:
        """See Recoveries."""
        recovery = self.recovery()
        if recovery is None or recovery.since is not None:
            return recovery
        recovery = replace(recovery, since=at)
        self.note(recovery)
        return recovery

    def note(self, recovery: Recovery) -> None:
        """See Recoveries."""
        record = {**RECOVERY._asdict(), **encode(recovery)}
        self._table.write(Put(record), what="noting a recovery")


class EndingTableRecoveries(TableRecoveries):
    """The port EndingRecoveries."""

    ACTIONS: ClassVar[frozenset[str]] = TableRecoveries.ACTIONS | SsmTableIdentity.ACTIONS | {"dynamodb:BatchWriteItem"}

    def __init__(
        self, client: "DynamoDBClient", *, table: DynamoTable, name: str, outside: SsmTableIdentity, stack: str
    ) -> None:
        super().__init__(client, table=table, name=name, outside=outside)
        self._stack = stack

    def end(self) -> None:
        """See EndingRecoveries. Until the last of the three writes the recovery is open."""
        recovery, owner = self.recovery(), noted_owner(self._client, self._name)
        outside = self._outside.read()
        if recovery is None:
            return
        epoch = max(owner.epoch if owner else 0, outside.epoch if outside else 0) + 1
        owned = TableOwner(stack=self._stack, table_id=recovery.table_id, epoch=epoch)
        self._table.write(Put({**OWNER._asdict(), **encode(owned)}), what="ending a recovery")
        self._outside.write(TableIdentity(table_id=recovery.table_id, epoch=epoch))
        self._table.delete_all([RECOVERY])


def _if_readable[T](read: Callable[[], T]) -> T | None:
    try:
        return read()
    except DayOneError:
        return None
