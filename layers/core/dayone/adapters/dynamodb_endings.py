"""The end of an operation: its state, its resource, its subject's head, its change and its audit entry, all or none."""

from typing import Any

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_codec import encode, stamp
from dayone.adapters.dynamodb_conditions import IS_OPEN, is_as_it_was, is_counted, is_in_force
from dayone.adapters.dynamodb_ledger import counting
from dayone.adapters.dynamodb_mapping import applied_record, head_in, held_parts
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Update, Write
from dayone.domain.guardrails import COUNTED, with_count
from dayone.domain.operations import OperationState
from dayone.domain.subjects import ResourceOf
from dayone.ports.state import Finished

_OPERATION = "operation"
_COUNTS = {
    OperationState.SUCCEEDED: "succeeded",
    OperationState.FAILED: "failed",
    OperationState.SUPERSEDED: "superseded",
}


class Ending:
    """One operation's end on its way into the table."""

    def __init__(self, table: DynamoTable, finished: Finished) -> None:
        self._table = table
        self._finished = finished
        self._operation = finished.operation

    def record(self) -> None:
        """Write it; does nothing when the operation is finished already."""
        self._table.transact(
            self._writes,
            what=f"finishing {self._operation.id}",
            # Whose head it is decides what is counted; when it has moved, or the log's end has, both are read anew.
            over_when=[_OPERATION],
        )

    def _writes(self) -> dict[str, Write]:
        return {
            _OPERATION: self._closing(),
            **self._resources(),
            **self._counting_on_the_head(),
            **self._counting_on_the_change(),
            **audit.appended(self._table, [self._finished.audit], lane=audit.OPERATIONS),
        }

    def _closing(self) -> Write:
        put: dict[str, Any] = {
            "state": encode(self._finished.state),
            "finished_at": stamp(self._finished.at),
            "request_id": self._operation.request_id,
            "failure_reason": self._operation.failure_reason,
            "final": True,
        }
        # Without these two it is in the index of runnable operations no more.
        remove = ("runnable", "runnable_order", "waiting_for")
        return Update(keys.operation_key(self._operation), put=put, remove=remove, condition=IS_OPEN)

    def _resources(self) -> dict[str, Write]:
        if self._finished.untouched:
            return {}
        target, applied = self._operation.target, self._finished.applied
        others = {str(one): ResourceOf(target.subject, one) for one in self._finished.gone if one != target.resource}
        writes: dict[str, Write] = {name: Delete(keys.applied_key(one)) for name, one in others.items()}
        if target.resource.kind in COUNTED:
            return {**writes, **self._counted(target)}
        is_there = Put(applied_record(applied, of=target)) if applied else Delete(keys.applied_key(target))
        return {**writes, "applied": is_there}

    def _counted(self, target: ResourceOf) -> dict[str, Write]:
        # Read here and held to by a condition, so that what exists is counted exactly once, whoever else ends it.
        key = keys.applied_key(target)
        was = bool((self._table.get(key) or {}).get("counted"))
        after = with_count(self._finished.applied) if self._finished.applied else None
        same = is_counted(was=was)
        is_there = Put(applied_record(after, of=target), condition=same) if after else Delete(key, condition=same)
        difference = (after is not None and after.counted) - was
        return {"applied": is_there, **({"existing": counting(difference)} if difference else {})}

    def _counting_on_the_head(self) -> dict[str, Write]:
        key = keys.head_of(self._operation.subject)
        head = self._table.get(key)
        # Operations of a large plan are there before their plan is, and stay when it never comes.
        if head is None:
            return {}
        if self._operation.id in head.get("released", ()):
            # It was approved and has ended: whoever asks for the removal again asks the guardrail again.
            held = [one for one in head_in(head).held if one.operation != self._operation.id]
            return {"head": Update(key, put=held_parts(held), add={"revision": 1}, condition=is_as_it_was(head))}
        generation = str(head["generation"])
        if generation == self._operation.generation:
            add = {"revision": 1, "outstanding": -1}
        elif self._finished.untouched:
            return {}
        else:
            add = {"revision": 1}
        return {"head": Update(key, add=add, condition=is_in_force(generation))}

    def _counting_on_the_change(self) -> dict[str, Write]:
        planned = self._table.get(keys.planned_key(self._operation.subject, change=self._operation.change))
        # Only what a plan in force has added to the change's operations may come off them.
        if planned is None or planned["generation"] != self._operation.generation:
            return {}
        return {"change": Update(keys.change_key(self._operation.change), add={_COUNTS[self._finished.state]: 1})}
