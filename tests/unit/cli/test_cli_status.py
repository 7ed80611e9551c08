"""`dayone status` prints what needs somebody, on one screen, and exits 1 if anything does."""

import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from dayone.ops.status import NeedKind
from dayone_cli.commands.status import status_sheet
from dayone_cli.output.screen import Screen
from tests.unit.cli.test_cli_screen import Terminal, printed
from tests.unit.cli_api import AT, WELL, Answered, CliApi, running
from tests.unit.cli_runs import dayone

STUCK = {"kind": "dead-letter", "subject": "person:e-1001", "since": AT, "reason": "not a command", "change": "01A"}
FAILED = {"subject": "account:111122223333", "since": AT, "reason": "AWS says no", "change": "01F", "retried_at": AT}


def _needs(kind: str, message: str) -> dict[str, object]:
    return {"kind": kind, "message": message, "since": AT, "command": "dayone changes list"}


def _held(change: str, *, kind: str) -> dict[str, object]:
    cause = {"kind": kind, "reference": "msg_1", "actor": "hr:standard", "authors": [], "at": AT}
    decides = "Whoever has the stack's OperatePolicyArn approves or rejects it, but not ada."
    reason = "2 removals after 5 others"
    return {"change": change, "cause": cause, "operations": 2, "reason": reason, "who_decides": decides}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


def test_a_deployment_that_is_well_needs_nobody_and_ends_with_0(api: CliApi) -> None:
    api.tell("GET /v1/status", WELL)
    ended = dayone("status", api=api.url)
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "HR source standard: last accepted 2026-11-23 07:00:00Z",
        "Nothing needs you.",
        "Queues: empty. Operations: none open.",
        "Last sweep: 2026-11-23 07:00:00Z. Identity Center: answers.",
        "What others change there is known as of the inventory: none yet, and of events: none yet.",
        "Policy: version 3. Release: 0.1.0.",
    ]
    assert dayone("status", "-o", "json", api=api.url).json() == WELL


def test_each_thing_that_needs_somebody_has_a_line_and_the_command_ends_with_1(api: CliApi) -> None:
    needs = [_needs("held", "1 change holds 2 operations"), _needs("drift", "Identity Center differs")]
    api.tell("GET /v1/status", {**WELL, "needs": needs})
    ended = dayone("status", api=api.url)
    assert (ended.code, ended.err) == (1, "2 things need you\n")
    assert "held       1 change holds 2 operations since 2026-11-23 07:00:00Z: `dayone changes list`" in ended.out
    assert "Nothing needs you" not in ended.out
    assert dayone("status", "-o", "json", api=api.url).code == 1


def test_what_is_stuck_or_has_failed_is_named_with_name_since_when_and_why(api: CliApi) -> None:
    named, unnamed = {**STUCK, "name": "Ada Lovelace"}, {**FAILED, "name": ""}
    api.tell("GET /v1/status", {**WELL, "needs": [_needs("stuck", "1")], "stuck": [named], "failed": [unnamed]})
    out = dayone("status", api=api.url).out
    stuck = "Stuck since 2026-11-23 07:00:00Z: person:e-1001 (Ada Lovelace) (dead-letter): not a command [change 01A]"
    assert stuck in out
    assert "Failed since 2026-11-23 07:00:00Z: account:111122223333: AWS says no; tried again at" in out


def test_what_is_held_says_who_may_decide_and_leavers_are_mentioned_where_they_may_be(api: CliApi) -> None:
    needs = [_needs("held", "2 changes hold 4 operations")]
    api.tell("GET /v1/status", {**WELL, "needs": needs, "held": [_held("01L", kind="hr-event")]})
    out = dayone("status", api=api.url).out
    assert "Held: 2 operations of change 01L (hr-event msg_1 of hr:standard, 2026-11-23 07:00:00Z): 2 removals" in out
    assert "approves or rejects it, but not ada." in out
    assert "`dayone changes approve --leavers`" in out
    api.tell("GET /v1/status", {**WELL, "needs": needs, "held": [_held("01P", kind="policy")]})
    assert "--leavers" not in dayone("status", api=api.url).out


def test_a_hundred_held_changes_stay_on_one_screen(api: CliApi) -> None:
    held = [_held(f"01{number}", kind="policy") for number in range(100)]
    api.tell("GET /v1/status", {**WELL, "needs": [_needs("held", "100 changes")], "held": held})
    out = dayone("status", api=api.url).out
    assert "And 95 more: `dayone changes list --state held`" in out
    assert len(out.splitlines()) < 24


def test_queues_that_are_not_empty_or_not_readable_are_named(api: CliApi) -> None:
    queues = [
        {"queue": "inbox", "messages": 3, "oldest_seconds": 40},
        {"queue": "engine", "messages": 0, "oldest_seconds": None},
        {"queue": "account-events", "messages": None, "oldest_seconds": None},
    ]
    api.tell("GET /v1/status", {**WELL, "queues": queues})
    out = dayone("status", api=api.url).out
    assert "Queues: inbox 3, the oldest for 40 s, account-events not readable." in out


def test_a_release_without_it_is_not_taken_for_one_that_is_well(api: CliApi) -> None:
    api.tell("GET /v1/status", Answered(status=404, body={"title": "Not found", "detail": "there is no route"}))
    assert dayone("status", api=api.url).code == 3


def test_whose_access_is_held_is_named(api: CliApi) -> None:
    needs = [_needs("held", "1 change holds 2 operations")]
    api.tell("GET /v1/status", {**WELL, "needs": needs, "held": [_held("01L", kind="hr-event")]})
    subjects = ("person:e-1", "person:e-1", "account:444455556666", "person:e-2", "group:ops", "person:e-3")
    operations = [{"state": "held", "subject": subject, "resource": "membership/ops"} for subject in subjects]
    done = {"state": "succeeded", "subject": "person:e-0", "resource": "user"}
    api.tell("GET /v1/changes/01L", {"operations": [done, *operations], "cursor": ""})
    api.tell("GET /v1/people/e-1", {"fact": {"display_name": "Alice Ferrari"}})
    api.tell("GET /v1/accounts/444455556666", {"fact": {"name": "shop"}})
    whose = "2 removals after 5 others; it is about person:e-1 (Alice Ferrari), account:444455556666 (shop), person:e-2"
    assert f"{whose} and 2 more" in dayone("status", api=api.url).out


def test_a_source_says_what_was_accepted_last_and_what_was_refused_today_and_why(api: CliApi) -> None:
    refused = [{"reason": "signature", "number": 3, "last_at": AT}, {"reason": "record", "number": 1, "last_at": AT}]
    unknown = {"source": "", "accepted_at": None, "refused_today": [{**refused[0], "reason": "unknown-source"}]}
    hr = [{"source": "workday", "accepted_at": AT, "refused_today": refused}, unknown]
    api.tell("GET /v1/status", {**WELL, "hr": hr})
    first, second, *_ = dayone("status", api=api.url).out.splitlines()
    at = "2026-11-23 07:00:00Z"
    assert first == (
        f"HR source workday: last accepted {at}; refused today: 3 by signature, last at {at}, 1 by record, last at {at}"
    )
    assert second == (
        f"HR deliveries to names that are not configured; refused today: 3 by unknown-source, last at {at}"
    )


# As the API words them.
MESSAGES = {
    NeedKind.RECOVERY: "the state table is another one than before: nothing is given, and nothing taken but the access"
    " of people who are reported to have left, until `dayone recover` has rebuilt the record",
    NeedKind.IDENTITY_CENTER: "Identity Center does not answer Day One: AccessDeniedException",
    NeedKind.HELD: "100 changes hold 200 operations",
    NeedKind.STUCK: "20 subjects cannot go on",
    NeedKind.FAILED: "operations of 20 subjects have failed, and are tried again",
    NeedKind.RUNNING: "20 changes are under way for over 15 minutes",
    NeedKind.QUEUE: "the oldest of 1234 messages in the queue account-events has waited 0:10:00",
    NeedKind.DEAD_LETTERS: "12 dead letters: messages that failed permanently",
    NeedKind.HR_REFUSED: "deliveries of the HR source workday are refused today: 3 by signature; none since",
    NeedKind.SWEEP: "the sweep has stopped: what comes due, such as last days, is not noticed",
    NeedKind.HR_CONFIGURATION: "version 3 of the configuration of HR systems is held and does not count",
    NeedKind.INVENTORY: "the inventory has stopped: what others change in Identity Center is not noticed",
    NeedKind.DRIFT: "Identity Center differs from the record: 2 changed, 1 missing (as of 2026-11-23 07:00 UTC)",
}


def _worst() -> dict[str, Any]:
    """Everything is wrong at once, and much of it."""
    needs = [_needs(kind, MESSAGES[kind]) for kind in NeedKind]
    running_change = {**_held("01R", kind="policy"), "state": "running", "done": 7, "operations": 90}
    refused = [{"reason": "signature", "number": 3, "last_at": AT}]
    return {
        **WELL,
        "needs": needs,
        "held": [_held(f"01{number}", kind="hr-event") for number in range(100)],
        "stuck": [{**STUCK, "name": "Ada Lovelace"}] * 20,
        "failed": [{**FAILED, "name": "shop-dev"}] * 20,
        "running": [running_change] * 20,
        "hr": [{"source": f"source-{number}", "accepted_at": AT, "refused_today": refused} for number in range(9)],
        "notices": ["somebody should know that 12 held operations have expired within 7 days"] * 9,
    }


@pytest.mark.parametrize("number", [0, 1, 4, 9, len(NeedKind)])
def test_the_worst_night_fits_on_a_screen_of_80_columns_and_40_lines(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    worst = _worst()
    screen = Screen(out=Terminal(), err=io.StringIO())
    worst["needs"] = worst["needs"][:number]
    screen.show(worst, partial(status_sheet, whose=lambda _change: "person:e-1 (Alice Ferrari), account:444455556666"))
    lines = re.sub("\x1b" + r"\[[\d;]*m", "", printed(screen)).splitlines()
    assert sum(max(1, -(-len(line) // 80)) for line in lines) <= 40
    # What needs somebody is never left out.
    assert len([line for line in lines if line.split()[:1] and line.split()[0] in [*NeedKind]]) == number
