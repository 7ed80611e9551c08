"""Runs all benchmarks, or those that are named, one after the other; ends with 1 when any of them missed a bound."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

_FOLDER = Path(__file__).parent


def benchmarks() -> list[str]:
    """Return the names of all benchmarks."""
    scripts = (path for path in sorted(_FOLDER.glob("*.py")) if path != Path(__file__))
    return [path.stem for path in scripts if "\nif __name__ ==" in path.read_text(encoding="utf-8")]


def missed(commands: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Run each of the named commands, whatever becomes of the others; the names of those that failed."""
    failed = []
    for name, command in commands:
        print(f"== {name}", flush=True)
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    return failed


def main() -> None:
    """Run them."""
    names = sys.argv[1:] or benchmarks()
    failed = missed((name, [sys.executable, "-m", f"benchmarks.{name}"]) for name in names)
    if failed:
        sys.exit(f"missed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
