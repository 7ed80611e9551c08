"""The open operations as the executor finds them: those that wait, lane by lane, and those that have begun."""

from collections.abc import Iterable, Mapping, Sequence

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_mapping import operation_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.domain.lanes import Lane
from dayone.domain.operations import OPEN_STATES, Operation
from dayone.ports.operations import Listed


class DynamoOpenOperations:
    """The reading side of the port OperationQueue; an index follows its table late, so records are read as they are."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def begun(self) -> Sequence[Operation]:
        """Open operations of which an attempt has begun."""
        return self._found(self._table.query(Key("runnable").eq(lists.BEGUN), index="runnable"))

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        """The other open operations of a lane, the most urgent first, from behind `after`."""
        wanted = Key("runnable").eq(lists.waiting_in(lane)) & Key("runnable_order").gt(after or " ")
        listed = self._table.query(wanted, index="runnable", limit=limit)
        return [Listed(str(one["runnable_order"]), *change_keys.operation_of(one)) for one in listed]

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        """Those of the listed ones that are open, as they now stand."""
        found = [change_keys.operation_named(one.id, change=one.change) for one in listed]
        return self._found(one._asdict() for one in found)

    def _found(self, listed: Iterable[Mapping[str, str]]) -> Sequence[Operation]:
        # The index follows the table late: what it lists may have been begun, submitted or finished a moment ago.
        found = [keys.RecordKey(one["pk"], one["sk"]) for one in listed]
        records = {(one["pk"], one["sk"]): one for one in self._table.get_all(found)}
        current = (operation_in(records[key]) for key in found if key in records)
        return [one for one in current if one.state in OPEN_STATES]
