"""Runs the commands of a page in one shell, in the order in which somebody reads them."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pages import ROOT, Fence, printed_as

_SECONDS = 150
_BEGINS = "\x1e"  # a separator that no command prints


@dataclass(frozen=True, kw_only=True)
class Session:
    """A folder that looks like the checkout, and the environment that commands find Day One by."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, fences: Sequence[Fence]) -> None:
        """Run what is to be run; raises AssertionError with the first place that fails or prints something else."""
        self._look_like_the_checkout()
        steps = [fence for fence in fences if fence.file or (fence.language == "sh" and not fence.not_run)]
        printed, status = self._printed("".join(_step(fence) for fence in steps))
        assert status == 0, f"{steps[len(printed) - 1].place} ended with {status}:\n{printed[-1]}"
        _compare(fences, dict(zip(steps, printed, strict=True)))

    def _printed(self, script: str) -> tuple[list[str], int]:
        """Return the output of each step, as far as it came, and the shell's status: -9 when it took too long."""
        with (self.folder / "printed").open("w+", encoding="utf-8") as out:
            shell = subprocess.Popen(  # noqa: S603 - the pages are the project's own
                ["/bin/bash", "-c", script],
                cwd=self.folder,
                # Unbuffered, both outputs come in the order in which a terminal shows them.
                env={**self.environment, "HOME": str(self.folder), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                shell.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                shell.wait()
            out.seek(0)
            return out.read().split(_BEGINS)[1:], shell.returncode

    def _look_like_the_checkout(self) -> None:
        for path in ROOT.iterdir():
            if not path.name.startswith(".") or path.name in (".venv", ".tools"):
                (self.folder / path.name).symlink_to(path)


def _step(fence: Fence) -> str:
    begin = f"set -euo pipefail\nprintf {_BEGINS}\n"
    if fence.file:
        return f"{begin}cat > {shlex.quote(fence.file)} <<'END OF FILE'\n{fence.text}END OF FILE\n"
    if fence.status:
        # In a shell of its own, so that it ends as it does for whoever types it.
        return f"{begin}set +e\n(\nset -e\n{fence.text})\nended=$?\nset -e\ntest $ended -eq {fence.status}\n"
    return f"{begin}{fence.text}"


def _compare(fences: Sequence[Fence], printed: Mapping[Fence, str]) -> None:
    before = ""
    for fence in fences:
        if fence.language == "output":
            assert printed_as(fence.text, printed=before), f"{fence.place} shows\n{fence.text}\nbut it is\n{before}"
        elif fence in printed:
            before = printed[fence]
