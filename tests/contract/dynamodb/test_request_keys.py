"""The port RequestKeys, in memory and over DynamoDB alike."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.model import OperationModel

from dayone.adapters.dynamodb.idempotency import DynamoRequestKeys
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.errors import KeyReused, UnderWay
from dayone.messages.codec import Record
from dayone.ports.idempotency import GivenAnswer, RequestClaim, RequestKeys
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StateTable
from tests.fakes.table.request_keys import MemoryRequestKeys

pytest_plugins = ("tests.contract.state_fixtures",)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TAKEN = GivenAnswer(status=202, body='{"change": "01KQ"}', headers={"Location": "/v1/changes/01KQ"})
_WRITES = {"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem"}


@pytest.fixture(params=IMPLEMENTATIONS)
def keys(request: pytest.FixtureRequest) -> RequestKeys:
    if request.param == "fake":
        return MemoryRequestKeys()
    return DynamoRequestKeys(table_of(request).wrapped())


def _claim(keys: RequestKeys, *, request: str = "put", after: float = 0) -> RequestClaim | GivenAnswer:
    now = NOW + timedelta(seconds=after)
    return keys.claim("k", request=request, now=now, until=now + timedelta(seconds=30))


def _claimed(keys: RequestKeys, *, after: float = 0) -> RequestClaim:
    claim = _claim(keys, after=after)
    assert isinstance(claim, RequestClaim)
    return claim


def test_what_was_answered_is_answered_again(keys: RequestKeys) -> None:
    keys.keep(_claimed(keys), TAKEN)
    for after in (1, 60, 86_399):
        assert _claim(keys, after=after) == TAKEN


def test_an_answer_without_a_body_comes_back_as_it_was(keys: RequestKeys) -> None:
    keys.keep(_claimed(keys), GivenAnswer(status=204, body=""))
    assert _claim(keys) == GivenAnswer(status=204, body="")


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_key_stands_for_one_request(keys: RequestKeys, is_answered: bool) -> None:  # noqa: FBT001
    claim = _claimed(keys)
    if is_answered:
        keys.keep(claim, TAKEN)
    with pytest.raises(KeyReused):
        _claim(keys, request="post", after=60)


def test_while_it_is_worked_on_nobody_else_may(keys: RequestKeys) -> None:
    _claimed(keys)
    with pytest.raises(UnderWay):
        _claim(keys, after=29)


def test_after_a_crash_the_next_one_goes_on_as_of_the_first_moment(keys: RequestKeys) -> None:
    first = _claimed(keys)
    second = _claimed(keys, after=31)
    assert (first.at, second.at) == (NOW, NOW)
    with pytest.raises(UnderWay):
        _claim(keys, after=32)


def test_what_was_given_back_may_be_tried_at_once_as_of_the_first_moment(keys: RequestKeys) -> None:
    keys.give_back(_claimed(keys))
    assert _claimed(keys, after=1).at == NOW


def test_whoever_was_believed_dead_keeps_and_gives_back_nothing(keys: RequestKeys) -> None:
    first = _claimed(keys)
    second = _claimed(keys, after=31)
    keys.keep(first, GivenAnswer(status=500, body="late"))
    keys.give_back(first)
    with pytest.raises(UnderWay):
        _claim(keys, after=32)
    keys.keep(second, TAKEN)
    keys.give_back(second)
    assert _claim(keys, after=33) == TAKEN


def test_after_a_day_a_key_is_free_again(keys: RequestKeys) -> None:
    keys.keep(_claimed(keys), TAKEN)
    later = keys.claim("k", request="post", now=NOW + timedelta(hours=24), until=NOW + timedelta(hours=25))
    assert isinstance(later, RequestClaim)
    assert later.at == NOW + timedelta(hours=24)


def test_of_two_who_claim_at_once_one_does(state_table: StateTable) -> None:
    class Late(DynamoTable):
        """Reads before the other one has written."""

        def get(self, _key: object) -> None:
            return None

    assert _claimed(DynamoRequestKeys(state_table.wrapped()))
    with pytest.raises(UnderWay):
        _claim(DynamoRequestKeys(Late(state_table.client, state_table.name)))


def test_of_two_who_go_on_after_a_crash_one_does(state_table: StateTable) -> None:
    table = state_table.wrapped()

    class Stale(DynamoTable):
        """Has read before the other one went on."""

        def get(self, key: RecordKey) -> Record | None:
            return seen.setdefault(key, super().get(key))

    seen: dict[RecordKey, Record | None] = {}
    stale = DynamoRequestKeys(Stale(state_table.client, state_table.name))
    _claimed(DynamoRequestKeys(table))
    with pytest.raises(UnderWay):
        _claim(stale, after=1)
    _claimed(DynamoRequestKeys(table), after=31)
    with pytest.raises(UnderWay):
        _claim(stale, after=32)


def test_a_record_says_nothing_but_digests_and_the_answer_and_expires(state_table: StateTable) -> None:
    keys = DynamoRequestKeys(state_table.wrapped())
    keys.keep(_claimed(keys), TAKEN)
    (record,) = state_table.client.scan(TableName=state_table.name)["Items"]
    assert record.keys() == {"pk", "sk", "schema", "request", "at", "until", "answer", "expires_at"}
    assert int(record["expires_at"]["N"]) == NOW.timestamp() + 86_400


def test_the_adapter_calls_what_it_declares(state_table: StateTable) -> None:
    client, called = state_table.connect(), set[str]()

    def note(params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        transacted = params.get("TransactItems", [])
        called.update({_WRITES[kind] for entry in transacted for kind in entry} or {f"dynamodb:{model.name}"})

    client.meta.events.register("provide-client-params", note)
    keys = DynamoRequestKeys(DynamoTable(client, state_table.name))
    keys.keep(_claimed(keys), TAKEN)
    assert called == DynamoRequestKeys.ACTIONS
