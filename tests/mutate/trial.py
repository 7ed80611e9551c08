"""One mutant and the tests that go through its line, in a process of its own: whatever it does, it is gone with it."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

import pytest

from tests.mutate.lines import Lines
from tests.simulation.mutants import Mutant, applied

# As long as all tests of a mutant have taken before, and for what never ends a while more.
_MOST_SECONDS = 60.0
_PATIENCE = 240.0
_LOOK_EVERY = 0.05
# Passed, or none of the tests are there any more.
_SHOW_NOTHING = (pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A mutant, whether tests caught it, and the number of tests that were tried for it."""

    mutant: Mutant
    is_caught: bool
    tests: int


@dataclass(kw_only=True)
class _Running:
    mutant: Mutant
    tests: int
    until: float = field(default_factory=lambda: monotonic() + _PATIENCE)


def chosen(mutant: Mutant, *, path: str, lines: Lines) -> list[str]:
    """Return the tests to try: the quickest of those through its line, together no longer than a minute."""
    found, left = list[str](), _MOST_SECONDS
    for test in lines.through((path, mutant.line)):
        left -= lines.seconds_of(test)
        if left < 0 and found:
            break
        found.append(test)
    return found


def try_all(mutants: Sequence[tuple[Mutant, Sequence[str]]], *, processes: int) -> Iterator[Trial]:
    """Yield the trials as they end; one that does not end in time has been noticed."""
    waiting, running = list(mutants), dict[int, _Running]()
    while waiting or running:
        while waiting and len(running) < processes:
            mutant, tests = waiting.pop(0)
            if not tests:
                yield Trial(mutant=mutant, is_caught=False, tests=0)
                continue
            running[_begin(mutant, tests)] = _Running(mutant=mutant, tests=len(tests))
        yield from _ended(running)
        sleep(_LOOK_EVERY)


def _ended(running: dict[int, _Running]) -> Iterator[Trial]:
    for process, trial in list(running.items()):
        ended, status = os.waitpid(process, os.WNOHANG)
        if not ended and monotonic() < trial.until:
            continue
        if not ended:
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
        del running[process]
        is_caught = os.waitstatus_to_exitcode(status) not in _SHOW_NOTHING
        yield Trial(mutant=trial.mutant, is_caught=is_caught, tests=trial.tests)


def _begin(mutant: Mutant, tests: Sequence[str]) -> int:
    if process := os.fork():
        return process
    code = 70
    try:
        _be_silent()
        with applied(mutant):
            # All that the tests have of a process, such as caches, they have made with the mutant.
            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
    finally:
        os._exit(code)


def _be_silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(nowhere, stream.fileno())
