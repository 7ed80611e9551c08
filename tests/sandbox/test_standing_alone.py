"""The local AWS from the command line, as another project's tests would use it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)  # noqa: S603


def test_a_command_runs_on_it_and_its_status_is_passed_on() -> None:
    done = run("sandbox", "--", sys.executable, "-c", "import os; print(os.environ['AWS_ENDPOINT_URL']); exit(7)")
    assert (done.returncode, done.stdout.startswith("http://127.0.0.1:")) == (7, True)
    assert "# Started in" in done.stderr
    assert "MB" in done.stderr


def test_identity_center_in_it_behaves_as_it_is_told_and_has_the_management_account_it_is_told() -> None:
    asking = """
import boto3
import urllib.request, os
organization = boto3.client("organizations").describe_organization()["Organization"]
said = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_SSO_ADMIN"] + "/_sandbox/behaviour").read().decode()
print(organization["MasterAccountId"], boto3.client("sts").get_caller_identity()["Account"], said)
"""
    accounts = ["--account", "444455556666", "--management-account", "111122223333"]
    done = run("sandbox", "--behaviour", "realistic,spread=0.5", *accounts, "--", sys.executable, "-c", asking)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("111122223333 444455556666 ")
    assert '"spread": 0.5' in done.stdout


def test_a_behaviour_that_makes_no_sense_is_refused_with_the_reason() -> None:
    for module in ("sandbox", "sandbox.identity_center"):
        done = run(module, "--behaviour", "instant,patience=1")
        assert (done.returncode, "a behaviour has no patience" in done.stderr) == (2, True)


def test_identity_center_alone_tells_where_it_answers_and_what_it_costs() -> None:
    command = [sys.executable, "-m", "sandbox.identity_center", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        said = server.stdout.readline()
        server.terminate()
    assert said.startswith("Identity Center answers at http://127.0.0.1:")
    assert "MB of memory" in said
    assert server.returncode == 0
