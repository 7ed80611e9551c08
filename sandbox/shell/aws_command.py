"""The AWS CLI, whose every request goes to the endpoint that the environment names for the service."""

import os
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from awscli import clidriver  # type: ignore[import-untyped]

_HERE = ("127.0.0.1", "localhost")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def main() -> int:
    """Run the command line, and answer its exit status."""
    # A client chooses its proxy by where it would have gone, before it is kept here.
    for name in (*_PROXIES, *map(str.upper, _PROXIES)):
        os.environ.pop(name, None)
    return int(local_driver().main())


def local_driver() -> Any:  # noqa: ANN401 - the AWS CLI has no types
    """Return the AWS CLI with a handler of ours."""
    driver = clidriver.create_clidriver()
    # Before it is signed: what is registered at this depth of the name comes before the signer, which is less deep.
    driver.session.get_component("event_emitter").register_first("request-created.*.*", _keep_here)
    return driver


def _keep_here(request: Any, event_name: str, **_: object) -> None:  # noqa: ANN401 - botocore publishes no type
    # AWS_ENDPOINT_URL alone does not do: version 1 of the CLI sends sqs, emr, rds, docdb, neptune and health to public
    # addresses whatever it says, signin has one address only, and s3control puts the account's id before any host.
    url = urlsplit(request.url)
    if url.hostname not in _HERE:
        service = event_name.split(".")[1].replace("-", "_").upper()
        endpoint = urlsplit(os.environ.get(f"AWS_ENDPOINT_URL_{service}") or os.environ["AWS_ENDPOINT_URL"])
        request.url = urlunsplit((endpoint.scheme, endpoint.netloc, url.path, url.query, url.fragment))


if __name__ == "__main__":
    sys.exit(main())
