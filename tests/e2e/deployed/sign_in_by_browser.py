"""A program that signs a person in with boto3 by a browser, keeps the token for its profile, and says who that is.

As `aws sso login` of version 2 does it: the browser comes back to a port of this machine with a code, for which only
the program that made the verifier gets a token. Usage: `python sign_in_by_browser.py START_URL REGION SESSION PROFILE`.
"""

# ruff: noqa: T201 - what it prints is what the test reads

import base64
import hashlib
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config

SCOPE = "sso:account:access"


class Callback(BaseHTTPRequestHandler):
    """Takes the one request that the browser comes back with."""

    came_back: dict[str, list[str]]

    def do_GET(self) -> None:
        type(self).came_back = parse_qs(urlsplit(self.path).query)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<main id='main'>You can close this window.</main>")

    def log_message(self, *_arguments: object) -> None:
        """Write nothing: the code is in the address."""


def main() -> None:
    start_url, region, session, profile = sys.argv[1:]
    oidc = boto3.client("sso-oidc", region_name=region, config=Config(signature_version=UNSIGNED))
    client = oidc.register_client(
        clientName="boto3",
        clientType="public",
        scopes=[SCOPE],
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=["http://127.0.0.1/oauth/callback"],
        issuerUrl=start_url,
    )
    token = token_for(oidc, client)
    keep(session, {"startUrl": start_url, "region": region, "accessToken": token["accessToken"]}, token["expiresIn"])
    sts = boto3.session.Session(profile_name=profile).client("sts")
    print(sts.get_caller_identity()["Arn"])


def token_for(oidc: Any, client: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    """Print where the browser is to go, wait for it to come back, and return what the code is good for."""
    verifier, state = secrets.token_hex(32), secrets.token_hex(8)
    with HTTPServer(("127.0.0.1", 0), Callback) as listening:
        redirect = f"http://127.0.0.1:{listening.server_port}/oauth/callback"
        asked = {
            "response_type": "code",
            "client_id": client["clientId"],
            "redirect_uri": redirect,
            "state": state,
            "code_challenge_method": "S256",
            "scopes": SCOPE,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .rstrip(b"=")
            .decode(),
        }
        print(f"{oidc.meta.endpoint_url}/authorize?{urlencode(asked)}", flush=True)
        listening.handle_request()
    assert Callback.came_back["state"] == [state]
    answer: dict[str, Any] = oidc.create_token(
        clientId=client["clientId"],
        clientSecret=client["clientSecret"],
        grantType="authorization_code",
        code=Callback.came_back["code"][0],
        codeVerifier=verifier,
        redirectUri=redirect,
    )
    return answer


def keep(session: str, token: dict[str, str], seconds: int) -> None:
    """Write the token to where every AWS SDK looks for that of an sso-session."""
    name = hashlib.sha1(session.encode()).hexdigest()  # noqa: S324 - AWS's choice
    path = Path("~/.aws/sso/cache").expanduser() / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    expires_at = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_text(json.dumps({**token, "expiresAt": expires_at}))


if __name__ == "__main__":
    main()
