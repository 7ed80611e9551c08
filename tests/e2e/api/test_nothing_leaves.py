"""No command in the sandbox leaves the machine, whichever service of AWS it is for."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sandbox.access import Access, without_aws
from sandbox.paths import COMMANDS
from sandbox.shell.at_hand import no_way_out
from tests.e2e.deployed.departures import Departures
from tests.pages import ROOT

_NOBODY_LISTENS = "http://127.0.0.1:1"
# They end before they send anything: without a library, an --endpoint-url, a token, and a setting.
_ASK_FOR_NOTHING = {"cloudfront-keyvaluestore", "cloudsearchdomain", "codecatalyst", "sdb"}


@pytest.fixture
def departures(tmp_path: Path) -> Departures:
    return Departures(folder=tmp_path)


def _run(command: Sequence[str], *, departures: Departures, **more: str) -> subprocess.CompletedProcess[str]:
    local = Access(
        endpoint=_NOBODY_LISTENS, identity_center_endpoint=_NOBODY_LISTENS, account_id="1" * 12, region="us-east-1"
    )
    # Without the proxies that would stop whatever the command itself lets out.
    environment = local.environment | departures.environment | {"AWS_MAX_ATTEMPTS": "1", "HOME": str(departures.folder)}
    return subprocess.run(  # noqa: S603 - the tests' own
        command,
        cwd=ROOT,
        env=without_aws({"PATH": "/usr/bin:/bin"}) | environment | more,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.thorough
@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_every_service_of_the_aws_cli_is_asked_at_the_endpoint(departures: Departures) -> None:
    configuration = departures.folder / "config"
    configuration.write_text("[default]\nparameter_validation = false\n")
    path = f"{ROOT}:{departures.environment['PYTHONPATH']}"
    ended = _run(
        [sys.executable, "-m", "tests.e2e.deployed.every_service"],
        departures=departures,
        PYTHONPATH=path,
        AWS_CONFIG_FILE=str(configuration),
    )
    assert ended.returncode == 0, ended.stderr
    assert departures.noted() == []
    came = json.loads(ended.stdout)
    assert len(came) > 400
    assert {command.split()[0] for command, requests in came.items() if not requests} == _ASK_FOR_NOTHING


def test_the_aws_cli_by_itself_leaves_the_machine_and_that_is_noted(departures: Departures) -> None:
    plain = str(COMMANDS[-1] / "aws")
    _run([plain, "sqs", "list-queues"], departures=departures)
    assert departures.noted() == [f"queue.amazonaws.com: {plain} sqs list-queues"]


@pytest.mark.parametrize("service", ["sqs list-queues", "rds describe-db-instances", "health describe-events", "s3 ls"])
@pytest.mark.parametrize("way_out", [{}, no_way_out()], ids=["open", "closed"])
def test_the_command_of_the_sandbox_does_not(departures: Departures, service: str, way_out: dict[str, str]) -> None:
    ended = _run([str(COMMANDS[0] / "aws"), *service.split()], departures=departures, **way_out)
    assert ended.returncode != 0
    assert f'Could not connect to the endpoint URL: "{_NOBODY_LISTENS}/' in ended.stderr
    assert departures.noted() == []


def test_what_does_not_know_the_endpoint_meets_a_closed_door(departures: Departures) -> None:
    code = "import urllib.request; urllib.request.urlopen('https://sqs.us-east-1.amazonaws.com')"
    ended = _run([sys.executable, "-c", code], departures=departures, **no_way_out())
    assert "Connection refused" in ended.stderr
    assert departures.noted() == []
