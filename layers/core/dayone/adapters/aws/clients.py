"""Makes the boto3 clients, with one idea of timeouts and retries for all of them, and splits what one call sends."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import boto3.session
from botocore.config import Config
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sso_admin import SSOAdminClient

_CONNECT_SECONDS = 2
_READ_SECONDS = 10
_ATTEMPTS = 3
# As many as the executor has threads.
_CONNECTIONS = 16
# A retry in here would go uncounted against the quotas, and meet what the first try had made as if it were another's.
_COUNTED = frozenset({"identitystore", "sso-admin"})


class Later:
    """A client that is created on first use: most calls of a function do not need it.

    With a `guard` it is a separate client, each of whose calls passes the guard.
    """

    def __init__(self, name: str, *, guard: Callable[[Any], Any] | None = None) -> None:
        self._name = name
        self._guard = guard
        self._own: Any = None

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the client has
        if self._guard is None:
            return getattr(_made(self._name), attribute)
        if self._own is None:
            self._own = self._guard(_new(self._name))
        return getattr(self._own, attribute)


@overload
def client(name: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(name: Literal["events"]) -> "EventBridgeClient": ...
@overload
def client(name: Literal["identitystore"]) -> "IdentityStoreClient": ...
@overload
def client(name: Literal["organizations"]) -> "OrganizationsClient": ...
@overload
def client(name: Literal["kms", "s3", "scheduler", "sesv2"]) -> Any: ...  # noqa: ANN401 - their adapters say what they use
@overload
def client(name: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(name: Literal["sqs"]) -> "SQSClient": ...
@overload
def client(name: Literal["ssm"]) -> "SSMClient": ...
@overload
def client(name: Literal["sso-admin"]) -> "SSOAdminClient": ...
def client(name: str) -> Any:
    """Return the client of an AWS service, created on first use; Region and credentials come from the environment."""
    return _made(name)


def region() -> str:
    """Return the Region of every client."""
    return str(_session().region_name)


def config_for(name: str) -> Config:
    """Return the client configuration of this service: time-outs in seconds, and the number of attempts."""
    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=_CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": 1 if name in _COUNTED else _ATTEMPTS},
    )


@cache
def _made(name: str) -> Any:  # noqa: ANN401 - the type depends on the service
    return _new(name)


def _new(name: str) -> Any:  # noqa: ANN401 - the type depends on the service
    make: Any = _session().client
    made = make(name, config=config_for(name))
    return read_as_json(made) if name == "dynamodb" else made


def read_as_json[T](dynamodb: T) -> T:
    """Let a client of DynamoDB take records as its answers' JSON has them, which is what botocore makes of them.

    botocore compares every value with its model of the service, which takes eight times as long as the JSON itself.
    Requests, signatures, attempts and errors stay botocore's.
    """
    events = cast("Any", dynamodb).meta.events
    for operation in _READS:
        events.register(f"before-parse.dynamodb.{operation}", _take_as_json, unique_id=f"as-json-{operation}")
    return dynamodb


_READS = ("BatchGetItem", "GetItem", "Query")
# Of these JSON has only the text in base64. Source: DynamoDB API Reference, AttributeValue.
_BINARY = (b'"B"', b'"BS"')
_OK = 200


def _take_as_json(*, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    """Read an answer ahead of botocore's parser, which is left an empty one; see its event `before-parse`.

    Raises ResponseParserError for one that is not JSON: botocore would make an answer without a record of it.
    """
    body: bytes = response_dict["body"]
    if response_dict["status_code"] != _OK or any(kind in body for kind in _BINARY):
        return
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ResponseParserError(f"not JSON: {error}") from error
    if not isinstance(answer, dict):
        raise ResponseParserError("not an object")
    customized_response_dict |= answer
    response_dict["body"] = b"{}"


@cache
def _session() -> boto3.session.Session:
    # Sessions parse botocore's service models each for itself, the costliest part of a cold start.
    return boto3.session.Session()


def batches[T](entries: Iterable[T], *, size: Callable[[T], int], most: int, most_bytes: int) -> Iterator[list[T]]:
    """Yield the entries in order, at most `most` and `most_bytes` together; a larger one comes by itself."""
    batch: list[T] = []
    for entry in entries:
        if batch and (len(batch) == most or sum(map(size, batch)) + size(entry) > most_bytes):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
