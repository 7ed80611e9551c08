"""HTTP as internal tools speak it to the deployed API: signed with AWS Signature Version 4."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from sandbox.access import Credentials


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Response: the status, the headers (letter case does not count), and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the body holds
        """Parse the body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class HttpApi:
    """One deployed API; without credentials its requests go unsigned."""

    url: str
    region: str
    credentials: Credentials | None = None

    def get(self, path: str) -> Answer:
        """GET a path below the stage."""
        return self.send("GET", path)

    def send(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request and return whatever comes back, errors included."""
        request = AWSRequest(method=method, url=self.url + path, data=body, headers=dict(headers or {}))
        if self.credentials:
            keys = SigningCredentials(self.credentials.access_key_id, self.credentials.secret_access_key)
            SigV4Auth(keys, "execute-api", self.region).add_auth(request)
        prepared = request.prepare()
        response = urllib3.request(
            method, prepared.url, body=body, headers=dict(prepared.headers), timeout=30.0, retries=False
        )
        return Answer(status=response.status, headers=response.headers, text=response.data.decode())
