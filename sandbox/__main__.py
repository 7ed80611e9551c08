"""Runs the local AWS until Ctrl-C or SIGTERM and prints how to speak to it, or for as long as a command runs."""

import argparse
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn

from sandbox.identity_center.behaviour import behaviour_argument
from sandbox.paths import COMMANDS
from sandbox.sandbox import QUICK, Sandbox


def main() -> int:
    """Start; then run the command that is given and answer its status, or print how to speak to it and wait."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    # A shell that starts it in the background has it ignore this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    with Sandbox(
        account_id=options.account, management_account_id=options.management_account, behaviour=options.behaviour
    ) as sandbox:
        cost = f"# Started in {time.monotonic() - started:.1f} s; memory: {_told(sandbox.memory)}"
        if options.command:
            print(cost, file=sys.stderr)
            return subprocess.run(options.command, env=sandbox.command_environment, check=False).returncode
        print("# The local AWS is running; Ctrl-C stops it. For a shell that is to use it:\n")
        print(export_block(sandbox.environment))
        print(f"\n{cost}", flush=True)
        try:
            _wait_for_ever()
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def _wait_for_ever() -> NoReturn:
    # A signal in the moment before signal.pause() would be seen only when another one comes.
    while True:
        time.sleep(0.5)


def export_block(environment: Mapping[str, str]) -> str:
    """Return the environment as lines that a POSIX shell can evaluate."""
    settings = [f"export {name}={shlex.quote(text)}" for name, text in environment.items()]
    path = ":".join(shlex.quote(str(folder)) for folder in COMMANDS)
    # A profile would be looked for in the configuration file that is out of reach, and a token does not fit the key.
    unset = "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN"
    return "\n".join([unset, *settings, f'export PATH={path}:"$PATH"'])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--account", default="111122223333", help="the account to use (default %(default)s)")
    parser.add_argument(
        "--management-account", metavar="ACCOUNT", help="another management account: --account then is its delegate"
    )
    parser.add_argument(
        "--behaviour",
        type=behaviour_argument,
        default=QUICK,
        help="of Identity Center: realistic or instant, and numbers: instant,assignment_seconds=0.4 (default: quick)",
    )
    parser.add_argument("command", nargs="*", help="what to run on it, such as: -- pytest tests; then it stops")
    return parser.parse_args()


def _told(memory: Mapping[str, int]) -> str:
    if not memory:
        return "not told by this system"
    return ", ".join(f"{name} {megabytes} MB" for name, megabytes in memory.items())


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
