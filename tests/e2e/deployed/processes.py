"""The processes that run a function in the sandbox, to be killed in the middle of their work."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.e2e.deployed.day_one import DayOne


def workers(day_one: DayOne, function: str) -> set[int]:
    """The processes of this sandbox that run a function."""
    mark = f"ministack-lambda-{day_one.function(function)}-".encode()
    found = set()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has gone meanwhile
            process = int(command.parent.name)
            if mark in command.read_bytes() and os.getpgid(process) in day_one.sandbox.process_groups:
                found.add(process)
    return found


def kill(processes: set[int]) -> None:
    """End them where they are: nothing of theirs runs any more."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
