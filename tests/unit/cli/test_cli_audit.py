"""`dayone audit` shows what was dropped from the log, and takes the answers of a release that drops nothing."""

from collections.abc import Iterator

import pytest

from tests.unit.cli_api import CliApi, running
from tests.unit.cli_runs import dayone

DAY = "2026-11-23"
ENTRY = {
    "at": "2026-11-23T07:00:00+00:00",
    "actor": "hr:standard",
    "action": "create-user user",
    "subject": "",
    "change": "01A",
    "outcome": "succeeded",
    "request_id": "r-1",
    "detail": "",
}
WHOLE = {"entries": 3, "first_break": None, "cursor": ""}
BROKEN = {"lane": "policy", "number": 4, "message": "it is gone"}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as server:
        yield server


def test_what_was_dropped_is_told_from_what_was_empty(api: CliApi) -> None:
    api.tell("GET /v1/audit", {"entries": [{**ENTRY, "erased": ["subject"]}], "cursor": ""})
    ended = dayone("audit", "list", api=api.url)
    assert (ended.code, ended.out.count("(erased)")) == (0, 1), ended
    assert "hr:standard" in ended.out


def test_verifying_counts_what_was_dropped_over_all_parts_of_a_day(api: CliApi) -> None:
    api.tell("GET /v1/audit/verify", {**WHOLE, "erased": 2, "cursor": "policy:3"}, {**WHOLE, "erased": 1})
    ended = dayone("audit", "verify", DAY, api=api.url)
    assert ended.code == 0
    assert f"{DAY}: 6 entries, hash chain intact." in ended.out
    assert "3 entries lack fields that were dropped for good." in ended.out
    api.tell("GET /v1/audit/verify", {**WHOLE, "erased": 1})
    assert dayone("audit", "verify", DAY, "-o", "json", api=api.url).json()["erased"] == 1


def test_a_broken_chain_says_what_was_dropped_as_well(api: CliApi) -> None:
    api.tell("GET /v1/audit/verify", {**WHOLE, "erased": 1, "first_break": BROKEN})
    ended = dayone("audit", "verify", DAY, api=api.url)
    assert (ended.code, "1 entry lacks fields" in ended.out, "lane policy, entry 4" in ended.err) == (1, True, True), (
        ended
    )


def test_what_the_executor_never_does_is_named(api: CliApi) -> None:
    violation = {"lane": "operations", "number": 7, "message": "it has ended before"}
    api.tell("GET /v1/audit/verify", {**WHOLE, "first_violation": violation, "cursor": "operations:7"})
    ended = dayone("audit", "verify", DAY, api=api.url)
    assert (ended.code, "hash chain intact" in ended.out) == (1, True), ended
    assert "lane operations, entry 7: it has ended before" in ended.err


def test_a_release_that_drops_nothing_is_read(api: CliApi) -> None:
    api.tell("GET /v1/audit", {"entries": [ENTRY], "cursor": ""})
    api.tell("GET /v1/audit/verify", WHOLE)
    assert "create-user user" in dayone("audit", "list", api=api.url).out
    ended = dayone("audit", "verify", DAY, api=api.url)
    assert (ended.code, "dropped" in ended.out) == (0, False), ended
