"""HTTP with requests signed by AWS Signature Version 4, from the usual chain of credentials."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from dayone_cli.answers import Answer
from dayone_cli.failures import Unavailable

if TYPE_CHECKING:
    from botocore.credentials import Credentials

# API Gateway ends a request after 29 seconds.
_SECONDS = 35


class Send(Protocol):
    """Sends one request and returns whatever comes back, errors included; raises Unavailable when nothing does."""

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send it; header names are in lower case, and the body may be empty."""
        ...


def signed(credentials: "Credentials", *, region: str) -> Send:
    """Return a sender of requests for `execute-api`, signed with these credentials."""

    def send(method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
        return unsigned(method, url, headers=dict(request.headers), body=body)

    return send


def unsigned(method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """One request as it is, by whichever proxy the environment names."""
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers)).prepare()
    try:
        session = URLLib3Session(proxies=get_environ_proxies(url), timeout=_SECONDS)
        response = session.send(request)
    except (BotoCoreError, ValueError) as error:  # a URL that is none is a ValueError
        raise Unavailable("The API cannot be reached", detail=str(error)) from error
    text = response.content.decode(errors="replace")
    return Answer(status=response.status_code, headers={k.lower(): v for k, v in response.headers.items()}, text=text)
