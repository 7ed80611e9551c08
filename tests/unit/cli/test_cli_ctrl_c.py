"""Ctrl-C at a terminal: a process that somebody stops says what goes on and how to return, and ends with 130."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest

from tests.project.repository import ROOT
from tests.unit.cli_api import KEY, REGION, SECRET, Answered, Asked, CliApi, running

CHANGE = "01KAR3N6M0Q4WZ3S7T1YJ5V8XD"
_PATIENCE = 120.0
_CTRL_C = b"\x03"
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/core"), str(ROOT / "cli")]),
    "COLUMNS": "200",
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": REGION,
}
_RUNNING: dict[str, Any] = {
    "change": {
        "id": CHANGE,
        "state": "running",
        "operations": 3,
        "succeeded": 1,
        "cause": {"kind": "policy", "reference": "upload", "actor": "ada", "at": "2026-11-23T07:00:00+00:00"},
        "decision": None,
    },
    "estimated_seconds_remaining": 60,
    "held_explanation": [],
    "operations": [],
    "notes": [],
    "cursor": "",
}


@dataclass
class SlowApi(CliApi):
    """An API that answers once it may; `reached` is set when it is asked for this route."""

    route: str = ""

    def __post_init__(self) -> None:
        self.reached, self.may_answer = Event(), Event()

    def answer(self, asked: Asked, *, target: str) -> Answered:
        if f"{asked.method} {asked.path}" == self.route:
            self.reached.set()
            self.may_answer.wait(_PATIENCE)
        return super().answer(asked, target=target)


@dataclass
class Typed:
    """The command in a terminal of its own."""

    process: "subprocess.Popen[bytes]"
    terminal: int
    shown: str = ""

    def sees(self, text: str) -> None:
        """Wait until the terminal shows a text."""
        until = time.monotonic() + _PATIENCE
        while text not in self.shown:
            assert time.monotonic() < until, self.shown
            assert self._read(), self.shown

    def stops(self) -> int:
        """Press Ctrl-C; return the exit code. The terminal itself makes a signal of it, for whoever runs in it."""
        os.write(self.terminal, _CTRL_C)
        while self._read():
            pass
        return self.process.wait(_PATIENCE)

    def _read(self) -> bool:
        try:
            read = os.read(self.terminal, 4096)
        except OSError:  # whoever had the other end is gone
            return False
        self.shown += read.decode(errors="replace").replace("\r\n", "\n")
        return bool(read)


def _in_the_foreground() -> None:
    """Take the terminal, and be signalled by it although whoever runs the tests in the background is not."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def in_terminal() -> Iterator[Callable[..., Typed]]:
    begun: list[Typed] = []

    def begin(*words: str, api: str) -> Typed:
        terminal, inside = pty.openpty()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "dayone_cli", *words],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env={**_ENVIRONMENT, "DAYONE_API": api},
            start_new_session=True,
            preexec_fn=_in_the_foreground,  # noqa: PLW1509 - the terminal is to signal it
        )
        os.close(inside)
        begun.append(Typed(process, terminal))
        return begun[-1]

    yield begin
    for typed in begun:
        typed.process.kill()
        typed.process.wait()
        os.close(typed.terminal)


def test_whoever_stops_watching_reads_that_it_goes_on_and_how_to_return(in_terminal: Callable[..., Typed]) -> None:
    with running(SlowApi(route=f"GET /v1/changes/{CHANGE}")) as api:
        assert isinstance(api, SlowApi)
        api.tell("POST /v1/accounts/discover", Answered(body={"change": CHANGE, "href": "x"}, status=202))
        api.tell(f"GET /v1/changes/{CHANGE}", _RUNNING)
        typed = in_terminal("accounts", "discover", api=api.url)
        assert api.reached.wait(_PATIENCE), typed.shown
        status = typed.stops()
        api.may_answer.set()
    assert status == 130
    last = typed.shown.strip().splitlines()[-1]
    assert f"Stopped watching change {CHANGE}: it continues without you" in last
    assert f"`dayone changes watch {CHANGE}`" in last
    assert "Traceback" not in typed.shown


def test_whoever_stops_a_request_reads_where_to_see_what_was_accepted(in_terminal: Callable[..., Typed]) -> None:
    with running(SlowApi(route="GET /v1/people")) as api:
        assert isinstance(api, SlowApi)
        typed = in_terminal("people", "list", api=api.url)
        assert api.reached.wait(_PATIENCE), typed.shown
        status = typed.stops()
        api.may_answer.set()
    assert status == 130
    assert "Stopped: what Day One has accepted continues" in typed.shown
    assert "Traceback" not in typed.shown


def test_whoever_stops_at_a_question_has_decided_nothing(in_terminal: Callable[..., Typed]) -> None:
    held = {**_RUNNING, "change": {**_RUNNING["change"], "state": "held", "held": 1}}
    with running() as api:
        api.tell(f"GET /v1/changes/{CHANGE}", held)
        typed = in_terminal("changes", "reject", CHANGE, api=api.url)
        typed.sees("[y/N]")
        assert typed.stops() == 130
        assert [asked.method for asked in api.asked if asked.method != "GET"] == []
    assert typed.shown.rstrip().endswith("Stopped: nothing was changed, and nothing goes on")
    assert "Traceback" not in typed.shown
