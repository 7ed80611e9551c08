"""`dayone policy`: nothing is put in force that was not shown, agreed to, and made for the policy that was there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.test_cli_requests import over
from tests.unit.cli.test_cli_screen import made, plan
from tests.unit.cli_api import WELL, Answered, CliApi, running
from tests.unit.cli_runs import dayone

TEXT = "version: 1\n"
KEPT = {"version": 7, "files": {"policy.yaml": "version: 1 # before\n"}}
TAKEN = Answered(status=202, body={"version": 8, "change": "01A", "href": "/v1/changes/01A"})


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/policy", Answered(body=KEPT, headers={"ETag": '"7"'}))
        cli_api.tell("POST /v1/plans", made(plan()))
        cli_api.tell("PUT /v1/policy", TAKEN)
        cli_api.tell("POST /v1/policy/rollback/6", TAKEN)
        cli_api.tell("GET /v1/policy/versions/6", {"version": 6, "files": {"old.yaml": TEXT}})
        cli_api.tell("GET /v1/changes/01A", over("01A", succeeded=1))
        yield cli_api


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = tmp_path / "policy.yaml"
    there.write_text(TEXT)
    return there


def puts(api: CliApi) -> list[str]:
    return [f"{entry.method} {entry.path}" for entry in api.asked if entry.method == "PUT" or "rollback" in entry.path]


def test_apply_shows_the_plan_asks_and_puts_what_was_shown_over_what_was_there(api: CliApi, file: Path) -> None:
    ended = dayone("policy", "apply", file, api=api.url, stdin="y\n")
    assert ended.code == 0, ended
    assert "Plan: 3 to add, 1 to change, 2 to remove." in ended.err
    planned, put = (next(entry for entry in api.asked if entry.method == method) for method in ("POST", "PUT"))
    assert planned.json() == put.json() == {"files": {"policy.yaml": TEXT}}
    assert put.headers["if-match"] == '"7"'


@pytest.mark.parametrize("stdin", ["n\n", "\n", ""], ids=["no", "nothing", "nobody there"])
def test_without_a_yes_nothing_is_put(api: CliApi, file: Path, stdin: str) -> None:
    assert dayone("policy", "apply", file, api=api.url, stdin=stdin).code == 1
    assert dayone("policy", "rollback", "6", api=api.url, stdin=stdin).code == 1
    assert puts(api) == []


def test_authors_that_a_pipeline_names_are_sent_with_the_policy(api: CliApi, file: Path) -> None:
    authors = ("--author", "ada@example.com", "--author", "arn:aws:iam::111122223333:user/team/bob")
    assert dayone("policy", "apply", file, "--yes", *authors, api=api.url).code == 0
    assert dayone("policy", "rollback", "6", "--yes", "--author", "ada@example.com", api=api.url).code == 0
    put, back = (entry for entry in api.asked if entry.method == "PUT" or "rollback" in entry.path)
    assert put.values("author") == ["ada@example.com", "arn:aws:iam::111122223333:user/team/bob"]
    assert back.values("author") == ["ada@example.com"]


def test_yes_does_not_ask(api: CliApi, file: Path) -> None:
    assert dayone("policy", "apply", file, "--yes", api=api.url).code == 0
    assert puts(api) == ["PUT /v1/policy"]


def test_the_first_policy_is_put_only_if_there_is_none_yet(api: CliApi, file: Path) -> None:
    api.tell("GET /v1/policy", Answered(status=404, body={"title": "Not found"}))
    assert dayone("policy", "apply", file, "--yes", api=api.url).code == 0
    put = next(entry for entry in api.asked if entry.method == "PUT")
    assert (put.headers["if-none-match"], "if-match" in put.headers) == ("*", False)


@pytest.mark.parametrize("words", [("apply", "FILE"), ("rollback", "6")], ids=["apply", "rollback"])
def test_a_policy_that_takes_longer_than_somebody_waits_goes_on(
    api: CliApi, file: Path, words: tuple[str, str]
) -> None:
    api.tell("GET /v1/changes/01A", over("01A", "running"))
    command, what = words
    ended = dayone("policy", command, file if what == "FILE" else what, "--yes", "--timeout", "0.2", api=api.url)
    assert (ended.code, "and continues" in ended.err) == (6, True)


def test_who_comes_second_is_refused_and_told_to_look_again(api: CliApi, file: Path) -> None:
    api.tell("PUT /v1/policy", Answered(status=412, body={"title": "It has changed", "detail": "version 8"}))
    ended = dayone("policy", "apply", file, "--yes", api=api.url)
    assert (ended.code, "read the plan again" in ended.err) == (3, True)


def test_what_is_in_force_already_is_not_put_again(api: CliApi, file: Path) -> None:
    api.tell("GET /v1/policy", {"version": 7, "files": {"policy.yaml": TEXT}})
    assert dayone("policy", "apply", file, "--yes", api=api.url).code == 0
    assert puts(api) == []


def test_going_back_shows_what_the_old_text_would_do_now(api: CliApi) -> None:
    ended = dayone("policy", "rollback", "6", "--yes", "--no-watch", api=api.url)
    assert (ended.code, "Plan: 3 to add" in ended.err) == (0, True)
    assert api.asked[1].json() == {"files": {"old.yaml": TEXT}}
    assert puts(api) == ["POST /v1/policy/rollback/6"]


WRONG = "policy.yaml:11: `breakglas` under `protect.users` protects nothing: there is no such user"


@pytest.mark.parametrize("words", ["plan", "apply"])
def test_what_would_be_refused_is_planned_and_not_put(words: str, api: CliApi, file: Path) -> None:
    api.tell("POST /v1/plans", made({**plan(), "errors": [WRONG]}))
    ended = dayone("policy", words, file, *(["--yes"] if words == "apply" else []), api=api.url)
    assert ended.code == 1
    assert "Plan: 3 to add" in ended.out + ended.err
    assert ended.err.endswith(f"The policy would be refused for 1 mistake\n  {WRONG}\n")
    assert puts(api) == []


def test_going_back_to_what_protects_nothing_says_so_and_goes_back(api: CliApi) -> None:
    api.tell("POST /v1/plans", made({**plan(), "errors": [WRONG]}))
    ended = dayone("policy", "rollback", "6", "--yes", "--no-watch", api=api.url)
    assert (ended.code, f"Note: {WRONG}" in ended.err) == (0, True)
    assert puts(api) == ["POST /v1/policy/rollback/6"]


def test_status_names_what_is_protected_and_is_not_there(api: CliApi) -> None:
    api.tell("GET /v1/status", {**WELL, "notices": [WRONG]})
    ended = dayone("status", api=api.url)
    assert (ended.code, WRONG in ended.out) == (0, True)


def test_show_prints_the_text_as_it_was_uploaded(api: CliApi) -> None:
    api.tell("GET /v1/policy", {"version": 7, "files": {"policy.yaml": "version: 1\ngroups:\n  a: {}\n"}})
    assert dayone("policy", "show", api=api.url).out == "version: 1\ngroups:\n  a: {}\n"


class TestDescribe:
    TEXT = "version: 1\npermission_sets:\n  Deploy:\n    session_duration: PT8H\n"

    def _answer(self, *obstacles: str) -> dict[str, object]:
        as_it_is = not obstacles
        return {
            "subject": "permission-set:Deploy",
            "identical": as_it_is,
            "policy": self.TEXT,
            "obstacles": list(obstacles),
        }

    def test_the_text_is_printed_as_it_goes_into_a_file(self, api: CliApi) -> None:
        api.tell("GET /v1/existing", self._answer())
        ended = dayone("policy", "describe", "permission-set:Deploy", api=api.url)
        assert (ended.code, ended.out) == (0, self.TEXT)
        assert api.asked[-1].query == {"subject": "permission-set:Deploy"}

    def test_a_name_that_no_rule_has_is_handed_on(self, api: CliApi) -> None:
        api.tell("GET /v1/existing", self._answer())
        dayone("policy", "describe", "permission-set:Deploy", "--name", "deploy-prod", api=api.url)
        assert api.asked[-1].query == {"subject": "permission-set:Deploy", "name": "deploy-prod"}

    def test_what_stands_in_the_way_is_said_beside_it_and_the_command_fails(self, api: CliApi) -> None:
        api.tell("GET /v1/existing", self._answer("the policy cannot say it: relay_state"))
        ended = dayone("policy", "describe", "permission-set:Deploy", api=api.url)
        assert (ended.code, ended.out) == (1, self.TEXT)
        assert "permission-set:Deploy cannot be taken as it is" in ended.err
        assert "the policy cannot say it: relay_state" in ended.err


class TestAdoptingAFinding:
    LINES = "version: 1\ngroups:\n  engineers:\n    people:\n    - e-1002\n"

    def test_the_lines_are_printed_as_they_go_into_the_policy(self, api: CliApi) -> None:
        api.tell("GET /v1/drift/4f1d/policy", {"policy": self.LINES, "obstacles": []})
        ended = dayone("drift", "adopt", "4f1d", api=api.url)
        assert (ended.code, ended.out) == (0, self.LINES)

    def test_what_they_do_not_say_is_said_beside_them_and_the_command_fails(self, api: CliApi) -> None:
        api.tell("GET /v1/drift/4f1d/policy", {"policy": self.LINES, "obstacles": ["take `description` out"]})
        ended = dayone("drift", "adopt", "4f1d", api=api.url)
        assert (ended.code, ended.out) == (1, self.LINES)
        assert "take `description` out" in ended.err


RUNNING = {
    "id": "01P",
    "state": "running",
    "reason": "",
    "portions": {"done": 3, "total": 35},
    "estimated_seconds_remaining": 12,
    "plan": None,
}


def test_a_large_company_is_planned_in_portions_and_awaited(api: CliApi, file: Path) -> None:
    api.tell("POST /v1/plans", Answered(status=202, body=RUNNING))
    api.tell("GET /v1/plans/01P", {**RUNNING, "portions": {"done": 34, "total": 35}}, made(plan()))
    ended = dayone("policy", "plan", file, api=api.url)
    assert ended.code == 0, ended
    assert "Planning everybody in 35 portions" in ended.err
    assert "Plan: 3 to add, 1 to change, 2 to remove." in ended.out


def test_a_plan_that_is_outdated_is_not_shown(api: CliApi, file: Path) -> None:
    api.tell("POST /v1/plans", Answered(status=202, body=RUNNING))
    api.tell("GET /v1/plans/01P", {**RUNNING, "state": "outdated", "reason": "another policy is in force by now"})
    ended = dayone("policy", "apply", file, "--yes", api=api.url)
    assert ended.code == 1, ended
    assert "The plan is outdated" in ended.err
    assert "another policy is in force by now" in ended.err
    assert puts(api) == []
