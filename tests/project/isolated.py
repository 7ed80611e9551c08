"""Runs Python with nothing but what it is given: no environment, no packages of the surrounding machine."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# Whoever imports a module must not notice it: no connection, no process, no file but those of Python itself.
WITHOUT_SIDE_EFFECTS = """
import sys, os
def watch(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.mkdir"}:
        raise RuntimeError(f"{event} {arguments}")
    if event == "open" and isinstance(arguments[0], str):
        path = arguments[0]
        if not path.endswith((".py", ".pyc", ".so")) and "-info" not in path and not path.startswith(("/proc", "/sys")):
            raise RuntimeError(f"opens {path}")
sys.addaudithook(watch)
"""


def run_python(
    interpreter: Path,
    script: str,
    *,
    path: Iterable[Path],
    environment: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401 - whatever the script prints
    """Run a script that finds modules only in `path` and the standard library; returns the JSON it prints."""
    setting_up = f"import sys; sys.path[:0] = {[str(folder) for folder in path]!r}\n"
    ended = subprocess.run(  # noqa: S603
        [interpreter, "-I", "-S", "-B", "-W", "error", "-c", setting_up + script],
        env=dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout or "null")
