"""Runs a shell script, and ends whatever it has started together with it."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# A shell's way of saying that a signal ended something.
_BY_SIGNAL = 128


def run_script(file: Path, *, environment: Mapping[str, str]) -> int:
    """Run a script by the interpreter that its first line names, else /bin/sh; returns its exit status.

    It runs in a process group of its own, of which nothing is left when this returns.
    """
    script = subprocess.Popen([*interpreter(file), str(file)], env=environment, start_new_session=True)
    try:
        status = script.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(script.pid, signal.SIGKILL)
        script.wait()
    return status if status >= 0 else _BY_SIGNAL - status


def interpreter(file: Path) -> list[str]:
    """Return the words of a script's `#!` line; those of /bin/sh where it has none."""
    with file.open("rb") as lines:
        first = lines.readline()
    return shlex.split(first[2:].decode()) if first.startswith(b"#!") else ["/bin/sh"]
