"""`dayone status` names what is stuck, whatever else it says."""

from collections.abc import Iterator

import pytest

from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone

STUCK = {
    "kind": "dead-letter",
    "subject": "person:e-1001",
    "since": "2026-11-23T07:00:00+00:00",
    "reason": "not a command",
    "change": "01A",
}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/health", {"policy_version": 3, "operations_open": False})
        cli_api.tell("GET /v1/metrics", {"operations_open": False})
        yield cli_api


def test_each_is_named_with_since_when_and_why(api: CliApi) -> None:
    api.tell("GET /v1/stuck", {"stuck": [STUCK], "complete": True})
    ended = dayone("status", api=api.url)
    assert ended.code == 0
    assert "person:e-1001 (dead-letter): not a command [change 01A]" in ended.out
    assert "Stuck since 2026-11-23" in ended.out
    assert dayone("status", "-o", "json", api=api.url).json()["stuck"] == [STUCK]


def test_nothing_is_stuck(api: CliApi) -> None:
    api.tell("GET /v1/stuck", {"stuck": [], "complete": True})
    assert "Nothing is stuck." in dayone("status", api=api.url).out


def test_a_release_without_it_is_not_told_to_be_well(api: CliApi) -> None:
    api.tell("GET /v1/stuck", Answered(status=404, body={"title": "Not found"}))
    ended = dayone("status", api=api.url)
    assert (ended.code, "stuck" in ended.out.lower()) == (0, False), ended
