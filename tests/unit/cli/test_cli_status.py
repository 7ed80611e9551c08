"""`dayone status` names what is held and what is stuck, whatever else it says."""

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

_OF_HR = (("01L", "23"), ("01B", "21"))


def _held(change: str, *, kind: str, at: str) -> dict[str, object]:
    cause = {"kind": kind, "reference": "msg_1", "actor": "hr:standard", "at": at}
    return {"id": change, "cause": cause, "held": 2, "held_reason": "2 removals after 5 others"}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/health", {"policy_version": 3, "operations_open": False})
        cli_api.tell("GET /v1/metrics", {"operations_open": False})
        cli_api.tell("GET /v1/changes", {"changes": [], "cursor": ""})
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


def test_what_is_held_comes_first_and_of_it_what_no_policy_has_caused(api: CliApi) -> None:
    api.tell("GET /v1/stuck", {"stuck": [STUCK], "complete": True})
    of_policy = _held("01P", kind="policy", at="2026-11-20T07:00:00+00:00")
    leaver, older = (_held(change, kind="hr-event", at=f"2026-11-{day}T07:00:00+00:00") for change, day in _OF_HR)
    api.tell("GET /v1/changes", {"changes": [leaver, of_policy, older], "cursor": ""})
    said = dayone("status", api=api.url).out
    order = [said.index(text) for text in ("of change 01B", "of change 01L", "of change 01P", "Stuck since")]
    assert order == sorted(order)
    assert "Held: 2 operations of change 01L (hr-event msg_1 of hr:standard, 2026-11-23 07:00:00Z): 2 removals" in said
    assert "`dayone changes approve --leavers`" in said
    assert dayone("status", "-o", "json", api=api.url).json()["held"] == [older, leaver, of_policy]
    assert {asked.query["state"] for asked in api.asked if asked.path == "/v1/changes"} == {"held"}


def test_whose_access_is_held_is_named(api: CliApi) -> None:
    api.tell("GET /v1/stuck", {"stuck": [], "complete": True})
    api.tell("GET /v1/changes", {"changes": [_held("01L", kind="hr-event", at="2026-11-23T07:00:00+00:00")]})
    subjects = ("person:e-1", "person:e-1", "account:444455556666", "person:e-2", "group:ops", "person:e-3")
    operations = [{"state": "held", "subject": subject, "resource": "membership/ops"} for subject in subjects]
    done = {"state": "succeeded", "subject": "person:e-0", "resource": "user"}
    api.tell("GET /v1/changes/01L", {"operations": [done, *operations], "cursor": ""})
    api.tell("GET /v1/people/e-1", {"fact": {"display_name": "Alice Ferrari"}})
    api.tell("GET /v1/accounts/444455556666", {"fact": {"name": "shop"}})
    whose = "2 removals after 5 others; it is about person:e-1 (Alice Ferrari), account:444455556666 (shop), person:e-2"
    assert f"{whose} and 2 more" in dayone("status", api=api.url).out


def test_nobody_looks_for_leavers_in_what_a_policy_removes(api: CliApi) -> None:
    api.tell("GET /v1/stuck", {"stuck": [], "complete": True})
    api.tell("GET /v1/changes", {"changes": [_held("01P", kind="policy", at="2026-11-20T07:00:00+00:00")]})
    said = dayone("status", api=api.url).out
    assert ("of change 01P" in said, "--leavers" in said, "Nothing is stuck." in said) == (True, False, True)
