"""Starts Chromium without a window and speaks its DevTools protocol over a pair of pipes: no port, no package."""

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError, tail

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SWITCHES = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--hide-scrollbars",
    "--window-size=1280,800",
    "--disable-dev-shm-usage",
    # Or what is done on a page before it is drawn for the first time is lost, and answered as if it were done.
    "--allow-pre-commit-input",
    # Nothing but this machine: a browser of its own accord asks its maker for this and that.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_ANSWER_SECONDS = 120.0
_END_SECONDS = 60.0
_FIRST_FREE = 10  # above 3 and 4, where Chromium expects the pipes


def find_browser() -> Path | None:
    """Return the Chromium of this machine, if it has one."""
    found = (shutil.which(name) for name in _NAMES)
    return next((Path(path) for path in found if path), None)


class DevTools:
    """One Chromium with an empty profile in `folder`; commands are answered in order."""

    def __init__(self, executable: Path, *, folder: Path) -> None:
        self._log = folder / "chromium.log"
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, _FIRST_FREE) for end in (commands, answers)]

        def lay_pipes() -> None:
            for here, there in zip(high, (3, 4), strict=True):
                os.dup2(here, there)

        # Chromium's own sandbox needs an unprivileged user.
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(executable), *_SWITCHES, *root, f"--user-data-dir={folder / 'profile'}", "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder)},
                preexec_fn=lay_pipes,  # noqa: PLW1509 - nothing else runs between fork and exec
                pass_fds=(3, 4),
                start_new_session=True,
            )
        for end in (commands, answers, *high):
            os.close(end)
        self._number = 0
        self._read = b""

    def command(self, method: str, *, session: str = "", **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Carry out a command and return its result; raises SandboxError with the browser's word or log."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            answer = self._next(deadline, method)
            if answer.get("id") == self._number:
                break
        if "error" in answer:
            raise SandboxError(f"the browser refuses {method}: {answer['error']['message']}")
        return answer["result"]

    def close(self) -> None:
        """End the browser with every process of it."""
        # Asked to, it collects its own processes; killed, it leaves them to an init that a container may not have.
        with suppress(SandboxError, OSError, subprocess.TimeoutExpired):
            self.command("Browser.close")
            self._process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_END_SECONDS)
        os.close(self._commands)
        os.close(self._answers)

    def _next(self, deadline: float, method: str) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            arrived = os.read(self._answers, 1 << 16) if ready else b""
            if not arrived:
                raise SandboxError(
                    f"the browser does not answer {method}:\n{tail(self._log.read_text(errors='replace'))}"
                )
            self._read += arrived
        message, _, self._read = self._read.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer
