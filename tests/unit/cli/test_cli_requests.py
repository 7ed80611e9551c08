"""Requests of the `dayone` command: signed, once, retried when that helps, and with an exit code for each refusal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dayone_cli.api_client import ApiClient
from dayone_cli.output.watching import Watch
from tests.unit.cli_api import WELL, Answered, CliApi, running
from tests.unit.cli_runs import dayone

TAKEN = {"change": "01A", "href": "/v1/changes/01A"}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses it would have made."""
    slept: list[float] = []
    monkeypatch.setitem(ApiClient.__init__.__kwdefaults__ or {}, "sleep", slept.append)
    return slept


def over(change: str, state: str = "succeeded", **numbers: int) -> dict[str, Any]:
    """A change as the API tells of it."""
    counts = {"operations": 1, "succeeded": 0, "failed": 0, "superseded": 0, "held": 0, **numbers}
    cause = {"kind": "policy", "actor": "ada", "reference": "version 1", "at": "2026-11-23T08:00:00+00:00"}
    said = {"id": change, "state": state, "cause": cause, "held_reason": "too many", "decision": None, **counts}
    return {
        "change": said,
        "progress": {"done": 1, "total": 1},
        "estimated_seconds_remaining": 0,
        "notes": [],
        "held_explanation": [],
        "operations": [
            {
                "state": state,
                "kind": "create-user",
                "subject": "person:e-1",
                "resource": "user",
                "failure_reason": "AWS says no" if state == "failed" else "",
                "waiting_for": "",
                "reasons": [],
            }
        ],
        "cursor": "",
    }


def test_requests_are_signed_also_when_names_have_blanks_slashes_and_letters_of_other_scripts(api: CliApi) -> None:
    api.tell("GET /v1/people/%C3%A9%20%2F1", {"id": "é /1"})
    dated = {"source": "inventory", "as_of": "2026-11-23T09:18:00Z", "read_from": "2026-11-23T09:02:00Z"}
    api.tell("GET /v1/assignments", {**dated, "assignments": [], "cursor": ""})
    assert dayone("people", "show", "é /1", api=api.url).code == 0
    shown = dayone("access", "report", "--group", "On call + é/&", "--ou", "/Work/**", api=api.url)
    assert (shown.code, api.asked[-1].query["group"]) == (0, "On call + é/&")
    assert "As of 2026-11-23 09:18:00Z (inventory, read from 2026-11-23 09:02:00Z)" in shown.out


def test_a_held_change_says_who_may_not_decide_on_it_and_why(api: CliApi) -> None:
    answer = over("01H", "held", held=1)
    answer["held_explanation"] = ["1 operation waits.", "Eve may approve it, but not arn:bob, who gave grant g-1."]
    api.tell("GET /v1/changes/01H", answer)
    shown = dayone("changes", "show", "01H", api=api.url).out
    assert "1 operation waits.\nEve may approve it, but not arn:bob, who gave grant g-1.\n" in shown


def test_a_change_shows_what_the_guardrails_have_counted(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", over("01A", removals=1, additions=3))
    api.tell("GET /v1/changes/01B", over("01B", removals=0, additions=0))
    shown = dayone("changes", "show", "01A", api=api.url).out
    assert "counted against the limits of the guardrails: 1 removal, 3 additions\n" in shown
    assert "guardrails" not in dayone("changes", "show", "01B", api=api.url).out


def test_a_wrong_secret_is_not_taken_for_a_right_one(api: CliApi) -> None:
    api.tell("GET /v1/status", WELL)
    ended = dayone("status", api=api.url, AWS_SECRET_ACCESS_KEY="another")
    assert (ended.code, "signature" in ended.err) == (5, True)


@pytest.mark.parametrize(
    ("status", "code"), [(400, 3), (401, 5), (403, 5), (404, 3), (409, 3), (412, 3), (413, 3), (422, 3), (500, 4)]
)
def test_each_no_has_its_exit_code_and_is_said_with_all_its_findings(api: CliApi, status: int, code: int) -> None:
    problem = {
        "title": "No",
        "detail": "because",
        "status": status,
        "findings": ["a.yaml:1:2: this", "a.yaml:2:1: that"],
    }
    api.tell("GET /v1/people/e-1", Answered(status=status, body=problem))
    ended = dayone("people", "show", "e-1", api=api.url)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.splitlines() == ["No: because", "  a.yaml:1:2: this", "  a.yaml:2:1: that"]


def test_with_json_the_problem_document_is_on_stderr_as_it_came(api: CliApi) -> None:
    problem = {"title": "No", "detail": "because", "status": 409, "instance": "/v1/x"}
    api.tell("GET /v1/people/e-1", Answered(status=409, body=problem))
    ended = dayone("people", "show", "e-1", "--output", "json", api=api.url)
    assert (ended.code, json.loads(ended.err)) == (3, problem)


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_busy_is_asked_again_after_as_long_as_it_says(api: CliApi, pauses: list[float], status: int) -> None:
    busy = Answered(status=status, body={"title": "Busy"}, headers={"Retry-After": "7"})
    api.tell("GET /v1/status", busy, busy, WELL)
    assert dayone("status", "-o", "json", api=api.url).json() == WELL
    assert pauses == [7.0, 7.0]


def test_what_stays_busy_ends_with_unavailable(api: CliApi, pauses: list[float]) -> None:
    api.tell("GET /v1/status", Answered(status=503, body={"title": "Busy"}, headers={"Retry-After": "900"}))
    assert dayone("status", api=api.url).code == 4
    assert (len(api.asked), max(pauses)) == (4, 20.0)


def test_nobody_at_the_address_is_unavailable(pauses: list[float]) -> None:
    ended = dayone("status", api="http://127.0.0.1:9")
    assert (ended.code, len(pauses)) == (4, 3)
    assert "Traceback" not in ended.err


def test_an_answer_that_is_no_json_is_unavailable(api: CliApi) -> None:
    api.tell("GET /v1/status", "<html>a proxy of somebody's</html>")
    assert dayone("status", api=api.url).code == 4


def test_a_write_has_one_key_over_all_its_tries_and_the_next_write_another(api: CliApi, pauses: list[float]) -> None:
    lost = Answered(status=504, body={"message": "Endpoint request timed out"})
    api.tell("POST /v1/accounts/discover", lost, Answered(status=202, body=TAKEN))
    for _ in range(2):
        assert dayone("accounts", "discover", "--no-watch", api=api.url).code == 0
    keys = [entry.headers["idempotency-key"] for entry in api.asked]
    assert keys[0] == keys[1] != keys[2]
    assert len(pauses) == 1


def test_a_read_has_no_key_and_neither_has_a_plan(api: CliApi, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 1\n")
    none = {"counts": {}, "notes": [], "complete": True}
    api.tell("POST /v1/plans", {"state": "complete", "plan": none})
    assert dayone("policy", "plan", tmp_path, api=api.url).code == 0
    assert "idempotency-key" not in api.asked[0].headers


@pytest.mark.parametrize(
    ("seen", "code", "said"),
    [
        (over("01A", succeeded=1), 0, ""),
        (over("01A", "failed", failed=1), 1, "create-user person:e-1 user: AWS says no"),
        (over("01A", "held", held=2), 1, "2 operations held: too many"),
    ],
    ids=["succeeded", "failed", "held"],
)
def test_what_leads_to_a_change_is_watched_and_ends_as_the_change_does(
    api: CliApi, pauses: list[float], seen: object, code: int, said: str
) -> None:
    api.tell("POST /v1/accounts/discover", Answered(status=202, body=TAKEN))
    unknown = Answered(status=404, body={"title": "Not found"})
    api.tell("GET /v1/changes/01A", unknown, over("01A", "running"), seen)
    ended = dayone("accounts", "discover", api=api.url)
    assert (ended.code, said in ended.err) == (code, True), ended
    assert [entry.query["wait"] for entry in api.asked if entry.path == "/v1/changes/01A"] == ["20"] * 3
    assert len(pauses) == 2


def test_a_list_comes_part_by_part_and_says_when_there_is_more(api: CliApi) -> None:
    person = {"id": "e-1", "display_name": "Ada"}
    api.tell("GET /v1/people", {"people": [person] * 2, "cursor": "next"}, {"people": [person], "cursor": ""})
    assert len(dayone("people", "list", "-o", "json", api=api.url).json()["people"]) == 3
    assert [entry.query.get("cursor") for entry in api.asked] == [None, "next"]
    api.tell("GET /v1/people", {"people": [person] * 2, "cursor": "next"})
    ended = dayone("people", "list", "--limit", "2", api=api.url)
    assert "There are more" in ended.out


@pytest.mark.parametrize(("limit", "parts"), [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_of_a_list_no_more_is_asked_for_than_is_wanted(api: CliApi, limit: int, parts: list[int]) -> None:
    person = {"id": "e-1", "display_name": "Ada"}
    there = [{"people": [person] * part, "cursor": "more"} for part in parts]
    api.tell("GET /v1/people", *there, {"people": [], "cursor": ""})
    listed = dayone("people", "list", "--limit", str(limit), "-o", "json", api=api.url).json()["people"]
    assert [int(entry.query["limit"]) for entry in api.asked] == parts
    assert len(listed) == limit


def test_without_credentials_it_says_so(api: CliApi, tmp_path: Path) -> None:
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    files = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    ended = dayone("status", api=api.url, **nothing, **files)
    assert (ended.code, "dayone login" in ended.err) == (5, True)


@pytest.mark.parametrize(
    "words", [("nonsense",), ("people", "show"), ("changes", "list", "--limit", "none"), ("status", "-o", "xml")]
)
def test_what_is_mistyped_ends_with_two(words: tuple[str, ...]) -> None:
    assert dayone(*words).code == 2


def test_who_decides_sees_it_carried_out_which_comes_after_the_answer(api: CliApi, pauses: list[float]) -> None:
    api.tell("POST /v1/changes/01A/approve", Answered(status=202, body=TAKEN))
    held = over("01A", "held", held=2)
    api.tell("GET /v1/changes/01A", held, held, over("01A", "running"), over("01A", succeeded=2))
    assert dayone("changes", "approve", "01A", "--yes", api=api.url).code == 0
    assert len(pauses) == 2


def test_a_change_that_stays_unknown_is_waited_for_a_while_and_no_longer(
    api: CliApi, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Watch.__init__.__kwdefaults__ or {}, "now", lambda: sum(pauses))
    ended = dayone("changes", "watch", "01A", api=api.url)
    assert (ended.code, 10 < sum(pauses) < 15) == (3, True)


def test_what_takes_several_requests_is_one_answer_and_one_no(api: CliApi, tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps([{"id": f"e-{number}"} for number in range(150)]))
    other = {"change": "01B", "href": "/v1/changes/01B"}
    api.tell("POST /v1/people", Answered(status=202, body=TAKEN), Answered(status=202, body=other))
    api.tell("GET /v1/changes/01A", over("01A", "failed", failed=1))
    api.tell("GET /v1/changes/01B", over("01B", succeeded=1))
    ended = dayone("people", "import", tmp_path / "people.json", "-o", "json", api=api.url)
    assert [pair["change"]["id"] for pair in ended.json()["changes"]] == ["01A", "01B"]
    assert ended.code == 1
    sent = [len(entry.json()["people"]) for entry in api.asked if entry.method == "POST"]
    assert sent == [100, 50]


def test_who_is_refused_does_not_keep_the_others_back(api: CliApi, tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps([{"id": f"e-{number}"} for number in range(150)]))
    refused = {"title": "The request is not valid", "detail": "1 mistake", "findings": ["people.3.email: not one"]}
    api.tell("POST /v1/people", Answered(status=422, body=refused), Answered(status=202, body=TAKEN))
    ended = dayone("people", "import", tmp_path / "people.json", "--no-watch", api=api.url)
    assert (ended.code, "01A" in ended.out) == (1, True)
    assert "people.3.email: not one" in ended.err


_FINDING = {
    "id": "4f1d",
    "kind": "missing",
    "subject": "group:engineers",
    "resource": "group",
    "changes": [],
    "accounts": [],
    "ids": {"group_id": "g-1"},
    "baseline": False,
    "edit": None,
    "ignored": None,
    "repair": None,
    "first_seen_at": "2026-11-23T09:18:00Z",
    "seen_at": "2026-11-23T10:03:00Z",
}
_TIMES = {"as_of": "2026-11-23T09:18:00Z", "events_at": "2026-11-23T10:03:12Z"}


def test_what_differs_says_as_of_when(api: CliApi) -> None:
    api.tell("GET /v1/drift", {**_TIMES, "paused": None, "drift": [_FINDING], "cursor": ""})
    shown = dayone("drift", "list", api=api.url)
    assert shown.out.rstrip().endswith("As of 2026-11-23 09:18:00Z (inventory), 2026-11-23 10:03:12Z (events).")
    answer = json.loads(dayone("drift", "list", "--output", "json", api=api.url).out)
    assert answer == {**_TIMES, "drift": [_FINDING], "cursor": ""}
    api.tell("GET /v1/drift", {"as_of": None, "events_at": None, "paused": None, "drift": [], "cursor": ""})
    assert "No inventory has read all of Identity Center yet." in dayone("drift", "list", api=api.url).out
    api.tell("GET /v1/drift/4f1d", _FINDING)
    assert "As Identity Center was read at 2026-11-23 10:03:00Z." in dayone("drift", "show", "4f1d", api=api.url).out


def test_a_subject_is_reconciled_and_its_change_followed(api: CliApi) -> None:
    api.tell("POST /v1/drift/reconcile", Answered(status=202, body=TAKEN))
    api.tell("GET /v1/changes/01A", over("01A"))
    assert dayone("drift", "reconcile", "group:engineers", api=api.url).code == 0
    assert json.loads(api.asked[0].body) == {"subject": "group:engineers"}
