"""Answers that a real DynamoDB gives and no emulator does, put between a boto3 client and the server.

They are given as the response over HTTP would be, so that botocore's parsing and its own retries are in play.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

type Body = dict[str, Any]
type Fault = Callable[[Body], AWSResponse]


# Calls that write under a condition, alone or together: planned for as if they were one.
WRITES = "writes"
_WRITES = frozenset({"DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})


@dataclass
class Faults:
    """Stands before the calls of a client, and lets through what meets no fault."""

    client: Any
    met: int = 0
    _passed: dict[str, int] = field(default_factory=dict)
    _planned: dict[str, "_Planned"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client.meta.events.register("before-send.dynamodb", self._answer)

    def before_each(self, operation: str, fault: Fault, *, times: int) -> None:
        """Answer the operation with the fault so many times, let it through, and begin again."""
        self._planned[operation] = _Planned(fault, times=times)

    def for_ever(self, operation: str, fault: Fault, *, after: int = 0) -> None:
        """Let so many calls of the operation through, and never one again."""
        self._planned[operation] = _Planned(fault, passes_at=self._passed.get(operation, 0) + after)

    def clear(self) -> None:
        """Let everything through from now on."""
        self._planned.clear()

    def _answer(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        operation = WRITES if operation in _WRITES else operation
        passed = self._passed.get(operation, 0)
        planned = self._planned.get(operation)
        if planned and planned.is_met(passed):
            self.met += 1
            return planned.fault(json.loads(cast("bytes", request.body)))
        self._passed[operation] = passed + 1
        return None


@dataclass
class _Planned:
    fault: Fault
    times: int | None = None
    passes_at: int = 0
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.times or 0

    def is_met(self, passed: int) -> bool:
        if self.times is None:
            return passed >= self.passes_at
        if self._left:
            self._left -= 1
            return True
        self._left = self.times
        return False


def conflict(body: Body) -> AWSResponse:
    """A write: somebody else's transaction holds the item, or the last of them.

    Source: DynamoDB API Reference, TransactWriteItems, cancellation reasons; PutItem, errors.
    """
    if "TransactItems" not in body:
        return _conflict_alone()
    return _canceled(["None"] * (len(body["TransactItems"]) - 1) + ["TransactionConflict"])


def conflict_everywhere(body: Body) -> AWSResponse:
    """A write: somebody else's transaction holds all of the items."""
    if "TransactItems" not in body:
        return _conflict_alone()
    return _canceled(["TransactionConflict"] * len(body["TransactItems"]))


def throttled(_body: Body) -> AWSResponse:
    """Any call: the account asks for too much. Source: DynamoDB Developer Guide, Error handling."""
    return _error("com.amazon.coral.availability", "ThrottlingException", "Rate exceeded")


def over_capacity(_body: Body) -> AWSResponse:
    """Any call: the partition, or the table, is asked for too much. Source: the same."""
    message = (
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API."
    )
    return _error("com.amazonaws.dynamodb.v20120810", "ProvisionedThroughputExceededException", message)


def canceled_as_throttled(body: Body) -> AWSResponse:
    """A write: one of the items is asked for too much."""
    if "TransactItems" not in body:
        return throttled(body)
    return _canceled(["ThrottlingError"] + ["None"] * (len(body["TransactItems"]) - 1))


def in_progress(_body: Body) -> AWSResponse:
    """TransactWriteItems: an earlier try of the same request is still being worked on."""
    message = "The transaction with the given request token is already in progress."
    return _error("com.amazonaws.dynamodb.v20120810", "TransactionInProgressException", message)


def half_processed(client: Any) -> Fault:  # noqa: ANN401 - any client of DynamoDB
    """BatchWriteItem and BatchGetItem: the first half is done, by a client without faults, and the rest handed back."""

    def answer(body: Body) -> AWSResponse:
        ((table, listed),) = body["RequestItems"].items()
        if isinstance(listed, list):
            half = len(listed) // 2
            if half:
                client.batch_write_item(RequestItems={table: listed[:half]})
            return _answered({"UnprocessedItems": {table: listed[half:]}})
        half = len(listed["Keys"]) // 2
        done, left = ({**listed, "Keys": part} for part in (listed["Keys"][:half], listed["Keys"][half:]))
        read = client.batch_get_item(RequestItems={table: done})["Responses"] if half else {}
        return _answered({"Responses": read, "UnprocessedKeys": {table: left}})

    return answer


def nothing_processed(body: Body) -> AWSResponse:
    """BatchWriteItem and BatchGetItem: no item was taken, each is handed back."""
    items = body["RequestItems"]
    is_write = all(isinstance(listed, list) for listed in items.values())
    return _answered({"UnprocessedItems": items} if is_write else {"Responses": {}, "UnprocessedKeys": items})


def behind(record: Body) -> Fault:
    """Any read: the copy that answers has not heard of a record yet, unless the newest state is asked for.

    Source: DynamoDB Developer Guide, Read consistency.
    """

    def answer(body: Body) -> AWSResponse:
        asked_for = list(body.get("RequestItems", {"": body}).values())
        found = [record] if all(each.get("ConsistentRead") for each in asked_for) else []
        if "RequestItems" in body:
            return _answered({"Responses": dict.fromkeys(body["RequestItems"], found), "UnprocessedKeys": {}})
        if "KeyConditionExpression" in body:
            return _answered({"Items": found, "Count": len(found)})
        return _answered({"Item": record} if found else {})

    return answer


def _conflict_alone() -> AWSResponse:
    message = "Transaction is ongoing for the item"
    return _error("com.amazonaws.dynamodb.v20120810", "TransactionConflictException", message)


def _canceled(codes: list[str]) -> AWSResponse:
    reasons = [{"Code": code, **({} if code == "None" else {"Message": "as DynamoDB says it"})} for code in codes]
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]"
    return _error(
        "com.amazonaws.dynamodb.v20120810", "TransactionCanceledException", message, CancellationReasons=reasons
    )


def _error(namespace: str, code: str, message: str, **more: Any) -> AWSResponse:  # noqa: ANN401
    return _answered({"__type": f"{namespace}#{code}", "message": message, **more}, status=400)


def _answered(body: Mapping[str, Any], *, status: int = 200) -> AWSResponse:
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"
    return AWSResponse("http://127.0.0.1/", status, headers, _Raw(json.dumps(body).encode()))


@dataclass(frozen=True)
class _Raw:
    """The part of a urllib3 response that botocore reads."""

    body: bytes

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.body
