"""A key that DynamoDB would refuse is refused before anything is sent to it, or put on the inbox."""

import base64
import json
from typing import Any

import pytest

from dayone.adapters.dynamodb.keys import MOST_BYTES, RecordKey, check_keys, head_of
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import Check, Delete, Put, Update
from dayone.adapters.sqs import SqsInbox
from dayone.errors import Invalid, TooLarge
from dayone.model.commands import ReconcileSubject
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import a_cause


class _NobodyCalls:
    """A client of AWS that must not be called."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        def call(**_: object) -> None:
            raise AssertionError(f"{name} was called")

        return call


_TABLE = DynamoTable(_NobodyCalls(), "table")  # type: ignore[arg-type]
_LONG = RecordKey("A", "é" * 513)


# Source: DynamoDB Developer Guide, "Service, account, and table quotas".
@pytest.mark.parametrize(
    ("name", "most"),
    [("pk", 2048), ("sk", 1024), ("listed_in", 2048), ("listed_as", 1024), ("due_at", 1024), ("runnable_order", 1024)],
)
@pytest.mark.parametrize("character", ["x", "é", "\U0001f680"])
def test_a_key_may_have_so_many_bytes_and_no_more(name: str, most: int, character: str) -> None:
    fits = character * (most // len(character.encode()))
    check_keys({name: fits})
    with pytest.raises(TooLarge):
        check_keys({name: f"{fits}{character}"})
    assert MOST_BYTES[name] == most


def test_no_other_attribute_is_bounded_by_it() -> None:
    check_keys({"pk": "A", "text": "x" * 10_000, "listed_in": 7})


@pytest.mark.parametrize(
    "call",
    [
        lambda: _TABLE.get(_LONG),
        lambda: list(_TABLE.get_all([_LONG])),
        lambda: _TABLE.put_all([_LONG._asdict()]),
        lambda: _TABLE.delete_all([_LONG]),
        lambda: _TABLE.write(Put(_LONG._asdict()), what="writing"),
        lambda: _TABLE.write(Delete(_LONG), what="writing"),
        lambda: _TABLE.write(Update(_LONG, put={"text": "x"}), what="writing"),
        lambda: _TABLE.write(Update(RecordKey("A", "1"), put={"listed_as": "x" * 1025}), what="writing"),
        lambda: Check(_LONG, condition=None).request(),  # type: ignore[arg-type]
        lambda: _TABLE.get(head_of(Subject(SubjectKind.GROUP, "#" * 400))),
    ],
)
def test_every_way_to_the_table_refuses_it(call: Any) -> None:  # noqa: ANN401
    with pytest.raises(TooLarge):
        call()


@pytest.mark.parametrize("name", ["pk", "sk", "listed_as"])
def test_a_cursor_with_such_a_key_is_not_one(name: str) -> None:
    listing = Listing(partition=("listed_in", "GROUP"), sort_key="listed_as", index="listing")
    place = {"pk": "A", "sk": "1", "listed_in": "GROUP", "listed_as": "x"}
    text = json.dumps({**place, name: "x" * 3000})
    with pytest.raises(Invalid):
        listing.place_of(base64.urlsafe_b64encode(text.encode()).decode())


@pytest.mark.parametrize("name", ["x" * 513, "é" * 257, "\U0001f680" * 129, "\ud800" * 171])
def test_what_no_key_holds_is_not_put_on_the_inbox(name: str) -> None:
    """It was answered 202, and then could be planned by nobody: a dead letter for ever."""
    command = ReconcileSubject(subject=Subject(SubjectKind.GROUP, name), cause=a_cause())
    with pytest.raises(TooLarge):
        SqsInbox(_NobodyCalls(), queue_url="inbox").put([command])  # type: ignore[arg-type]
