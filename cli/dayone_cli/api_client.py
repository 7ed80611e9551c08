"""Client of Day One's HTTP API: paths and JSON go in, responses come out, and busy APIs are retried."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from dayone_cli.answers import Answer, failure_of
from dayone_cli.aws.signed_http import Send
from dayone_cli.failures import Misused, Unavailable

type Query = Mapping[str, str | int | list[str] | None]

_TRIES = 4
_LONGEST_PAUSE = 20.0  # seconds
_LARGEST_PAGE = 100


def path(*parts: str) -> str:
    """Return a path below the stage, such as `/v1/groups/On%20call`, with its parts quoted.

    Raises Misused for a part that would lead to another path.
    """
    for part in parts:
        if part.strip() in ("", ".", ".."):
            raise Misused("Not an id or a name", detail=f"{part!r} cannot stand in a path of the API")
    return "/" + "/".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, kw_only=True)
class ApiClient:
    """The API at a URL. A write carries one Idempotency-Key over all its tries, so that it happens once."""

    url: str
    send: Send
    sleep: Callable[[float], None] = time.sleep
    new_key: Callable[[], str] = field(default=lambda: uuid.uuid4().hex)

    def get(self, where: str, query: Query | None = None, *, accept: str = "application/json") -> Answer:
        """Send a GET and return the response; raise the failure of a refused request."""
        return self._requested("GET", where, query=query, headers={"accept": accept})

    def read(self, where: str, query: Query | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a GET."""
        return self.get(where, query).json()

    def write(
        self,
        method: str,
        where: str,
        body: object = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a POST or PUT; raise the failure of a refused request."""
        sent = b"" if body is None else json.dumps(body).encode()
        said = {"idempotency-key": self.new_key(), **({"content-type": "application/json"} if sent else {})}
        return self._requested(method, where, query=query, headers={**said, **(headers or {})}, body=sent).json()

    def ask(self, where: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a POST that writes nothing, and needs no key."""
        headers = {"content-type": "application/json"}
        return self._requested("POST", where, headers=headers, body=json.dumps(body).encode()).json()

    def pages(self, where: str, query: Query, *, most: int | None, largest: int = _LARGEST_PAGE) -> Iterator[Any]:
        """Yield the parts of a list, from the query's cursor until its end or so many entries.

        None is for lists without `limit`.
        """
        left, cursor = most, query.get("cursor") or ""
        while True:
            limit = {} if left is None else {"limit": min(left, largest)}
            said = self.read(where, {**query, **limit, "cursor": cursor})
            yield said
            cursor = said.get("cursor") or ""
            if left is not None:
                left -= max((len(entry) for entry in said.values() if isinstance(entry, list)), default=0)
            if not cursor or (left is not None and left <= 0):
                return

    def request(self, method: str, where: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send any request as it is; raise the failure of a refused request."""
        key = {} if method == "GET" else {"idempotency-key": self.new_key()}
        return self._requested(method, where, headers={**key, **headers}, body=body)

    def _requested(
        self, method: str, where: str, *, headers: Mapping[str, str], query: Query | None = None, body: bytes = b""
    ) -> Answer:
        several = {name: entry if isinstance(entry, list) else [entry] for name, entry in (query or {}).items()}
        named = [(name, str(each)) for name, values in several.items() for each in values if each not in (None, "")]
        # AWS signs a space as %20, never as a plus.
        url = self.url + where + (f"?{urlencode(named, quote_via=quote, safe='')}" if named else "")
        answer = self._answered(method, url, headers=headers, body=body)
        if answer.is_refusal:
            raise failure_of(answer)
        return answer

    def _answered(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        for tried in range(1, _TRIES):
            try:
                answer = self.send(method, url, headers=headers, body=body)
            except Unavailable:
                self.sleep(tried)
                continue
            if answer.retry_after is None:
                return answer
            self.sleep(min(answer.retry_after, _LONGEST_PAUSE))
        return self.send(method, url, headers=headers, body=body)
