"""Turn what botocore raises into the errors of `dayone.errors`, by AWS's error codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError

from dayone.errors import (
    AccessDenied,
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

SERVER_ERROR = 500
THROTTLES = (
    "Throttling",
    "ThrottledException",
    "TooManyRequests",
    "RequestThrottled",
    "KmsThrottled",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceeded",
)
CONFLICTS = (
    "ConflictException",
    "TransactionConflict",
    "TransactionInProgress",
    "ConcurrentModification",
    "PolicyChangesInProgress",
)
# Messages of a conflict for a name or a membership that exists already. Seen: tests/captures, identitystore-03, -04.
TAKEN = ("Duplicate ", "Member and Group relationship already exists")
FAILURES = ("Internal", "ServiceException", "ServiceUnavailable", "RequestTimeout")
# Our role lacks a right, our credentials are none or no longer any, or AWS may not use the key that it encrypts with.
# Sources: Common Error Types in the API references of IAM, STS and SQS; AWS KMS errors as SQS and others hand them on.
DENIALS = (
    "AccessDenied",
    "AuthFailure",
    "AuthorizationError",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
    "ExpiredToken",
    "RequestExpired",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "InvalidToken",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
    "OptInRequired",
    "SubscriptionRequired",
    "DecryptionFailure",
    "EncryptionFailure",
)
# These APIs work asynchronously, on a limited number of requests at a time.
# Source: IAM Identity Center API Reference, ServiceQuotaExceededException of the three.
ASYNCHRONOUS = frozenset({"CreateAccountAssignment", "DeleteAccountAssignment", "ProvisionPermissionSet"})
# AWS's message with the code of a throttle, though fewer calls would not help. Source: published errors of clients.
CROWDED = "too many requests processing"
MISSING_QUEUE = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise every failure of an AWS call inside the block as one of ours, its cause kept.

    A connection that breaks or stays silent is Unreachable, a call for which there are no credentials AccessDenied. A
    request that botocore itself finds wrong is Refused.
    """
    try:
        yield
    except ClientError as error:
        raise _meaning_of(error) from error
    except ParamValidationError as error:
        raise Refused(f"ParamValidation: {error}") from error
    except _NO_CREDENTIALS as error:
        raise AccessDenied(f"no credentials: {error}") from error
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
    attributes: dict[str, Any] = answer.get("Error", {})
    code = str(attributes.get("Code", "Unknown"))
    # The text can be missing, empty or null. Seen: tests/captures, identitystore-07.
    message = f"{code}: {attributes.get('Message') or ''}"
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if error.operation_name in ASYNCHRONOUS and (code.startswith("ServiceQuotaExceeded") or CROWDED in message):
        return Crowded(message, retry_after=_seconds(answer))
    if code.startswith(THROTTLES):
        return Throttled(message, retry_after=_seconds(answer))
    if _is_denial(code, answer):
        return AccessDenied(message)
    if code.startswith(CONFLICTS):
        # The reason is an optional member. Source: Identity Store API Reference, ConflictException.
        text = str(attributes.get("Message") or "")
        is_taken = answer.get("Reason") == "UNIQUENESS_CONSTRAINT_VIOLATION" or text.startswith(TAKEN)
        return AlreadyExists(message) if is_taken else Conflicting(message)
    if code.startswith(FAILURES) or status >= SERVER_ERROR:
        # AWS failed while it worked on it, so part or all of it may have been done.
        return Unreachable(message)
    is_missing = code.endswith("NotFoundException") or code.startswith(MISSING_QUEUE)
    return NotFound(message) if is_missing else Refused(message)


def _is_denial(code: str, answer: dict[str, Any]) -> bool:
    # A customer's key is told of by a reason, with the code of a wrong request or of a missing thing. And the code of
    # what is missing also tells that the identity store itself is not there: callers take NotFound as "it is gone", and
    # that would then be wrong. Source: Identity Store API Reference, `Reason` and `ResourceType` of its errors.
    if answer.get("ResourceType") == "IDENTITY_STORE" or str(answer.get("Reason") or "").upper().startswith("KMS"):
        return True
    return code.startswith(DENIALS) or code.upper().startswith("KMS")


def _seconds(answer: dict[str, Any]) -> float | None:
    seconds = answer.get("RetryAfterSeconds")
    return None if seconds is None else float(seconds)
