"""Where the local AWS finds the project and the tools that `make setup` puts into it."""

from pathlib import Path

from sandbox.errors import SandboxError

REPOSITORY = Path(__file__).resolve().parent.parent
_TOOLS = REPOSITORY / ".tools"


def lambda_interpreter() -> Path:
    """Return the Python that functions run on: the standard library and boto3, as in Lambda's own image."""
    return _installed(_TOOLS / "lambda-image" / "bin" / "python", "the interpreter that functions run on")


def sam() -> Path:
    """Return AWS SAM's command."""
    return _installed(_TOOLS / "sam" / "bin" / "sam", "the SAM CLI")


def sam_packages() -> Path:
    """Return the folder of the packages that the SAM CLI is made of."""
    folders = sam().parent.parent.glob("lib/python3.*/site-packages")
    return next(folders)


def _installed(path: Path, what: str) -> Path:
    if not path.exists():
        message = f"{what} is not at {path.relative_to(REPOSITORY)}: run `make setup`"
        raise SandboxError(message)
    return path
