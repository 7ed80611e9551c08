"""Starts and stops a local Identity Center as a process of its own, for tests and for the sandbox."""

import json
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.settings import Settings
from sandbox.processes import Server, free_ports

_READY_SECONDS = 240.0


class IdentityCenterServer:
    """A running server: `with IdentityCenterServer() as server: server.client("sso-admin").list_instances()`.

    It ends with the process that started it, even by `kill -9`.
    """

    def __init__(self, settings: Settings | None = None, *, events_endpoint: str | None = None) -> None:
        self.settings = settings or Settings()
        (self.port,) = free_ports(1)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._events_endpoint = events_endpoint
        self._server: Server | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        """Start the server and wait until it is ready; raises SandboxError with its log when it is not."""
        self._folder = Path(tempfile.mkdtemp(prefix="identity-center-"))
        self._server = start(self.settings, self.port, folder=self._folder, events_endpoint=self._events_endpoint)
        try:
            self._server.wait_until_ready(deadline=time.monotonic() + _READY_SECONDS)
        except BaseException:  # Ctrl-C while it starts leaves nothing behind either
            self.stop()
            raise
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop the server and wait for its end."""
        self.stop()

    def stop(self) -> None:
        """Stop the server; stopping twice does no harm."""
        if self._server is not None and self._folder is not None:
            self._server.stop()
            shutil.rmtree(self._folder, ignore_errors=True)
        self._server = self._folder = None

    def behave(self, behaviour: Behaviour) -> None:
        """Let it behave differently from now on."""
        behave(self.endpoint, behaviour)

    def let_pass(self, seconds: float) -> None:
        """Let everything that is under way end so much sooner."""
        let_pass(self.endpoint, seconds)

    def client(
        self, service: str, config: Config | None = None, *, account: str | None = None, region: str | None = None
    ) -> Any:  # noqa: ANN401
        """Return a boto3 client for identitystore, sso-admin or organizations, with the key of an account (its id)."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=region or self.settings.region,
            aws_access_key_id=account or self.settings.default_caller,
            aws_secret_access_key="test",
            config=config,
        )


def start(
    settings: Settings, port: int, *, folder: Path, events_endpoint: str | None, iam_endpoint: str | None = None
) -> Server:
    """Start `python -m sandbox.identity_center`, which may not be ready yet; its log and files are in the folder."""
    arguments = {
        "port": port,
        "account": settings.account_id,
        "region": settings.region,
        "behaviour": settings.behaviour.text,
        "delegated-administrator": settings.delegated_administrator,
        "events-endpoint": events_endpoint,
        "iam-endpoint": iam_endpoint,
        "caller-actions": ",".join(settings.caller_actions),
    }
    given = [f"--{name}={argument}" for name, argument in arguments.items() if argument]
    health = f"http://127.0.0.1:{port}/health"
    return Server("sandbox.identity_center", given, folder=folder, environment={}, health=health)


def behave(endpoint: str, behaviour: Behaviour) -> None:
    """Let the Identity Center at this URL behave differently from now on."""
    _asked(urllib.request.Request(f"{endpoint}/_sandbox/behaviour", behaviour.text.encode(), method="PUT"))


def let_pass(endpoint: str, seconds: float) -> None:
    """Let everything that is under way in the Identity Center at this URL end so much sooner."""
    _asked(urllib.request.Request(f"{endpoint}/_sandbox/passed-time", str(seconds).encode(), method="PUT"))


def load(endpoint: str, *, clear: bool = False) -> Mapping[str, Any]:
    """Return the load on the Identity Center at this URL since it was last cleared."""
    method = "DELETE" if clear else "GET"
    said: dict[str, Any] = _asked(urllib.request.Request(f"{endpoint}/_sandbox/load", method=method))
    return said


def _asked(request: urllib.request.Request) -> Any:  # noqa: ANN401 - JSON
    # Straight to this machine: a proxy named in the environment is not for it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=120) as answer:
        return json.load(answer)
