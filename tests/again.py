"""Run the failed files of the deployed system's tests once more, alone: `python -m tests.again CODE`.

The deployed system runs on a local AWS whose functions are processes, beside five other processes that test: there a
test can fail of the time something took. It counts as passed when its whole file passes alone, on a local AWS of its
own, and the last lines name it, for whoever looks for its cause. What failed elsewhere, or in many files, has failed.
"""

import json
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_DEPLOYED = "tests/e2e/"
# More than these are no accident.
_FILES = 3
# What pytest ends with when tests have failed, and nothing else was wrong.
_TESTS_FAILED = 1


def run_again(root: Path, code: int) -> int:
    """The exit code of a run of the tests of `root` that ended with `code`, with what may be run again run again."""
    failed = _failed(root) if code == _TESTS_FAILED else []
    files = sorted({test.partition("::")[0] for test in failed})
    if not files or len(files) > _FILES or not all(file.startswith(_DEPLOYED) for file in files):
        return code
    _print("Once more, alone:", files)
    again = subprocess.run([sys.executable, "-m", "pytest", "-m", "not nightly", *files], cwd=root, check=False)  # noqa: S603
    if again.returncode == 0:
        _print("Passed only when they ran again, alone; each has a cause that is worth finding:", sorted(failed))
    return again.returncode


def _failed(root: Path) -> list[str]:
    kept = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return list(json.loads(kept.read_text("utf-8"))) if kept.exists() else []


def _print(title: str, names: list[str]) -> None:
    sys.stdout.write("\n".join(["", title, *(f"  {name}" for name in names), ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run_again(_ROOT, int(sys.argv[1])))
