"""A small HTTP server that stands for the API of an HR system, and notes what it is asked."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Api:
    """`status`, `body` and `headers` are the next answer; `lets_in` is the only Authorization that is taken, if any."""

    url: str = ""
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    lets_in: str = ""
    takes: float = 0.0
    drops: bool = False
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    api: Api

    def do_GET(self) -> None:
        api = self.api
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        api.asked.append((self.command, self.path, dict(self.headers.items()), body))
        time.sleep(api.takes)
        if api.drops:
            self.close_connection = True
            return
        is_let_in = api.lets_in in ("", self.headers.get("Authorization"))
        answer = api.body if isinstance(api.body, bytes) else json.dumps(api.body).encode()
        self.send_response(api.status if is_let_in else 401)
        for name, text in {**api.headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None: ...


@contextmanager
def running_api() -> Iterator[Api]:
    api = Api()
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    serving.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
