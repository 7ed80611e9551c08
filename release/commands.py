"""Commands that a release is made with: git and uv."""

import os
import subprocess
from pathlib import Path

from release.version import NotReleasable


def run(*command: str | Path, root: Path, **environment: str) -> str:
    """Run a command in the tree and return what it prints; raise NotReleasable with its words when it fails."""
    ran = subprocess.run(  # noqa: S603 - git and uv
        [str(word) for word in command],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise NotReleasable(f"{command[0]}: {ran.stderr.strip() or ran.stdout.strip()}")
    return ran.stdout.strip()
