"""The two servers of the local AWS, with the settings that connect them."""

from pathlib import Path
from urllib.parse import urlsplit

from sandbox import paths
from sandbox.access import Access
from sandbox.identity_center import process
from sandbox.identity_center.settings import Settings
from sandbox.processes import Server
from sandbox.sign_in.doors import MANAGEMENT_ACCOUNT


def start_ministack(access: Access, *, folder: Path, settings: Settings) -> Server:
    """Start everything but Identity Center, on the port of the access's endpoint."""
    environment = {
        # Functions inherit all of this. AWS_ENDPOINT_URL is not in it: MiniStack names itself to them.
        **access.identity_center_environment,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(urlsplit(access.endpoint).port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        MANAGEMENT_ACCOUNT: settings.account_id,
        "MINISTACK_ACCOUNT_ID": access.account_id,
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": access.region,
        "STATE_DIR": str(folder),
    }
    return Server(
        "sandbox.ministack.server",
        [str(paths.lambda_interpreter())],
        folder=folder,
        environment=environment,
        health=f"{access.endpoint}/_ministack/health",
    )


def start_identity_center(access: Access, *, folder: Path, settings: Settings) -> Server:
    """Start Identity Center and Organizations, whose account events go to MiniStack's default event bus."""
    port = urlsplit(access.identity_center_endpoint).port
    assert port is not None  # the sandbox has chosen one
    return process.start(settings, port, folder=folder, events_endpoint=access.endpoint, iam_endpoint=access.endpoint)
