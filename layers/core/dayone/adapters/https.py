"""Calls to HTTP APIs that are not AWS's: short time-outs, no redirects, and answers of a size to be expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import urllib3
from urllib3.exceptions import HTTPError

from dayone.errors import Throttled, Unavailable, Unreachable

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 4.0
_LARGEST_ANSWER = 2 * 1024 * 1024  # bytes
_TOO_MANY, _SERVER_ERROR, _LAST = 429, 500, 600


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The status and the body of an answer."""

    status: int
    body: bytes = field(repr=False)


class Https:
    """One pool of connections; a call that could not be sent is tried once more, any other is for the caller to try."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=urllib3.Retry(
                total=1,
                connect=1,
                read=0,
                status=0,
                redirect=0,
                other=0,
                raise_on_redirect=False,
                # It would sleep for as long as it is told to.
                respect_retry_after_header=False,
            ),
            maxsize=1,
        )

    def call(self, url: str, *, method: str = "GET", headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send a request; raises Throttled or Unreachable when the system has to be waited for.

        Raises Unavailable for an answer that is too large, which says nothing of what else the system is asked for.
        """
        try:
            with self._pool.request(
                method, url, headers=dict(headers), body=body or None, redirect=False, preload_content=False
            ) as answer:
                text = answer.read(_LARGEST_ANSWER + 1)
                status, later = answer.status, answer.headers.get("retry-after", "")
        except HTTPError as error:
            # Neither the address nor the headers: they can name people and hold secrets.
            raise Unreachable(f"no usable answer: {type(error).__name__}") from None
        if status == _TOO_MANY or (_SERVER_ERROR <= status < _LAST and later):
            raise Throttled(f"the answer is {status}", retry_after=float(later) if later.isdecimal() else None)
        if _SERVER_ERROR <= status < _LAST:
            raise Unreachable(f"the answer is {status}")
        if len(text) > _LARGEST_ANSWER:
            raise Unavailable("the answer is larger than any record")
        return Reply(status=status, body=text)
