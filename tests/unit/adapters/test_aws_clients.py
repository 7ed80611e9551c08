"""Creation of AWS clients."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from dayone.adapters.aws import clients as aws_clients
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.errors import Unreachable


@pytest.fixture
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def config_of(name: str) -> dict[str, Any]:
    """The settings of a service's clients; botocore's stubs do not know them."""
    return vars(aws_clients.config_for(name))


@pytest.mark.usefixtures("_region")
def test_a_client_is_made_once() -> None:
    assert aws_clients.client("sqs") is aws_clients.client("sqs")


@pytest.mark.usefixtures("_region")
def test_a_client_belongs_to_the_service_it_is_asked_for() -> None:
    assert aws_clients.client("events").meta.service_model.service_name == "events"


@pytest.mark.parametrize("name", ["identitystore", "sso-admin"])
def test_no_call_to_identity_center_is_repeated_behind_the_back_of_whoever_counts_them(name: str) -> None:
    assert config_of(name)["retries"] == {"mode": "standard", "total_max_attempts": 1}


def test_other_calls_are_repeated_a_little() -> None:
    assert config_of("dynamodb")["retries"] == {"mode": "standard", "total_max_attempts": 3}


def test_no_call_waits_longer_than_a_function_can() -> None:
    assert config_of("sqs")["connect_timeout"] + config_of("sqs")["read_timeout"] <= 15


_OK = 200
# One attribute of each kind. Source: DynamoDB API Reference, AttributeValue.
_KINDS: dict[str, dict[str, Any]] = {
    "text": {"S": "\u00e9\U0001f600"},
    "number": {"N": "1.50"},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "list": {"L": [{"S": ""}, {"M": {"S": {"S": "a"}}}]},
    "map": {"M": {}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
}
_BINARY: dict[str, dict[str, Any]] = {"packed": {"B": "AAEC"}, "packs": {"BS": ["AAEC"]}}
_KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
_READS: dict[str, tuple[dict[str, Any], Any]] = {
    "get_item": ({"TableName": "state", "Key": _KEY}, lambda item: {"Item": item}),
    "query": (
        {"TableName": "state", "KeyConditionExpression": "pk = :pk"},
        lambda item: {"Items": [item, item], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": _KEY},
    ),
    "batch_get_item": (
        {"RequestItems": {"state": {"Keys": [_KEY]}}},
        lambda item: {"Responses": {"state": [item]}, "UnprocessedKeys": {"state": {"Keys": [_KEY]}}},
    ),
}


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> list[bytes]:
        return [self._body]


def answer(status: int, body: bytes) -> AWSResponse:
    """An answer as it comes from the network."""
    headers: Any = {"x-amzn-requestid": "r-1"}
    raw: Any = _Body(body)
    return AWSResponse("", status, headers, raw)


def dynamodb(*, body: bytes, status: int = _OK) -> Any:  # noqa: ANN401 - any call is made by its name
    """A client of DynamoDB, which answers so; its requests go nowhere."""
    config = aws_clients.config_for("dynamodb")
    made: Any = boto3.client(
        "dynamodb", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none", config=config
    )

    def send(**_: object) -> AWSResponse:
        return answer(status, body)

    made.meta.events.register("before-send.dynamodb", send)
    return made


def answers_to(call: str, *, body: bytes, status: int = _OK) -> list[dict[str, Any]]:
    """The same answer as botocore reads it by itself, and as the functions' client does."""
    given, _ = _READS[call]
    clients = [dynamodb(body=body, status=status), aws_clients.read_as_json(dynamodb(body=body, status=status))]
    return [getattr(client, call)(**given) for client in clients]


@pytest.mark.parametrize("call", _READS)
@pytest.mark.parametrize("item", [_KINDS, _BINARY, {**_KINDS, **_BINARY}], ids=["plain", "binary", "both"])
def test_dynamodb_s_answers_are_read_as_botocore_reads_them(call: str, item: dict[str, Any]) -> None:
    body = json.dumps(_READS[call][1]({**_KEY, **item})).encode()
    plain, as_json = answers_to(call, body=body)
    assert as_json == plain
    assert plain["ResponseMetadata"]["RequestId"] == "r-1"


@pytest.mark.parametrize("call", _READS)
def test_a_record_that_is_not_there_is_read_as_botocore_reads_it(call: str) -> None:
    plain, as_json = answers_to(call, body=b"{}")
    assert as_json == plain


@pytest.mark.parametrize("call", _READS)
def test_a_refusal_is_still_botocore_s_error(call: str) -> None:
    refused = b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no such table"}'
    client = aws_clients.read_as_json(dynamodb(body=refused, status=400))
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="no such table") as raised:
        getattr(client, call)(**_READS[call][0])
    assert isinstance(raised.value, ClientError)


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b'{"Item": ', b"[]"], ids=["html", "bytes", "cut off", "list"])
def test_an_answer_that_is_not_an_object_in_json_is_an_error_and_not_a_record_that_is_not_there(body: bytes) -> None:
    client: Any = aws_clients.read_as_json(dynamodb(body=body))
    with pytest.raises(Unreachable):
        DynamoTable(client, "state").get(RecordKey("A", "1"))


@pytest.mark.usefixtures("_region")
def test_the_functions_client_of_dynamodb_is_one_that_reads_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    # An attribute of a kind that botocore's model of the service does not have shows who has read the answer.
    made: Any = aws_clients.client("dynamodb")
    body = b'{"Item": {"pk": {"NEW": "x"}}}'
    made.meta.events.register("before-send.dynamodb", lambda **_: answer(_OK, body), unique_id="answer")
    try:
        assert made.get_item(**_READS["get_item"][0])["Item"] == {"pk": {"NEW": "x"}}
    finally:
        made.meta.events.unregister("before-send.dynamodb", unique_id="answer")
