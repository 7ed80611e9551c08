"""Runs the local AWS until Ctrl-C or SIGTERM, and prints how to speak to it."""

import shlex
import signal
import sys
from collections.abc import Mapping
from types import FrameType

from sandbox.sandbox import Sandbox


def main() -> None:
    """Start, print an `export` block for a shell, wait for the end."""
    signal.signal(signal.SIGTERM, _end)
    with Sandbox() as sandbox:
        print("The local AWS is running; Ctrl-C stops it. For a shell that is to use it:\n")
        print(export_block(sandbox.environment), flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print(file=sys.stderr)


def export_block(environment: Mapping[str, str]) -> str:
    """Return the environment as lines that a POSIX shell can evaluate."""
    settings = [f"export {name}={shlex.quote(text)}" for name, text in environment.items()]
    # A profile would be looked for in the configuration file that is out of reach, and a token does not fit the key.
    return "\n".join(["unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN", *settings])


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
