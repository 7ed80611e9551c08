"""A small HTTP API on this machine, to try the `dayone` command on: it answers as told, and verifies signatures."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

_SIGNED = (
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d+)/([^/]+)/execute-api/aws4_request,"
    r" SignedHeaders=(\S+), Signature=(\w+)"
)
KEY, SECRET, REGION = "AKIDEXAMPLE", "a secret of nobody", "eu-west-1"

# The status of a deployment that needs nobody.
AT = "2026-11-23T07:00:00+00:00"
WELL: dict[str, Any] = {
    "at": AT,
    "needs": [],
    "policy_version": 3,
    "release": "0.1.0",
    "operations_open": False,
    "held": [],
    "stuck": [],
    "failed": [],
    "running": [],
    "queues": [{"queue": "inbox", "messages": 0, "oldest_seconds": None}],
    "swept_at": AT,
    "inventory_at": None,
    "events_at": None,
    "drift": {},
    "identity_center": "answers",
    "hr": [{"source": "standard", "accepted_at": AT, "refused_today": []}],
    "notices": [],
    "complete": True,
}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A single response."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    pairs: Sequence[tuple[str, str]] = ()

    def values(self, name: str) -> list[str]:
        """All values of a parameter of the query, in the order they came in."""
        return [value for each, value in self.pairs if each == name]

    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)


@dataclass
class CliApi:
    """Responses of each path, in turn, the last one repeated; and the recorded requests."""

    url: str = ""
    answers: dict[str, list[Answered]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def tell(self, route: str, *told: Answered | object) -> None:
        """Say what a route such as `GET /v1/health` answers."""
        self.answers[route] = [entry if isinstance(entry, Answered) else Answered(body=entry) for entry in told]

    def answer(self, asked: Asked, *, target: str) -> Answered:
        self.asked.append(asked)
        if not asked.path.startswith("/hr/") and not is_signed(asked, target=target):
            return Answered(status=403, body={"message": "The request signature we calculated does not match"})
        waiting = self.answers.get(f"{asked.method} {asked.path}")
        if not waiting:
            problem = {"type": "tag:dayone,2026:not-found", "title": "Not found", "status": 404}
            return Answered(status=404, body={**problem, "detail": f"no {asked.method} {asked.path}"})
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the API of its server."""

    api: CliApi

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): text for name, text in self.headers.items()},
            pairs=parse_qsl(parts.query),
            body=self.rfile.read(int(self.headers.get("content-length") or 0)),
        )
        told = self.api.answer(asked, target=self.path)
        sent = (told.body if isinstance(told.body, str) else json.dumps(told.body)).encode()
        self.send_response(told.status)
        for name, value in {**told.headers, "content-length": str(len(sent))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_arguments: object) -> None:
        """Write nothing."""


@contextmanager
def running(api: CliApi | None = None) -> Iterator[CliApi]:
    """The API, for as long as the block lasts."""
    api = api or CliApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("HandlerOfThis", (Handler,), {"api": api}))
    api.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def is_signed(asked: Asked, *, target: str) -> bool:
    """Return whether the signature is ours, by the specification of Signature Version 4 and not with botocore."""
    said = re.fullmatch(_SIGNED, asked.headers.get("authorization", ""))
    if not said or (said[1], said[3]) != (KEY, REGION):
        return False
    parts = urlsplit(target)
    query = "&".join(sorted(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in parse_qsl(parts.query)))
    headers = "".join(f"{name}:{' '.join(asked.headers[name].split())}\n" for name in said[4].split(";"))
    canonical = [
        asked.method,
        quote(parts.path, safe="/~"),
        query,
        headers,
        said[4],
        hashlib.sha256(asked.body).hexdigest(),
    ]
    scope = f"{said[2]}/{REGION}/execute-api/aws4_request"
    hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{scope}\n{hashed}"
    key = f"AWS4{SECRET}".encode()
    for part in (said[2], REGION, "execute-api", "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(key.hex(), said[5])
