"""`dayone hr` shows the configuration of HR systems that counts, and what it asks before another one does."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.cli.test_cli_requests import TAKEN, over
from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone

_DIGEST = "5e6d7c8b" * 8
_IN_FORCE: dict[str, Any] = {
    "version": 4,
    "digest": "0d6b1f3c" * 8,
    "state": "in-force",
    "at": "2026-11-02T08:00:00+00:00",
    "authors": [],
    "reasons": [],
    "approved_by": "",
    "text": "version: 1\nsources: {standard: {kind: standard}}\n",
}
_HELD = {
    **_IN_FORCE,
    "version": 5,
    "digest": _DIGEST,
    "state": "held",
    "authors": ["arn:aws:iam::111122223333:user/mallory"],
    "reasons": ["source contractors is new"],
    "text": "version: 1\nsources: {standard: {kind: standard}, contractors: {kind: csv}}\n",
}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/hr-configuration", {"in_force": _IN_FORCE, "newest": _HELD})
        cli_api.tell(f"POST /v1/hr-configuration/{_DIGEST}/approve", Answered(status=202, body=TAKEN))
        cli_api.tell("GET /v1/changes/01A", over("01A"))
        yield cli_api


def _writes(api: CliApi) -> list[str]:
    return [each.path for each in api.asked if each.method != "GET"]


def test_what_counts_and_what_is_held_are_shown_with_author_reason_and_digest(api: CliApi) -> None:
    ended = dayone("hr", "configuration", api=api.url)
    assert ended.code == 0
    assert "# Version 4 is in-force" in ended.out
    assert "# Version 5 is held" in ended.out
    assert f"# Digest: {_DIGEST}" in ended.out
    assert "# Written by arn:aws:iam::111122223333:user/mallory" in ended.out
    assert "# Because: source contractors is new" in ended.out
    assert "contractors: {kind: csv}" in ended.out
    assert dayone("hr", "configuration", "-o", "json", api=api.url).json()["newest"] == _HELD


def test_one_that_counts_is_shown_once_and_none_is_said_to_be_none(api: CliApi) -> None:
    api.tell("GET /v1/hr-configuration", {"in_force": _IN_FORCE, "newest": _IN_FORCE})
    assert dayone("hr", "configuration", api=api.url).out.count("# Version") == 1
    api.tell("GET /v1/hr-configuration", {"in_force": None, "newest": None})
    assert "No configuration was recorded yet" in dayone("hr", "configuration", api=api.url).out


def test_it_is_approved_once_it_was_shown_and_confirmed(api: CliApi) -> None:
    ended = dayone("hr", "approve", _DIGEST, api=api.url, stdin="y\n")
    assert (ended.code, _writes(api)) == (0, [f"/v1/hr-configuration/{_DIGEST}/approve"]), ended.err
    assert "contractors: {kind: csv}" in ended.err
    assert "# Because: source contractors is new" in ended.err


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_sent(api: CliApi, answer: str) -> None:
    assert (dayone("hr", "approve", _DIGEST, api=api.url, stdin=answer).code, _writes(api)) == (1, [])


def test_another_digest_than_that_of_the_newest_is_not_sent(api: CliApi) -> None:
    assert (dayone("hr", "approve", _IN_FORCE["digest"], "--yes", api=api.url).code, _writes(api)) == (2, [])


def test_one_that_is_in_force_needs_no_approval(api: CliApi) -> None:
    api.tell("GET /v1/hr-configuration", {"in_force": _IN_FORCE, "newest": _IN_FORCE})
    ended = dayone("hr", "approve", _IN_FORCE["digest"], api=api.url)
    assert (ended.code, ended.out, _writes(api)) == (0, "This configuration is already in force.\n", [])
