"""`dayone setup check`: what the caller sees and what the functions see, and no when any of it is wrong."""

import json
from collections.abc import Iterator, Sequence

import pytest

from dayone.setup.findings import Finding, amiss, fine, unseen
from dayone_cli.commands import setup
from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import dayone

FINE, DARK = fine("instance", "it is ACTIVE"), unseen("identity-source", "no API says", do="look there")
WRONG = amiss("trail", "there is none", do="make one")
HERE = {"name": "region", "state": "ok", "message": "here", "remediation": "", "snippet": ""}
CHECK = "GET /v1/settings/check"


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell(
            CHECK,
            {"state": "ok", "findings": [HERE]},
        )
        yield cli_api


def seen(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Let the caller see these."""

    def own_findings(_target: object, *, instance_arn: str, ended_sessions_targets: str) -> Sequence[Finding]:
        assert (instance_arn, ended_sessions_targets) == ("", "")
        return findings

    monkeypatch.setattr(setup, "own_findings", own_findings)


def test_both_looks_are_one_table(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, FINE, DARK)
    ended = dayone("setup", "check", "--all", api=api.url)
    assert (ended.code, [line.split("  ")[0] for line in ended.out.splitlines()]) == (
        0,
        ["STATE", "ok", "unknown", "ok"],
    )
    assert [pair["seen_by"] for pair in dayone("setup", "check", "-o", "json", api=api.url).json()["findings"]] == [
        "you",
        "you",
        "Day One",
    ]


def test_what_is_fine_is_one_line_that_names_the_checks(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, FINE, DARK)
    ended = dayone("setup", "check", api=api.url)
    _, dark, folded = ended.out.splitlines()
    assert dark.startswith("unknown  identity-source")
    assert folded == "2 checks found nothing wrong (`--all` lists them): instance, region"
    assert len(dayone("setup", "check", "-o", "json", api=api.url).json()["findings"]) == 3


def test_anything_wrong_is_a_no_and_says_what_to_do(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, FINE, WRONG)
    ended = dayone("setup", "check", api=api.url)
    assert (ended.code, "make one" in ended.out, ended.err) == (1, True, "1 check failed\n")


def test_what_is_to_be_pasted_is_below_the_table_once_and_whole(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = json.dumps({"Effect": "Allow", "Action": ["kms:Decrypt"]}, indent=2)
    lacking = amiss("identity-center-key-policy", "it does not allow it", do="add it", paste=statement)
    seen(monkeypatch, lacking)
    deployed = {
        "name": lacking.name,
        "state": "error",
        "message": lacking.message,
        "remediation": lacking.do,
        "snippet": statement,
    }
    api.tell(CHECK, {"state": "error", "findings": [HERE, deployed]})
    table, mark, pasted = dayone("setup", "check", api=api.url).out.partition("identity-center-key-policy, to paste:\n")
    assert mark
    assert json.loads(pasted) == json.loads(statement)
    assert "kms:Decrypt" not in table


@pytest.mark.parametrize(
    ("told", "code", "state"),
    [
        (Answered(status=403, body={"message": "Forbidden"}), 0, "unknown"),
        (Answered(status=500, body={"title": "Day One failed"}), 1, "error"),
    ],
    ids=["an API that one may not ask", "an API that does not work"],
)
def test_an_api_that_does_not_answer_is_a_finding_too(
    api: CliApi, monkeypatch: pytest.MonkeyPatch, told: Answered, code: int, state: str
) -> None:
    seen(monkeypatch, FINE)
    api.tell(CHECK, told)
    ended = dayone("setup", "check", "-o", "json", api=api.url)
    assert (ended.code, ended.json()["findings"][-1]["name"], ended.json()["findings"][-1]["state"]) == (
        code,
        "api",
        state,
    )
