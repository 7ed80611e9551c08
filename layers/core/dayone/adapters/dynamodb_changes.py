"""Changes in DynamoDB: one record of a cause and its counts, which plans and ends of operations add to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_audit as audit_log
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_conditions import (
    EXISTS,
    IS_GIVEN_UP,
    IS_NEW,
    IS_NOT_GIVEN_UP,
    expects_fewer_than,
    holds_what_was_shown,
)
from dayone.adapters.dynamodb_mapping import change_in, change_parts, operation_in
from dayone.adapters.dynamodb_parked import unpark_earlier, unpark_plan
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put, Update
from dayone.contracts.codec import encode
from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Cause, Decision
from dayone.domain.operations import Operation, OperationState
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Subject
from dayone.errors import NotFound

_CHANGE, _GIVEN_UP = "change", "given up"


class DynamoChanges:
    """The port Changes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def open(self, cause: Cause, *, audit: AuditEntry | None = None) -> None:
        """Record a change whose number of subjects is still being found out; harmless when it is there."""
        # None is written, not left out: to a plan that is committed meanwhile the number is there and stays unknown.
        record = {**change_keys.change_key(cause.change)._asdict(), **change_parts(cause), "subjects": None}
        entries = [audit] if audit else []
        self._table.transact(
            lambda: {
                _CHANGE: Put(record, condition=IS_NEW),
                **audit_log.appended(self._table, entries, lane=audit_log.POLICY),
            },
            what=f"opening change {cause.change}",
            over_when=[_CHANGE],
        )

    def dismiss(self, cause: Cause, *, note: str) -> None:
        """Record a change that leads to nothing, with a note that says why; harmless when the change is there."""
        key = change_keys.change_key(cause.change)
        record = {**key._asdict(), **change_parts(cause), "subjects": 0, "notes": [note]}
        self._table.write(Put(record, condition=IS_NEW), what=f"dismissing change {cause.change}")

    def expect(self, change: str, *, subjects: int) -> None:
        """Say how many subjects it has, at least; raises NotFound for a change that was never opened."""
        key = change_keys.change_key(change)
        expected = Update(key, put={"subjects": subjects}, condition=EXISTS & expects_fewer_than(subjects))
        if not self._table.write(expected, what=f"counting the subjects of change {change}") and not self._table.get(
            key
        ):
            raise NotFound(f"there is no change {change}")

    def give_up(self, cause: Cause, *, subject: Subject, note: str) -> None:
        """See Changes."""
        if self._table.get(change_keys.planned_key(subject, change=cause.change)):
            return
        key = change_keys.unplanned_key(subject, change=cause.change)
        once = {**change_parts(cause), "subjects": 1}
        self._table.transact(
            lambda: {
                _GIVEN_UP: Put({**key._asdict(), "notes": [note]}, condition=IS_NOT_GIVEN_UP),
                _CHANGE: Update(change_keys.change_key(cause.change), put_once=once, add={"unplanned": 1}),
                **marks.failed(cause.place),
            },
            what=f"giving up {subject} in change {cause.change}",
            over_when=[_GIVEN_UP],
        )

    def ask_again(self, change: str, *, subject: Subject) -> None:
        """See Changes."""
        key = change_keys.unplanned_key(subject, change=change)
        self._table.transact(
            lambda: {
                _GIVEN_UP: Update(key, put={"is_over": True}, condition=IS_GIVEN_UP),
                _CHANGE: Update(change_keys.change_key(change), add={"unplanned": -1}),
            },
            what=f"asking for {subject} again in change {change}",
            over_when=[_GIVEN_UP],
        )

    def failed_in_plan(self, head: Head) -> Sequence[Operation]:
        """The operations of a subject's plan in force that have failed, or are tried again since they had before it."""
        lies_in = Key("pk").eq(change_keys.change_partition(head.change))
        same_plan = lies_in & Key("sk").begins_with(change_keys.plan_prefix(head.subject, generation=head.generation))
        operations = map(operation_in, self._table.query(same_plan)) if head.change else ()
        return [one for one in operations if one.state is OperationState.FAILED or one.failed_before]

    def unpark_plan(self, head: Head) -> None:
        """See Changes."""
        unpark_plan(self._table, head)

    def unpark_earlier(self, head: Head) -> None:
        """See Changes."""
        unpark_earlier(self._table, head)

    def decide(self, change: str, decision: Decision, *, expected_version: int, audit: AuditEntry) -> Decision:
        """See Changes."""
        decision = replace(decision, version=expected_version + 1)
        said = Update(
            change_keys.change_key(change),
            put={} if decision.is_of_part else {"decision": encode(decision)},
            add={"held_version": 1},
            condition=holds_what_was_shown(expected_version),
        )
        refused = self._table.transact(
            lambda: {_CHANGE: said, **audit_log.appended(self._table, [audit], lane=audit_log.POLICY)},
            what=f"deciding on change {change}",
            over_when=[_CHANGE],
        )
        if not refused:
            return decision
        record = self._table.get(change_keys.change_key(change))
        if record is None:
            raise NotFound(f"there is no change {change}")
        return change_in(record).decided_before()
