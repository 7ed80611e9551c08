"""`dayone notifications` shows what waits and what was not taken, and sends test messages."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone

_AT = "2026-11-30T12:00:00+00:00"
_ON_CALL: dict[str, Any] = {
    "destination": "on-call",
    "kinds": ["change-held", "operation-denied"],
    "urgent": ["operation-denied"],
    "waiting": 3,
    "delivered_at": _AT,
    "message": "msg_1",
    "failed_at": None,
    "reason": "the address answers 503",
    "attempts": 2,
    "next_at": _AT,
}
_GONE = {
    **_ON_CALL,
    "destination": "chat",
    "reason": "the address answers 410",
    "attempts": 0,
    "next_at": None,
    "failed_at": _AT,
}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/notifications", {"destinations": [_ON_CALL, _GONE]})
        taken = {"destination": "on-call", "message": "msg_2", "href": "/v1/notifications"}
        cli_api.tell("POST /v1/notifications/on-call/test", Answered(status=202, body=taken))
        yield cli_api


def test_each_destination_says_what_waits_and_why_it_was_not_taken(api: CliApi) -> None:
    ended = dayone("notifications", "list", "--wide", api=api.url)
    assert ended.code == 0
    chat, on_call = sorted(line for line in ended.out.splitlines() if "answers" in line)
    assert "change-held, operation-denied (urgent)" in on_call
    assert "the address answers 503: sent 2 times, again" in on_call
    assert "the address answers 410: abandoned" in chat


def test_a_test_message_is_named_and_says_where_to_look(api: CliApi) -> None:
    ended = dayone("notifications", "test", "on-call", api=api.url)
    assert ended.code == 0
    assert "Message msg_2 to on-call goes out within a minute." in ended.out
    assert "dayone notifications list" in ended.out
