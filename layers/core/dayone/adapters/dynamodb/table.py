"""The one table in plain Python values: reads that page to the end, cursors, and transactions."""

import json
import random
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import batched
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters.aws.errors import translated
from dayone.adapters.dynamodb.keys import RecordKey, check_keys
from dayone.adapters.dynamodb.writes import (
    Delete,
    Put,
    Single,
    Update,
    Write,
    built,
    low_level_key,
    marked,
    read_record,
    typed,
)
from dayone.errors import Conflicting, Invalid, Refused, Throttled, TooLarge, Unreachable
from dayone.messages.codec import Record, is_empty
from dayone.ports.records import Page

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoTable:
    """A table with the keys `pk` and `sk`; every read is consistent, except through an index, where there is no such.

    `pause` sleeps for seconds and `jitter` gives a number in [0, 1): writers that meet step back for different times.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._name = name
        self._pause = pause
        self._jitter = jitter

    def get(self, key: RecordKey) -> Record | None:
        """Return the record, or None when there is none."""
        with translated():
            answer = self._client.get_item(TableName=self._name, Key=low_level_key(key), ConsistentRead=True)
        return read_record(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Iterable[RecordKey]) -> Iterator[Record]:
        """Those of the records that are there, in no order."""
        for batch in batched(dict.fromkeys(keys), _MOST_IN_A_BATCH_READ, strict=False):
            request = {"Keys": [low_level_key(key) for key in batch], "ConsistentRead": True}
            yield from self._read_batch({self._name: request})

    def scan(self, after: RecordKey | None) -> tuple[list[Record], RecordKey | None]:
        """Return a page of the whole table, from behind `after`, and its last key, None at the end."""
        request: Any = {"ExclusiveStartKey": low_level_key(after)} if after else {}
        with translated():
            answer = self._client.scan(TableName=self._name, ConsistentRead=True, **request)
        last = answer.get("LastEvaluatedKey", {})
        return [*map(read_record, answer["Items"])], RecordKey(**read_record(last)) if last else None

    def query(
        self,
        condition: ConditionBase,
        *,
        index: str = "",
        newest_first: bool = False,
        after: Mapping[str, str] | None = None,
        limit: int | None = None,
        page: int | None = None,
        only: str = "",
    ) -> Iterator[Record]:
        """Yield records in the order of their sort key, at most `limit`; `after` is the key of the last one read.

        They are read on demand, `page` at a time where only the reader knows when to stop; `only` is one attribute.
        """
        request: dict[str, Any] = {"TableName": self._name, "ScanIndexForward": not newest_first}
        request |= built(condition, parameter="KeyConditionExpression", is_key=True)
        request |= {"IndexName": index} if index else {"ConsistentRead": True}
        request |= {"ExclusiveStartKey": typed(after)} if after else {}
        request |= {"ProjectionExpression": only} if only else {}
        left = limit
        while left is None or left > 0:
            if most := left or page:
                request["Limit"] = most
            with translated():
                answer = self._client.query(**request)
            yield from (read_record(image) for image in answer["Items"])
            left = None if left is None else left - len(answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, single: Single, *, what: str) -> bool:
        """Write one record, at half the price of a transaction; False when its condition does not hold."""
        for number in range(_ATTEMPTS):
            if (in_the_way := attempt_alone(self._client, self._name, single)) is not InTheWay.SOMEBODY_ELSE:
                return in_the_way is None
            self._step_back(number)
        raise Conflicting(f"{what}: {_OTHERS}")

    def transact(
        self, build: Callable[[], Mapping[str, Write]], *, what: str, over_when: Iterable[str] = ()
    ) -> frozenset[str]:
        """Do all of the named writes or none; returns which of `over_when` have a condition that does not hold.

        Whatever else stands in the way, another write's condition or somebody who writes the same records right now,
        the writes are built and tried anew; Conflicting when that does not end. No writes at all are done already.
        """
        final = frozenset(over_when)
        for number in range(_ATTEMPTS):
            in_the_way = try_transaction(self._client, self._name, writes) if (writes := build()) else {}
            failed = {name for name, why in in_the_way.items() if why is InTheWay.CONDITION}
            if not in_the_way or final & failed:
                return final & failed
            self._step_back(number)
        raise Conflicting(f"{what}: {_OTHERS}")

    def put_all(self, records: Iterable[Record]) -> None:
        """Write the records, each by itself and in no order."""
        self._write_batches({"PutRequest": {"Item": marked(record)}} for record in records)

    def delete_all(self, keys: Iterable[RecordKey]) -> None:
        """Remove the records, each by itself and in no order."""
        self._write_batches({"DeleteRequest": {"Key": low_level_key(key)}} for key in keys)

    def _write_batches(self, requests: Iterable[Mapping[str, Any]]) -> None:
        for batch in batched(requests, _MOST_IN_A_BATCH_WRITE, strict=False):
            left: Mapping[str, Any] = {self._name: list(batch)}
            for number in range(_ATTEMPTS):
                with translated():
                    left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})
                if not left:
                    break
                self._step_back(number)
            else:
                raise Throttled("DynamoDB left a part of a batch unwritten")

    def _read_batch(self, left: Mapping[str, Any]) -> Iterator[Record]:
        for number in range(_ATTEMPTS):
            with translated():
                answer = self._client.batch_get_item(RequestItems=left)
            yield from (read_record(image) for image in answer["Responses"].get(self._name, []))
            if not (left := answer.get("UnprocessedKeys", {})):
                return
            self._step_back(number)
        raise Throttled("DynamoDB left a part of a batch unread")

    def _step_back(self, number: int) -> None:
        self._pause(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number) * self._jitter())


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list that is read in pages: a partition of the table or of an index, and the sort keys that belong to it."""

    partition: tuple[str, str]
    sort_key: str
    prefix: str = ""
    index: str = ""
    newest_first: bool = False

    def page[T](self, table: DynamoTable, *, cursor: str, limit: int, read: Callable[[Record], T]) -> Page[T]:
        """At most `limit` entries after the cursor; raises Invalid for a cursor that is not one of this list."""
        after = self.place_of(cursor) if cursor else None
        # One more than asked for tells whether anything follows.
        query: dict[str, Any] = {"index": self.index, "after": after, "limit": limit + 1}
        found = list(table.query(self._condition(), newest_first=self.newest_first, **query))
        entries = [read(record) for record in found[:limit]]
        return Page(entries, self.cursor_at(found[limit - 1]) if len(found) > limit else "")

    def _condition(self) -> ConditionBase:
        name, value = self.partition
        condition: ConditionBase = Key(name).eq(value)
        return condition & Key(self.sort_key).begins_with(self.prefix) if self.prefix else condition

    def _names(self) -> list[str]:
        return sorted({"pk", "sk", self.partition[0], self.sort_key})

    def cursor_at(self, record: Mapping[str, str]) -> str:
        """Return the cursor for the place behind a record of this list."""
        place = json.dumps({name: record[name] for name in self._names()}, separators=(",", ":"))
        return urlsafe_b64encode(place.encode()).decode().rstrip("=")

    def place_of(self, cursor: str) -> dict[str, str]:
        """Return the key in a cursor; raise Invalid for one that is not of this list."""
        try:
            place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except ValueError as error:
            raise Invalid("the cursor cannot be read") from error
        # DynamoDB would continue from any key, or answer with an error of its own.
        if not (
            isinstance(place, dict)
            and sorted(place) == self._names()
            and all(isinstance(text, str) and text for text in place.values())
            and place[self.partition[0]] == self.partition[1]
            and place[self.sort_key].startswith(self.prefix)
        ):
            raise Invalid("the cursor belongs to another list")
        try:
            check_keys(place)
        except TooLarge as error:
            raise Invalid("the cursor belongs to another list") from error
        return place


_ATTEMPTS = 12
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5
_OTHERS = "others kept writing the same records"
# Source: DynamoDB service quotas.
_MOST_IN_A_BATCH_READ = 100
_MOST_IN_A_BATCH_WRITE = 25
MOST_IN_A_TRANSACTION = 100
_NOTHING = "None"  # of the reasons of a cancelled transaction. Source: DynamoDB API, TransactWriteItems
_TOO_MUCH = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


class InTheWay(Enum):
    """Reasons why a write, alone or in a transaction, did not succeed."""

    CONDITION = "ConditionalCheckFailed"
    SOMEBODY_ELSE = "TransactionConflict"


def try_transaction(client: "DynamoDBClient", table: str, writes: Mapping[str, Write]) -> Mapping[str, InTheWay]:
    """Do all of the named writes or none; empty when they are done, else what stood in the way of which.

    Raises Unreachable when they may be done or not.
    """
    requests: list[Any] = [{put.kind: {"TableName": table, **put.request()}} for put in writes.values()]
    with translated():
        try:
            client.transact_write_items(TransactItems=requests)
        except client.exceptions.TransactionCanceledException as error:
            return _reasons(writes, error)
        except client.exceptions.TransactionInProgressException as error:
            # A try of ours whose answer was lost is still being worked on, and may get through.
            raise Unreachable(f"the transaction is still in progress: {error}") from error
    return {}


def attempt_alone(client: "DynamoDBClient", table: str, write: Single) -> InTheWay | None:
    """Do one write by itself; return the reason of its failure, if it failed.

    A transaction has a token by which DynamoDB recognises a repetition; this has none. When botocore repeats it because
    an answer was lost, it may be refused because of its own first attempt, and is then recognised by what it has
    written.
    """
    calls: Mapping[type[Single], Any] = {Put: client.put_item, Update: client.update_item, Delete: client.delete_item}
    conditional = {} if write.condition is None else {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    request = write.request()
    with translated():
        try:
            calls[type(write)](TableName=table, **request, **conditional)
        except client.exceptions.ConditionalCheckFailedException as error:
            answer: dict[str, Any] = dict(error.response)
            is_again = answer.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
            return None if is_again and _is_written(write, answer.get("Item")) else InTheWay.CONDITION
        except client.exceptions.TransactionConflictException:
            return InTheWay.SOMEBODY_ELSE
    return None


def _is_written(write: Single, item: Mapping[str, Any] | None) -> bool:
    """Return whether an item, as the low-level API returns it, is as this write leaves it."""
    match write:
        case Put():
            return item == marked(write.record)
        case Delete():
            return item is None
    gone = {*write.remove, *(name for name, value in write.put.items() if is_empty(value))}
    put = typed({name: value for name, value in write.put.items() if name not in gone})
    # The former value of an incremented number is unknown.
    return item is not None and not write.add and item.items() >= put.items() and not gone & item.keys()


def _reasons(writes: Mapping[str, Write], error: "ClientError") -> Mapping[str, InTheWay]:
    reasons: list[dict[str, str]] = dict(error.response)["CancellationReasons"]  # type: ignore[assignment]
    codes = [reason.get("Code", _NOTHING) for reason in reasons]
    if _TOO_MUCH.intersection(codes):
        raise Throttled(str(error)) from error
    if not {why.value for why in InTheWay}.issuperset(set(codes) - {_NOTHING}):
        raise Refused(str(error)) from error
    return {name: InTheWay(code) for name, code in zip(writes, codes, strict=True) if code != _NOTHING}
