"""Calls to HTTP APIs that are not AWS's: to public addresses, without redirects, of bounded time and size."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import urllib3
from urllib3.exceptions import HTTPError

from dayone.adapters.hr.public_addresses import NotPublic, Outside
from dayone.errors import Throttled, Unavailable, Unreachable

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 4.0
# Of a whole call, from the name's resolution to the last byte: an answer may come a byte at a time.
_MOST_SECONDS = 6.0
_LARGEST_ANSWER = 2 * 1024 * 1024  # bytes, after decompression
_TOO_MANY, _SERVER_ERROR, _LAST = 429, 500, 600
_ANY_FORMAT = 32 + zlib.MAX_WBITS  # zlib, or gzip with its header


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The status and the body of an answer."""

    status: int
    body: bytes = field(repr=False)


class Https:
    """One pool of connections; a call that could not be sent is tried once more, any other is for the caller to try.

    `opened` are networks (CIDR) beside the internet that the operator lets it connect to. A redirect is an answer like
    any other, and is not followed.
    """

    def __init__(self, *, opened: Iterable[str] = ()) -> None:
        self._outside = Outside(opened)
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
                # It would sleep for as long as the server asks.
                respect_retry_after_header=False,
            ),
            maxsize=1,
        )
        self._pool.pool_classes_by_scheme = self._outside.pools()

    def call(self, url: str, *, method: str = "GET", headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send a request; raise Throttled or Unreachable when the whole system must be waited for.

        Raises Unavailable for an address that is not allowed, and for an answer that is too large or cannot be
        unpacked: other requests to the system are not affected.
        """
        status, text, answered = self._exchanged(url, method=method, headers=headers, body=body)
        later = answered.get("retry-after", "")
        if status == _TOO_MANY or (_SERVER_ERROR <= status < _LAST and later):
            raise Throttled(f"the answer is {status}", retry_after=float(later) if later.isdecimal() else None)
        if _SERVER_ERROR <= status < _LAST:
            raise Unreachable(f"the answer is {status}")
        text = _unpacked(text, encoding=answered.get("content-encoding", "").strip().lower())
        if len(text) > _LARGEST_ANSWER:
            raise Unavailable("the answer is larger than any record")
        return Reply(status=status, body=text)

    def _exchanged(
        self, url: str, *, method: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Return the status, the body as it was sent, and the headers with names in lower case."""
        try:
            with (
                self._outside.cut_after(_MOST_SECONDS) as is_cut,
                self._pool.request(
                    method, url, headers=dict(headers), body=body or None, redirect=False, preload_content=False
                ) as answer,
            ):
                text = answer.read(_LARGEST_ANSWER + 1, decode_content=False)
        except NotPublic as error:
            raise Unavailable(str(error)) from None
        except (HTTPError, OSError) as error:
            # Neither the address nor the headers: they can name people and hold secrets.
            raise Unreachable(f"no usable answer: {type(error).__name__}") from None
        if is_cut.is_set():
            # What was cut can look like an answer that has ended.
            raise Unreachable(f"no whole answer within {_MOST_SECONDS:.0f} seconds")
        return answer.status, text, {name.lower(): value for name, value in answer.headers.items()}


def _unpacked(text: bytes, *, encoding: str) -> bytes:
    """Decompress a body, up to the size limit; raise Unavailable."""
    if encoding in ("", "identity") or not text:
        return text
    try:
        return zlib.decompressobj(_ANY_FORMAT).decompress(text, _LARGEST_ANSWER + 1)
    except zlib.error:
        raise Unavailable(f"the answer cannot be unpacked: its encoding is {encoding[:20]!r}") from None
