"""The right to carry out operations, as one record that its holder keeps renewing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import is_free_for, is_held_by
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Update
from dayone.contracts.codec import stamp
from dayone.domain.rate_limits import Learned, Lowered


class DynamoTurn:
    """The port Turn."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def take(self, holder: str, *, now: datetime, until: datetime, learned: Learned | None = None) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it."""
        record = {"holder": holder, "until": stamp(until), **_record_of(learned)}
        taken = Update(keys.TURN, put=record, condition=is_free_for(holder, now=stamp(now)))
        return self._table.write(taken, what="taking the turn")

    def learned(self) -> Learned | None:
        """What was remembered last, by whomever; None before the first time."""
        record = self._table.get(keys.TURN) or {}
        if "since" not in record:
            return None
        lowered = {
            quota: Lowered(float(was["limit"]), datetime.fromisoformat(was["at"]))
            for quota, was in record.get("lowered", {}).items()
        }
        return Learned(since=datetime.fromisoformat(record["since"]), lowered=lowered)

    def give_back(self, holder: str, *, learned: Learned | None = None) -> None:
        """Have it no more, and remember what was `learned`; does nothing when somebody else has it by now."""
        free = Update(keys.TURN, put=_record_of(learned), remove=("holder", "until"), condition=is_held_by(holder))
        self._table.write(free, what="giving the turn back")


def _record_of(learned: Learned | None) -> Mapping[str, Any]:
    if learned is None:
        return {}
    lowered = {quota: {"limit": str(was.limit), "at": stamp(was.at)} for quota, was in learned.lowered.items()}
    return {"since": stamp(learned.since), "lowered": lowered}
