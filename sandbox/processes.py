"""Starts a server in a process group of its own, waits until it answers, and ends the whole group."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import SystemRandom

from sandbox.errors import SandboxError, tail
from sandbox.paths import REPOSITORY

_ANSWER_SECONDS = 2.0
_END_SECONDS = 60.0
_PORTS = range(16_384, 32_768)


class Server:
    """One server process with its children, its log, and a folder of its own that it may write to."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        health: str,
        healthy: http.HTTPStatus = http.HTTPStatus.OK,
    ) -> None:
        """Start `python -m module` in this environment and a HOME of its own; `health` answers `healthy` when ready."""
        self.module = module
        self._health, self._healthy = health, healthy
        self._log = folder / f"{module}.log"
        temporary = folder / module
        temporary.mkdir()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.lifeline", str(folder), module, *arguments],
                cwd=REPOSITORY,
                env={**environment, "PATH": os.defpath, "HOME": str(temporary), "TMPDIR": str(temporary)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def group(self) -> int:
        """The id of the process group, which is also the id of its first process."""
        return self._process.pid

    @property
    def log(self) -> str:
        """Output of the server so far."""
        return self._log.read_text(errors="replace")

    @property
    def memory(self) -> int | None:
        """Megabytes in memory of the whole group; None on a system without /proc."""
        pages = [int(size.read_text().split()[1]) for size in _statm_of(self.group)]
        return round(sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6) if pages else None

    def wait_until_ready(self, *, deadline: float) -> None:
        """Return when the server answers; the deadline is a reading of `time.monotonic`."""
        while not _answers(self._health, self._healthy):
            if self._process.poll() is not None:
                raise SandboxError(f"{self.module} ended while it started:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{self.module} does not answer at {self._health}:\n{tail(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End every process of the group and return when none is left."""
        # Not SIGTERM: a function that is busy outlives it, and nothing in here is worth an orderly end.
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._close_lifeline()
        self._process.wait()
        deadline = time.monotonic() + _END_SECONDS
        while _group_exists(self.group):
            if time.monotonic() > deadline:
                raise SandboxError(f"processes of {self.module} (group {self.group}) do not end")
            time.sleep(0.01)

    def release(self) -> None:
        """Let the server outlive this process."""
        if self._process.stdin is not None:
            self._process.stdin.write(b"\n")
        self._close_lifeline()

    def _close_lifeline(self) -> None:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()


def free_ports(count: int) -> list[int]:
    """Return different ports of 127.0.0.1 that nobody listens on at the moment.

    Systems take none of these for outgoing connections, so none is gone before its server listens.
    """
    return list(islice(filter(_is_free, SystemRandom().sample(_PORTS, len(_PORTS))), count))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _answers(url: str, status: http.HTTPStatus) -> bool:
    # Straight to this machine: a proxy named in the environment is not for it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.status == status)
    except urllib.error.HTTPError as error:
        return error.code == status
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False


def _statm_of(group: int) -> Iterator[Path]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has gone meanwhile
            if int(status.read_text().rpartition(")")[2].split()[2]) == group:
                yield status.with_name("statm")


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return not _all_ended(group)


def _all_ended(group: int) -> bool:
    """Tell whether all that is left of a group are zombies, which a container without an init never collects."""
    states = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has gone meanwhile
            state, _parent, owner = status.read_text().rpartition(")")[2].split()[:3]
            states |= {state} if int(owner) == group else set()
    return states == {"Z"}
