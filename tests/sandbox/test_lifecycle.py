"""The local AWS leaves nothing behind, however it ends."""

# ruff: noqa: S603 - every command is this file's own

import io
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox import Sandbox, SandboxError, paths
from sandbox.ministack import patches
from tests.sandbox.conftest import eventually

STUBBORN = """
import signal, time
def handler(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("busy", flush=True)
    time.sleep(60)
"""

TRUST = """{"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}"""


def processes_of(endpoint: str) -> list[str]:
    """The commands of all processes that run in, or under, the MiniStack of an endpoint."""
    mark = f"GATEWAY_PORT={urlsplit(endpoint).port}\0".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes():
                found.append(environment.with_name("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def listens(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def start_stubborn_function(sandbox: Sandbox) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", STUBBORN)
    role = sandbox.client("iam").create_role(RoleName="stubborn", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    sandbox.client("lambda").create_function(
        FunctionName="stubborn",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
        Timeout=90,
    )
    sandbox.client("lambda").invoke(FunctionName="stubborn", InvocationType="Event", Payload=b"{}")


def test_a_function_that_is_busy_ends_with_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox() as sandbox:
        endpoints = sandbox.endpoint, sandbox.identity_center_endpoint
        start_stubborn_function(sandbox)
        assert eventually(lambda: len(processes_of(endpoints[0])) == 2)
    assert processes_of(endpoints[0]) == []
    assert not any(listens(endpoint) for endpoint in endpoints)
    assert list(tmp_path.iterdir()) == []


def test_an_error_inside_ends_it_too() -> None:
    sandbox = Sandbox()
    endpoints = []

    def interrupted() -> None:
        with sandbox:
            endpoints.append(sandbox.endpoint)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not listens(endpoints[0])
    with pytest.raises(SandboxError, match="not running"):
        _ = sandbox.endpoint


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_started_it(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=paths.REPOSITORY, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        assert owner.stdout is not None
        printed = "".join(iter(owner.stdout.readline, "export no_proxy=127.0.0.1\n"))
        endpoints = re.findall(r"^export AWS_ENDPOINT_URL\w*=(\S+)", printed, re.MULTILINE)
        assert all(listens(endpoint) for endpoint in endpoints)
        owner.send_signal(number)
        try:
            owner.wait(timeout=120)
        finally:
            owner.kill()
    assert eventually(lambda: not any(listens(endpoint) for endpoint in endpoints))
    assert eventually(lambda: not processes_of(endpoints[0]))
    assert eventually(lambda: not list(tmp_path.iterdir()))


def test_it_can_be_left_running_and_says_how_to_stop_it(tmp_path: Path) -> None:
    script = "from sandbox import Sandbox; s = Sandbox(); s.start(); print(s.endpoint); print(s.leave_running())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=paths.REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    endpoint, stop = ended.stdout.splitlines()
    try:
        assert listens(endpoint)
        subprocess.run(["/bin/sh", "-c", stop], check=True)
        assert eventually(lambda: not listens(endpoint))
        assert list(tmp_path.iterdir()) == []
    finally:
        for group in re.findall(r" -(\d{2,})", stop):
            with suppress(ProcessLookupError):
                os.killpg(int(group), signal.SIGKILL)


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1]] * 2
        monkeypatch.setattr("sandbox.sandbox.free_ports", lambda _count: ports)
        with pytest.raises(SandboxError, match="already in use"):
            Sandbox().start()


def test_a_missing_interpreter_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "REPOSITORY", tmp_path)
    with pytest.raises(SandboxError, match="make setup"):
        Sandbox().start()


def test_another_version_of_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "VERSION", "1.5.34")
    with pytest.raises(SandboxError, match=r"1\.5\.34"):
        patches.apply()
