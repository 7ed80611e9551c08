"""Calls to what is not AWS's: only to the internet, to the address that was looked at, in bounded time and size."""

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dayone.adapters.hr import https
from dayone.adapters.hr.https import Https, is_public, meant_by
from dayone.adapters.hr.sources import PublishedTokenKeys
from dayone.errors import Unavailable, Unreachable
from dayone.model.hr_sources import TokenIssuer
from tests.contract.hr.conftest import MINUTES
from tests.contract.hr_api import Api, running_api

_HERE = ("127.0.0.0/8",)
_AS_DEPLOYED = https._MOST_SECONDS, https._READ_SECONDS
CLOSED = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104 - addresses to refuse
    *("169.254.169.254", "169.254.100.1", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "::127.0.0.1", "64:ff9b:1::1"),
]
OPEN = ["8.8.8.8", "52.94.236.248", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.fixture
def api() -> Iterator[Api]:
    with running_api() as running:
        running.body = {"id": "1"}
        yield running


@contextmanager
def _answering(send: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        send(connection)

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)


def _resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names lead to these addresses, one answer a call; returns what is asked for."""
    asked: list[str] = []
    left = list(answers)

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def _call(url: str, *opened: str) -> https.Reply:
    return Https(opened=opened).call(url, headers={})


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_of_the_internet_is_closed(address: str) -> None:
    assert not is_public(meant_by(address))


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert is_public(meant_by(address))


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_nothing_is_connected_to_in_here(api: Api, scheme: str, host: str) -> None:
    """An HR system's address of the own machine, however it is written, was asked with its credentials."""
    with pytest.raises(Unavailable) as refused:
        _call(f"{scheme}://{host}:{api.url.rpartition(':')[2]}/")
    assert "127" not in str(refused.value)
    assert api.asked == []


def test_a_name_is_judged_by_the_address_that_is_connected_to(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolving(monkeypatch, ["127.0.0.1"])
    with pytest.raises(Unavailable, match="not a public one"):
        _call(f"https://acme.example.com:{api.url.rpartition(':')[2]}/")
    # Once: a name that leads elsewhere when it is looked up again has nobody to deceive.
    assert asked == ["acme.example.com"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Unavailable, match="not a public one"):
        _call("https://acme.example.com/")


def test_without_tls_no_address_of_the_internet_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["8.8.8.8"])
    with pytest.raises(Unavailable, match="over https"):
        _call("http://acme.example.com/")


def test_a_network_that_the_operator_has_opened_is_asked(api: Api) -> None:
    assert _call(api.url, *_HERE).status == 200
    with pytest.raises(Unavailable):
        _call(api.url, "10.0.0.0/8")


def test_a_redirect_is_not_followed(api: Api) -> None:
    api.status, api.headers = 302, {"Location": f"{api.url}/latest/meta-data/"}
    assert _call(api.url, *_HERE).status == 302
    assert len(api.asked) == 1


def test_the_keys_of_an_issuer_go_the_same_way(api: Api) -> None:
    api.body = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}
    issuer = TokenIssuer(issuer="i", audience="a", keys_url=api.url)
    with pytest.raises(Unavailable):
        PublishedTokenKeys().keys(issuer)
    assert api.asked == []
    assert len(PublishedTokenKeys(opened=_HERE).keys(issuer)) == 1


def test_a_small_answer_that_becomes_a_large_one_is_not_unpacked(api: Api) -> None:
    api.body, api.headers = gzip.compress(b" " * 200 * 1024 * 1024), {"Content-Encoding": "gzip"}
    with pytest.raises(Unavailable, match="larger"):
        _call(api.url, *_HERE)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_is_packed_is_unpacked(api: Api, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    api.body, api.headers = pack(b'{"id": "1"}'), {"Content-Encoding": encoding}
    assert _call(api.url, *_HERE).body == b'{"id": "1"}'


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip"])
def test_what_cannot_be_unpacked_is_no_answer(api: Api, encoding: str) -> None:
    api.body, api.headers = b"not packed", {"Content-Encoding": encoding}
    with pytest.raises(Unavailable):
        _call(api.url, *_HERE)


_OK = b"HTTP/1.1 200 OK\r\n"


def _drips(head: bytes, *, to_the_end: list[bytes]) -> Callable[[socket.socket], None]:
    """A minute of single bytes; whoever waits for all of it is noted."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(600):
            connection.sendall(b" ")
            time.sleep(0.1)
        to_the_end.append(head)

    return send


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}",
    ],
    ids=["nothing yet", "a header", "the body", "a whole body and more"],
)
def test_an_answer_that_drips_is_cut(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """It held a run for 61 seconds: each byte began the time-out anew."""
    monkeypatch.setattr(https, "_MOST_SECONDS", 1.0)
    to_the_end: list[bytes] = []
    with _answering(_drips(head, to_the_end=to_the_end)) as url:
        with pytest.raises(Unreachable):
            _call(url, *_HERE)
        assert to_the_end == []


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate of `localhost` with its key in one file, which everybody in here trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (file := tmp_path / "localhost.pem").write_bytes(secret + made.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def _encrypted(certificate: Path, send: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(4096)
            send(wrapped)

    return answer


def test_an_answer_over_tls_is_read_and_one_that_drips_is_cut(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(connection: socket.socket) -> None:
        connection.sendall(_OK + b"Content-Length: 2\r\n\r\n{}")

    with _answering(_encrypted(certificate, whole)) as url:
        address = url.replace("http://127.0.0.1", "https://localhost")
        assert _call(address, *_HERE, "::1/128").body == b"{}"
        with pytest.raises(Unreachable):
            _call(address.replace("localhost", "127.0.0.1"), *_HERE)
    monkeypatch.setattr(https, "_MOST_SECONDS", 1.0)
    to_the_end: list[bytes] = []
    with _answering(_encrypted(certificate, _drips(_OK + b"\r\n", to_the_end=to_the_end))) as url:
        with pytest.raises(Unreachable):
            _call(url.replace("http://127.0.0.1", "https://localhost"), *_HERE, "::1/128")
        assert to_the_end == []


def test_the_time_of_a_call_is_what_the_page_says() -> None:
    most, of_silence = _AS_DEPLOYED
    assert (most, of_silence < 4.5) == (6.0, True)


def test_after_a_cut_the_next_call_is_made_anew(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "_MOST_SECONDS", 0.5)
    outside = Https(opened=_HERE)
    api.takes = 60.0
    with pytest.raises(Unreachable):
        outside.call(api.url, headers={})
    api.takes = 0.0
    monkeypatch.setattr(https, "_MOST_SECONDS", MINUTES)
    assert outside.call(api.url, headers={}).status == 200
