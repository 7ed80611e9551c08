"""Requests for records that HR systems could not answer yet, in DynamoDB, found by when they come due."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb_keys import HEAD, RecordKey, fitting
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import stamp
from dayone.contracts.inbox import from_json, to_json
from dayone.domain.commands import FetchHrRecord

# Beside the heads that are due: those are planned, these are only handed on.
_DUE = "HR"


class DynamoWaitingHints:
    """The port WaitingHints; one that is done stays as a record without a due time, which DynamoDB deletes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:GetItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def wait(self, command: FetchHrRecord, *, until: datetime, because: str) -> None:
        """Keep a command, to be handed on again when its time has come."""
        waiting = {"request": to_json(command), "because": because, "due": _DUE, "due_at": stamp(until)}
        self._table.put_all([{**_key(command)._asdict(), **waiting}])

    def done(self, command: FetchHrRecord) -> None:
        """Forget a command that waited; harmless when there is none."""
        expired = int(command.cause.at.timestamp())
        self._table.put_all([{**_key(command)._asdict(), "expires_at": expired}])

    def know(self, source: str, record: str, *, person: str) -> None:
        """Remember whose record it is."""
        of_record, of_person = _record_key(source, record), _person_key(source, person)
        told = [{**of_record._asdict(), "person": person}, {**of_person._asdict(), "record": record}]
        # Every record that is read says so, and hardly any says something new.
        known = list(self._table.get_all([of_record, of_person]))
        self._table.put_all(each for each in told if each not in known)

    def person_of(self, source: str, record: str) -> str:
        """Whose record it was when it was last read, or empty."""
        known = self._table.get(_record_key(source, record))
        return str(known["person"]) if known else ""

    def record_of(self, source: str, person: str) -> str:
        """The id of the record that was last read of a person, or empty."""
        known = self._table.get(_person_key(source, person))
        return str(known["record"]) if known else ""


class DynamoDueHints:
    """The port DueHints; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def due(self, *, now: datetime, limit: int) -> Sequence[FetchHrRecord]:
        """Those whose time has come, the longest due first; they stay until they are done or wait anew."""
        has_come = Key("due").eq(_DUE) & Key("due_at").lte(stamp(now))
        listed = list(self._table.query(has_come, index="due", limit=limit))
        found = self._table.get_all(RecordKey(one["pk"], one["sk"]) for one in listed)
        # The index follows its table: what is done by now has no request any more.
        waiting = sorted((one for one in found if "request" in one), key=lambda one: str(one["due_at"]))
        commands = (from_json(record["request"]) for record in waiting)
        return [command for command in commands if isinstance(command, FetchHrRecord)]


def _key(command: FetchHrRecord) -> RecordKey:
    return RecordKey(f"HRWAITING#{command.subject.name}", command.cause.change)


def _record_key(source: str, record: str) -> RecordKey:
    return RecordKey(f"HRRECORD#{source}#{fitting(record)}", HEAD)


def _person_key(source: str, person: str) -> RecordKey:
    return RecordKey(f"HRPERSON#{source}#{fitting(person)}", HEAD)
