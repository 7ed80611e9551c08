"""One try at a write to DynamoDB, alone or in a transaction, and what stood in its way."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from dayone.adapters.aws_errors import translated
from dayone.adapters.dynamodb_writes import Delete, Put, Single, Update, Write, typed
from dayone.contracts.codec import is_empty
from dayone.errors import Refused, Throttled, Unreachable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

# Source: DynamoDB service quotas.
MOST_IN_A_TRANSACTION = 100

# What a cancelled transaction says of each of its writes. Source: DynamoDB API, TransactWriteItems.
_NOTHING = "None"
_TOO_MUCH = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


class InTheWay(Enum):
    """Why a write, alone or of a transaction, did not go through."""

    CONDITION = "ConditionalCheckFailed"
    SOMEBODY_ELSE = "TransactionConflict"


def attempt(client: "DynamoDBClient", table: str, writes: Mapping[str, Write]) -> Mapping[str, InTheWay]:
    """Do all of the named writes or none; empty when they are done, else what stood in the way of which.

    Raises Unreachable when they may be done or not.
    """
    requests: list[Any] = [{one.kind: {"TableName": table, **one.request()}} for one in writes.values()]
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
    """Do one write by itself; returns what stood in its way, if anything did.

    A transaction has a token by which DynamoDB knows it again; this has none. When botocore tries it again because an
    answer was lost, it may be refused by its own first try, and is then known by what it has written.
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
    """Whether an item, as the low-level API gives it, is as this write leaves it."""
    match write:
        case Put(record):
            return item == typed(record)
        case Delete():
            return item is None
    gone = {*write.remove, *(name for name, value in write.put.items() if is_empty(value))}
    put = typed({name: value for name, value in write.put.items() if name not in gone})
    # Of a number that was added to nobody knows what it was before.
    return item is not None and not write.add and item.items() >= put.items() and not gone & item.keys()


def _reasons(writes: Mapping[str, Write], error: "ClientError") -> Mapping[str, InTheWay]:
    reasons: list[dict[str, str]] = dict(error.response)["CancellationReasons"]  # type: ignore[assignment]
    codes = [reason.get("Code", _NOTHING) for reason in reasons]
    if _TOO_MUCH.intersection(codes):
        raise Throttled(str(error)) from error
    if not {why.value for why in InTheWay}.issuperset(set(codes) - {_NOTHING}):
        raise Refused(str(error)) from error
    return {name: InTheWay(code) for name, code in zip(writes, codes, strict=True) if code != _NOTHING}
