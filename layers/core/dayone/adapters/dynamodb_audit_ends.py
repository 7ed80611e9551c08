"""The ends of the audit log's lanes, and nothing else, read from DynamoDB."""

from collections.abc import Mapping
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit import LANES
from dayone.adapters.dynamodb_audit_records import lane_end
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.domain.audit import AlteredRecord, LaneEnd
from dayone.errors import Inapplicable


class DynamoLaneEnds:
    """The port LaneEnds."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self) -> Mapping[str, LaneEnd]:
        """See LaneEnds."""
        lanes = {keys.tail_key(lane).sk: lane for lane in LANES}
        ends: dict[str, LaneEnd] = {}
        for raw in self._table.get_all(map(keys.tail_key, LANES)):
            lane = lanes[str(raw["sk"])]
            end = lane_end(lane, raw)
            if isinstance(end, AlteredRecord):
                raise Inapplicable(f"the audit log was altered: lane {lane}: {end.message}")
            ends[lane] = end
        return ends
