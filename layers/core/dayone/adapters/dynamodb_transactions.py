"""One try at a DynamoDB transaction, and what stood in its way write by write."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from dayone.adapters.aws_errors import translated
from dayone.adapters.dynamodb_writes import Write
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
    """Why one write of a transaction did not go through."""

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


def _reasons(writes: Mapping[str, Write], error: "ClientError") -> Mapping[str, InTheWay]:
    reasons: list[dict[str, str]] = dict(error.response)["CancellationReasons"]  # type: ignore[assignment]
    codes = [reason.get("Code", _NOTHING) for reason in reasons]
    if _TOO_MUCH.intersection(codes):
        raise Throttled(str(error)) from error
    if not {why.value for why in InTheWay}.issuperset(set(codes) - {_NOTHING}):
        raise Refused(str(error)) from error
    return {name: InTheWay(code) for name, code in zip(writes, codes, strict=True) if code != _NOTHING}
