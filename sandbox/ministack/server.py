"""Runs MiniStack with this project's corrections, and functions on an interpreter that hides no missing dependency.

Usage: `python -m sandbox.ministack.server INTERPRETER`; MiniStack reads the rest from the environment.
"""

import sys

from ministack import app  # type: ignore[import-untyped]

from sandbox import paths
from sandbox.ministack import patches


def main() -> None:
    """Serve until the process is ended."""
    (interpreter,) = sys.argv[1:]
    # The SAM transform, which MiniStack lacks: the one of the SAM CLI, behind the packages of this Python.
    sys.path.append(str(paths.sam_packages()))
    patches.apply()
    # MiniStack starts functions with its own interpreter, whose packages Lambda does not have.
    sys.executable = interpreter
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
