"""`make sandbox`: Day One on a local AWS, and a shell or a script in which `dayone` and `aws` speak to it alone."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FrameType

from sandbox.access import Credentials
from sandbox.day_one import Deployed, add_parameters, deploy
from sandbox.identity_center_view import instance_of
from sandbox.sandbox import Sandbox
from sandbox.shell.script import run_script
from sandbox.stack_callers import POLICIES, stack_caller

# Nothing listens there. A program that would leave the machine fails instead, whatever address it has in mind.
_NO_PROXY_LISTENS = "http://127.0.0.1:9"
_LOCAL = "127.0.0.1,localhost"
_INTERRUPTED = 130
_HINT = f"""\
`dayone` and `aws` speak to it in this shell, as the account's administrator, or with --profile {", ".join(POLICIES)}.
docs/first-hour.md is the way from here; leave the shell, and all of it is gone.
"""


def main() -> int:
    """Start, deploy, run what is given (else a shell) and answer its status; then stop everything."""
    signal.signal(signal.SIGTERM, _end)
    options = _options()
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="dayone-at-hand-") as folder:
        print("Deploying Day One on a local AWS …", file=sys.stderr, flush=True)
        deployed = deploy(sandbox, instance_of(sandbox), parameters=dict(options.parameter))
        environment = command_environment(sandbox, deployed, folder=Path(folder))
        if options.run:
            with suppress(KeyboardInterrupt):
                return run_script(options.run, environment=environment)
            return _INTERRUPTED
        print(_HINT, file=sys.stderr, flush=True)
        command = options.command or [os.environ.get("SHELL", "/bin/sh")]
        return subprocess.run(command, env=environment, check=False).returncode


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.shell.at_hand", description=__doc__)
    add_parameters(parser)
    parser.add_argument("--run", type=_script, metavar="FILE", help="a script to run instead of a shell")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run instead of a shell")
    return parser.parse_args()


def _script(name: str) -> Path:
    path = Path(name)
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise argparse.ArgumentTypeError(f"there is no file {name} that can be read")
    return path.resolve()


def command_environment(sandbox: Sandbox, deployed: Deployed, *, folder: Path) -> dict[str, str]:
    """Return the environment for commands on a deployed Day One: its address, the administrator's key, and profiles.

    These are written into the folder, instead of ~/.aws/config.
    """
    configuration = folder / "aws-config"
    configuration.write_text(_profiles(sandbox, deployed), encoding="utf-8")
    return {
        **sandbox.command_environment,
        "AWS_CONFIG_FILE": str(configuration),
        "DAYONE_API": deployed.api.url,
        "DAYONE_START_URL": sandbox.start_url,
        # What is signed in here is not to be taken for being signed in at a portal of AWS.
        "DAYONE_SSO_SESSION": "dayone-sandbox",
        **no_way_out(),
    }


def no_way_out() -> dict[str, str]:
    """Return the variables by which HTTP clients reach this machine and nothing beyond it."""
    proxies = {f"{scheme}_proxy": _NO_PROXY_LISTENS for scheme in ("http", "https", "all")} | {"no_proxy": _LOCAL}
    return proxies | {name.upper(): setting for name, setting in proxies.items()}


def _profiles(sandbox: Sandbox, deployed: Deployed) -> str:
    keys = {name: stack_caller(sandbox, deployed.stack, name) for name in POLICIES}
    return "\n".join(_profile(name, key, region=sandbox.region) for name, key in keys.items())


def _profile(name: str, key: Credentials, *, region: str) -> str:
    keys = f"aws_access_key_id = {key.access_key_id}\naws_secret_access_key = {key.secret_access_key}\n"
    return f"[profile {name}]\nregion = {region}\n{keys}"


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
