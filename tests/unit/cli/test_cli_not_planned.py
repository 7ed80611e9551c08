"""Watching a change that is accepted and not planned yet: the command waits, and reports the reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from dayone_cli.output.watching import Watch
from tests.unit.cli.test_cli_requests import TAKEN, over
from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


def _not_planned(messages: int = 3) -> Answered:
    said = f"not planned yet: about {messages} messages wait in the inbox"
    body: dict[str, Any] = {
        "change": {"id": "01A", "state": "accepted", "at": "2026-11-23T08:00:00+00:00"},
        "message": said,
        "inbox": {"messages": messages, "oldest_seconds": 40 if messages else None},
        "dead_letters": 0,
    }
    return Answered(status=202, body=body)


@pytest.mark.parametrize(
    ("words", "request_line"),
    [
        (("changes", "watch", "01A"), ""),
        (("people", "end", "e-1", "--yes"), "POST /v1/people/e-1/end"),
        (("accounts", "discover"), "POST /v1/accounts/discover"),
    ],
    ids=lambda words: " ".join(words[:2]) if isinstance(words, tuple) else None,
)
def test_it_is_waited_for_and_said(api: CliApi, words: tuple[str, ...], request_line: str) -> None:
    if request_line:
        api.tell(request_line, Answered(status=202, body=TAKEN))
    api.tell("GET /v1/people/e-1", {"id": "e-1", "fact": None})
    api.tell("GET /v1/people/e-1/access", {"person": "e-1", "groups": []})
    api.tell("GET /v1/changes/01A", _not_planned(), _not_planned(), over("01A", succeeded=1))
    ended = dayone(*words, api=api.url)
    assert (ended.code, ended.err.count("01A not planned yet: about 3 messages wait in the inbox")) == (0, 1), ended
    assert "01A succeeded" in ended.out


def test_it_is_shown(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", _not_planned())
    ended = dayone("changes", "show", "01A", api=api.url)
    assert (ended.code, "01A not planned yet: about 3 messages wait in the inbox" in ended.out) == (0, True), ended


def test_at_the_timeout_it_is_not_over(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", _not_planned())
    ended = dayone("changes", "watch", "01A", "--timeout", "0.3", api=api.url)
    assert (ended.code, "01A is not planned yet after 0.3 s" in ended.err) == (6, True), ended


def test_nothing_is_waited_for_when_the_inbox_stays_empty(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Watch.__init__.__kwdefaults__ or {}, "empty_for", 0.2)
    api.tell("GET /v1/changes/01A", _not_planned(), _not_planned(0))
    ended = dayone("changes", "watch", "01A", api=api.url)
    assert (ended.code, "the inbox is empty" in ended.err, "dayone status" in ended.err) == (6, True, True), ended


def test_a_change_of_which_a_subject_was_given_up_ends_with_one(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", {**over("01A", "failed", unplanned=1), "operations": []})
    ended = dayone("changes", "watch", "01A", api=api.url)
    assert (ended.code, "1 subject could not be planned" in ended.err, "redrive" in ended.err) == (1, True, True), ended
