"""The one table, in plain Python values: reads that page to the end, writes that say what stood in their way."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import batched
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import ConditionBase

from dayone.adapters.aws_errors import translated
from dayone.adapters.dynamodb_keys import RecordKey
from dayone.adapters.dynamodb_transactions import InTheWay, attempt, attempt_alone
from dayone.adapters.dynamodb_writes import Single, Write, built, key_of, plain, typed
from dayone.contracts.codec import Record
from dayone.errors import Conflicting, Throttled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 12
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5
_OTHERS = "others kept writing the same records"
# Source: DynamoDB service quotas.
_MOST_IN_A_BATCH_READ = 100
_MOST_IN_A_BATCH_WRITE = 25


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
        """The record, or None when there is none."""
        with translated():
            answer = self._client.get_item(TableName=self._name, Key=key_of(key), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Iterable[RecordKey]) -> Iterator[Record]:
        """Those of the records that are there, in no order."""
        for batch in batched(dict.fromkeys(keys), _MOST_IN_A_BATCH_READ, strict=False):
            wanted = {"Keys": [key_of(key) for key in batch], "ConsistentRead": True}
            yield from self._read_batch({self._name: wanted})

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
        """Records in the order of their sort key, at most `limit`; `after` is the key of the last one seen.

        Read as they are asked for, `page` at a time where only the reader knows when to stop; `only` is one attribute.
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
            yield from (plain(image) for image in answer["Items"])
            left = None if left is None else left - len(answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, one: Single, *, what: str) -> bool:
        """Write one record, at half the price of a transaction; False when its condition does not hold."""
        for number in range(_ATTEMPTS):
            if (in_the_way := attempt_alone(self._client, self._name, one)) is not InTheWay.SOMEBODY_ELSE:
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
            in_the_way = attempt(self._client, self._name, writes) if (writes := build()) else {}
            failed = {name for name, why in in_the_way.items() if why is InTheWay.CONDITION}
            if not in_the_way or final & failed:
                return final & failed
            self._step_back(number)
        raise Conflicting(f"{what}: {_OTHERS}")

    def put_all(self, records: Iterable[Record]) -> None:
        """Write the records, each by itself and in no order."""
        self._write_batches({"PutRequest": {"Item": typed(record)}} for record in records)

    def delete_all(self, keys: Iterable[RecordKey]) -> None:
        """Remove the records, each by itself and in no order."""
        self._write_batches({"DeleteRequest": {"Key": key_of(key)}} for key in keys)

    def _write_batches(self, requests: Iterable[Mapping[str, Any]]) -> None:
        for batch in batched(requests, _MOST_IN_A_BATCH_WRITE, strict=False):
            self._write_batch({self._name: list(batch)})

    def _write_batch(self, left: Mapping[str, Any]) -> None:
        for number in range(_ATTEMPTS):
            with translated():
                answer = self._client.batch_write_item(RequestItems=left)
            if not (left := answer.get("UnprocessedItems", {})):
                return
            self._step_back(number)
        raise Throttled("DynamoDB left a part of a batch unwritten")

    def _read_batch(self, left: Mapping[str, Any]) -> Iterator[Record]:
        for number in range(_ATTEMPTS):
            with translated():
                answer = self._client.batch_get_item(RequestItems=left)
            yield from (plain(image) for image in answer["Responses"].get(self._name, []))
            if not (left := answer.get("UnprocessedKeys", {})):
                return
            self._step_back(number)
        raise Throttled("DynamoDB left a part of a batch unread")

    def _step_back(self, number: int) -> None:
        self._pause(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number) * self._jitter())
