"""Turns what botocore raises into the errors of `dayone.errors`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, ParamValidationError  # noqa: A004
from botocore.parsers import ResponseParserError

from dayone.errors import (
    AlreadyExists,
    Conflicting,
    Crowded,
    DayOneError,
    NotFound,
    Refused,
    Rejected,
    Throttled,
    Unavailable,
    Unreachable,
)

_SERVER_ERROR = 500
_THROTTLES = (
    "Throttling",
    "ThrottledException",
    "TooManyRequests",
    "RequestThrottled",
    "KmsThrottled",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceeded",
)
_CONFLICTS = (
    "ConflictException",
    "TransactionConflict",
    "TransactionInProgress",
    "ConcurrentModification",
    "PolicyChangesInProgress",
)
_FAILURES = ("Internal", "ServiceException", "ServiceUnavailable", "RequestTimeout")
# These work on what they were asked for after they have answered, and so much at a time.
# Source: IAM Identity Center API Reference, ServiceQuotaExceededException of the three.
_ASYNCHRONOUS = frozenset({"CreateAccountAssignment", "DeleteAccountAssignment", "ProvisionPermissionSet"})
# As AWS says it with the code of a throttle, though fewer calls would not help. Source: published errors of clients.
_CROWDED = "too many requests processing"
_MISSING_QUEUE = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")


@contextmanager
def translated() -> Iterator[None]:
    """Raise every failure of an AWS call inside the block as one of ours, its cause kept.

    A connection that breaks or stays silent is Unreachable. A request that botocore itself finds wrong is Refused.
    """
    try:
        yield
    except ClientError as error:
        raise _meaning_of(error) from error
    except ParamValidationError as error:
        raise Refused(f"ParamValidation: {error}") from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unreachable(f"no usable answer: {error}") from error


@contextmanager
def never_rejected() -> Iterator[None]:
    """As `translated`, but what AWS rejects is Unavailable.

    For calls to what is ours, such as a queue or a secret: when it is missing or forbidden, the fault is in our
    deployment, and whoever made us call it is right to come again.
    """
    try:
        with translated():
            yield
    except Rejected as rejected:
        raise Unavailable(str(rejected)) from rejected


def _meaning_of(error: ClientError) -> DayOneError:
    answer: dict[str, Any] = dict(error.response)
    said: dict[str, Any] = answer.get("Error", {})
    code = str(said.get("Code", "Unknown"))
    message = f"{code}: {said.get('Message', '')}"
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if error.operation_name in _ASYNCHRONOUS and (code.startswith("ServiceQuotaExceeded") or _CROWDED in message):
        return Crowded(message, retry_after=_seconds(answer))
    if code.startswith(_THROTTLES):
        return Throttled(message, retry_after=_seconds(answer))
    if code.startswith(_CONFLICTS):
        is_taken = answer.get("Reason") == "UNIQUENESS_CONSTRAINT_VIOLATION"
        return AlreadyExists(message) if is_taken else Conflicting(message)
    if code.startswith(_FAILURES) or status >= _SERVER_ERROR:
        # AWS failed while it worked on it, so part or all of it may have been done.
        return Unreachable(message)
    return NotFound(message) if _is_about_the_named_thing(code, answer) else Refused(message)


def _is_about_the_named_thing(code: str, answer: dict[str, Any]) -> bool:
    # The same code tells that the identity store itself, or its encryption key, is not there. Callers take NotFound
    # as "it is gone", and that would then be wrong. Source: Identity Store API, ResourceNotFoundException.
    if answer.get("ResourceType") == "IDENTITY_STORE" or str(answer.get("Reason", "")).startswith("KMS"):
        return False
    return code.endswith("NotFoundException") or code.startswith(_MISSING_QUEUE)


def _seconds(answer: dict[str, Any]) -> float | None:
    seconds = answer.get("RetryAfterSeconds")
    return None if seconds is None else float(seconds)
