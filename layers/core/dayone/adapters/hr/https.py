"""Calls to HTTP APIs that are not AWS's: to public addresses, without redirects, of bounded time and size."""

import socket
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event, Timer
from typing import Any
from weakref import finalize

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from dayone.errors import Throttled, Unavailable, Unreachable

# Source: RFC 6052, section 2.1: IPv4 addresses behind a translator.
_TRANSLATED = ip_network("64:ff9b::/96")

type Address = IPv4Address | IPv6Address


class NotPublic(HTTPError):
    """The address that a name leads to is not one of the internet, or is not reached over TLS."""


class Outside:
    """Connections to public addresses, and to networks (CIDR) `opened` by the operator, where TLS may be missing.

    All addresses of a name must be allowed, and the socket is opened to the very address that was checked.
    """

    def __init__(self, opened: Iterable[str] = ()) -> None:
        self._opened = [ip_network(network) for network in opened]
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        finalize(self, _close, self._sockets)

    def is_opened(self, text: str) -> bool:
        """Return whether the operator has listed the network of this address."""
        address = meant_by(text)
        return any(address in network for network in self._opened)

    def allows(self, text: str) -> bool:
        """Return whether connections to this address are allowed."""
        return self.is_opened(text) or is_public(meant_by(text))

    def pools(self) -> dict[str, type[HTTPConnectionPool]]:
        """For urllib3: pools whose connections go this way, by scheme."""
        # What urllib3 makes its sockets with, and what it makes a pool's connections of.
        encrypted = {"_new_conn": lambda connection: self.connect(connection, is_allowed=self.allows)}
        plain = {"_new_conn": lambda connection: self.connect(connection, is_allowed=self.is_opened)}
        of_https = {"ConnectionCls": type("Encrypted", (HTTPSConnection,), encrypted)}
        of_http = {"ConnectionCls": type("Plain", (HTTPConnection,), plain)}
        return {
            "https": type("EncryptedPool", (HTTPSConnectionPool,), of_https),
            "http": type("PlainPool", (HTTPConnectionPool,), of_http),
        }

    def connect(self, connection: HTTPConnection, *, is_allowed: Any) -> socket.socket:  # noqa: ANN401 - a predicate
        """Open a socket to the first address that answers within the connection's time-out; raise NotPublic."""
        until = time.monotonic() + float(connection.timeout or 0)
        try:
            found = socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
        if not all(is_allowed(str(address[0])) for *_, address in found):
            raise NotPublic("the address is not a public one that is reached over https")
        for family, kind, protocol, _, address in found:
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(max(0.05, until - time.monotonic()))
                made.connect(address)
            except OSError:
                made.close()
                continue
            self._keep(made, place=(connection.host, connection.port))
            return made
        raise NewConnectionError(connection, "no address of it can be reached")

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[Event]:
        """End every connection when the block takes longer than this; the event is set when that has happened."""
        is_cut = Event()
        timer = Timer(seconds, self._cut, [is_cut])
        timer.daemon = True
        timer.start()
        try:
            yield is_cut
        finally:
            timer.cancel()

    def _keep(self, made: socket.socket, *, place: tuple[str, int]) -> None:
        # A second handle of the same connection: TLS takes the first one over.
        before = self._sockets.pop(place, None)
        if before is not None:
            before.close()
        self._sockets[place] = made.dup()

    def _cut(self, is_cut: Event) -> None:
        is_cut.set()
        for handle in list(self._sockets.values()):
            try:
                handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has ended by itself


def _close(sockets: Mapping[tuple[str, int], socket.socket]) -> None:
    for handle in sockets.values():
        handle.close()


def meant_by(text: str) -> Address:
    """Return the address that a packet to this one reaches: the IPv4 address embedded in an IPv6 address, if any."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo
    embedded = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
    if embedded is None and address in _TRANSLATED:
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    return embedded or address


def is_public(address: Address) -> bool:
    """Return whether an address is public; not private, link-local, loopback, shared, reserved or multicast."""
    return address.is_global and not (address.is_multicast or address.is_reserved)


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
