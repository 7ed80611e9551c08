"""Time limit of watching a change; the exit code shows that it is not over."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.test_cli_requests import TAKEN, over
from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone

_SOON = ("--timeout", "0.3")


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


@pytest.mark.parametrize(
    ("words", "request_line"),
    [
        (("changes", "watch", "01A"), ""),
        (("changes", "approve", "01A", "--yes"), "POST /v1/changes/01A/approve"),
        (("changes", "reject", "01A", "--yes"), "POST /v1/changes/01A/reject"),
        (("changes", "retry", "01A"), "POST /v1/changes/01A/retry"),
        (
            ("changes", "adopt", "01A", "group:g", "--digest", "5c1f", "--reason", "ours"),
            "POST /v1/changes/01A/adopt",
        ),
        (("accounts", "discover"), "POST /v1/accounts/discover"),
        (("people", "end", "e-1", "--yes"), "POST /v1/people/e-1/end"),
    ],
    ids=lambda words: " ".join(words[:2]) if isinstance(words, tuple) else None,
)
def test_a_change_that_goes_on_is_left_with_a_code_of_its_own(
    api: CliApi, words: tuple[str, ...], request_line: str
) -> None:
    if request_line:
        api.tell(request_line, Answered(status=202, body=TAKEN))
    api.tell("GET /v1/people/e-1", {"id": "e-1", "fact": None})
    api.tell("GET /v1/people/e-1/access", {"person": "e-1", "groups": []})
    api.tell("GET /v1/changes/01A", over("01A", "running"))
    ended = dayone(*words, *_SOON, api=api.url)
    assert (ended.code, "still running after 0.3 s" in ended.err) == (6, True), ended
    assert "01A running" in ended.out
    assert api.asked[-1].query["wait"] == "0"


def test_one_that_is_decided_and_held_still_is_not_over(api: CliApi) -> None:
    api.tell("POST /v1/changes/01A/approve", Answered(status=202, body=TAKEN))
    api.tell("GET /v1/changes/01A", over("01A", "held", held=2))
    ended = dayone("changes", "approve", "01A", "--yes", *_SOON, api=api.url)
    assert (ended.code, "still held" in ended.err) == (6, True), ended


def test_one_that_is_over_in_time_ends_as_ever(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", over("01A", succeeded=1))
    assert dayone("changes", "watch", "01A", "--timeout", "5", api=api.url).code == 0
    api.tell("GET /v1/changes/01A", over("01A", "failed", failed=1))
    assert dayone("changes", "watch", "01A", "--timeout", "5", api=api.url).code == 1


def test_one_that_is_not_known_by_then_is_not_over(api: CliApi) -> None:
    ended = dayone("changes", "watch", "01A", *_SOON, api=api.url)
    assert (ended.code, "not recorded yet" in ended.err) == (6, True), ended


def test_several_have_the_time_together(api: CliApi, tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps([{"id": f"e-{number}"} for number in range(150)]))
    other = {"change": "01B", "href": "/v1/changes/01B"}
    api.tell("POST /v1/people", Answered(status=202, body=TAKEN), Answered(status=202, body=other))
    api.tell("GET /v1/changes/01A", over("01A", "running"))
    api.tell("GET /v1/changes/01B", over("01B", "running"))
    ended = dayone("people", "import", tmp_path / "people.json", *_SOON, "-o", "json", api=api.url)
    assert [pair["change"]["id"] for pair in ended.json()["changes"]] == ["01A", "01B"]
    assert ended.code == 6
