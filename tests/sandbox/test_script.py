"""A script in the sandbox ends as it says, and nothing that it has started is left."""

import os
import time
from pathlib import Path

import pytest

from sandbox.shell.script import run_script


def _ended(folder: Path, text: str) -> int:
    script = folder / "script"
    script.write_text(text)
    return run_script(script, environment={"PATH": os.defpath, "FOLDER": str(folder)})


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("true", 0),
        ("exit 7", 7),
        ("set -e\nfalse\nexit 9", 1),
        ("kill -TERM $$", 143),
        ("#!/bin/sh -e\nfalse\nexit 9", 1),
        ("#!/usr/bin/env python3\nraise SystemExit(5)", 5),
    ],
)
def test_its_status_is_the_script_s(tmp_path: Path, text: str, status: int) -> None:
    assert _ended(tmp_path, text) == status


def test_what_it_leaves_running_is_ended(tmp_path: Path) -> None:
    assert _ended(tmp_path, 'sleep 600 & echo $! > "$FOLDER/pid"') == 0
    process = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 120
    while _runs(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # Where nobody collects orphans, a process that has ended stays as a zombie.
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
