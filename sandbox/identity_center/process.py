"""Starts and stops a local Identity Center as a process of its own, for tests and for the sandbox."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

_ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 20.0


class IdentityCenterServer:
    """A running server: `with IdentityCenterServer() as server: server.client("sso-admin").list_instances()`."""

    def __init__(
        self,
        *,
        account: str = "111122223333",
        region: str = "us-east-1",
        assignment_seconds: float = 0.05,
        events_endpoint: str | None = None,
    ) -> None:
        self.account = account
        self.region = region
        self.port = _free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._arguments = ["--port", str(self.port), "--account", account, "--region", region]
        self._arguments += ["--assignment-seconds", str(assignment_seconds)]
        if events_endpoint:
            self._arguments += ["--events-endpoint", events_endpoint]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server and wait until it is ready."""
        # A proxy or profile of the caller's environment must not reach a server on the loopback interface.
        kept = ("PATH", "TMPDIR", "PYTHONDONTWRITEBYTECODE")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        command = [sys.executable, "-m", "sandbox.identity_center", *self._arguments]
        self._process = subprocess.Popen(command, cwd=_ROOT, env=environment)
        self._wait_until_ready(self._process)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop the server and wait for its end."""
        self.stop()

    def stop(self) -> None:
        """Stop the server; stopping twice does no harm."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def client(self, service: str, config: Config | None = None) -> Any:  # noqa: ANN401 - boto3 makes client classes
        """Return a boto3 client of this server for identitystore, sso-admin or organizations."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
            config=config,
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + _READY_SECONDS
        while time.monotonic() < give_up_at:
            if process.poll() is not None:
                raise RuntimeError(f"The local Identity Center ended with status {process.returncode}.")
            try:
                urllib.request.urlopen(f"{self.endpoint}/health", timeout=1).close()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise RuntimeError(f"The local Identity Center was not ready after {_READY_SECONDS} seconds.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
