"""The public keys of issuers of access tokens, read from where they publish them."""

import json
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from dayone.errors import Unavailable
from dayone.model.hr.sources import TokenIssuer

if TYPE_CHECKING:
    from dayone.adapters.hr.https import Https

_LAST_SECONDS = 600.0


class PublishedTokenKeys:
    """The port TokenKeys over JSON Web Key Sets, each kept for ten minutes; see Https for what is `opened`.

    Source: RFC 7517, section 5.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *, opened: Iterable[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._opened = opened
        self._https: Https | None = None
        self._clock = clock
        self._read: dict[str, tuple[tuple[str, ...], float]] = {}

    def keys(self, issuer: TokenIssuer) -> tuple[str, ...]:
        """See TokenKeys."""
        keys, until = self._read.get(issuer.keys_url, ((), 0.0))
        if not keys or until <= self._clock():
            keys = self._keys_now(issuer)
            self._read[issuer.keys_url] = (keys, self._clock() + _LAST_SECONDS)
        return keys

    def _keys_now(self, issuer: TokenIssuer) -> tuple[str, ...]:
        reply = self._connected().call(issuer.keys_url, headers={"Accept": "application/json"})
        try:
            found = json.loads(reply.body)["keys"] if reply.status == HTTPStatus.OK else []
            keys = tuple(json.dumps(key) for key in found if key.get("kty") == "RSA")
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            keys = ()
        if not keys:
            raise Unavailable(f"the issuer's keys cannot be read: the answer is {reply.status}")
        return keys

    def _connected(self) -> "Https":
        if self._https is None:
            # Few sources send tokens, and receiving must begin quickly.
            from dayone.adapters.hr.https import Https  # noqa: PLC0415

            self._https = Https(opened=self._opened)
        return self._https
