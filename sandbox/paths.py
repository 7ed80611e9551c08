"""Locations of the project and of the tools that `make setup` installs into it."""

from pathlib import Path

from sandbox.errors import SandboxError

REPOSITORY = Path(__file__).resolve().parent.parent
# Where `aws` and `dayone` are; the first has a command of its own here, which stays on this machine.
COMMANDS = (REPOSITORY / "sandbox" / "commands", REPOSITORY / ".venv" / "bin")


def lambda_interpreter() -> Path:
    """Return the Python that functions run on: the standard library and boto3, as in Lambda's own image."""
    return _installed(".tools/lambda-image/bin/python", "the interpreter that functions run on")


def sam() -> Path:
    """Return AWS SAM's command."""
    return _installed(".tools/sam/bin/sam", "the SAM CLI")


def sam_packages() -> Path:
    """Return the folder of the packages that the SAM CLI is made of."""
    folders = sam().parent.parent.glob("lib/python3.*/site-packages")
    return next(folders)


def _installed(path: str, what: str) -> Path:
    installed = REPOSITORY / path
    if not installed.exists():
        raise SandboxError(f"{what} is not at {path}: run `make setup`")
    return installed
