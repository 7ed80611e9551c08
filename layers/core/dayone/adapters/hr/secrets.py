"""Keys that prove deliveries: secrets of HR sources in Secrets Manager, and the public keys of token issuers."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.errors import Unavailable
from dayone.model.hr.sources import Source, TokenIssuer

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from dayone.adapters.hr.https import Https


_KEYS_LAST_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class SecretNames:
    """Names of secrets: the one in the source's settings, or one of `given`, or `folder` and the source's name."""

    folder: str
    given: Mapping[str, str] = field(default_factory=dict)
    is_for_api: bool = False

    def of(self, source: Source) -> str:
        """Return the name or ARN of the source's secret."""
        named = source.api_secret if self.is_for_api else source.secret
        return named or self.given.get(source.name) or f"{self.folder}/{source.name}"


class SecretsManagerKeys:
    """The port SigningKeys over secrets of the form `{"current": "…", "previous": "…"}`; `previous` may be missing.

    What was read holds for a minute of `clock`, which counts seconds: an event costs no call of its own, and a
    rotation shows within a minute.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"secretsmanager:GetSecretValue"})

    def __init__(
        self, client: "SecretsManagerClient", *, names: SecretNames, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._names = names
        self._clock = clock
        self._read: dict[str, tuple[tuple[str, ...], float]] = {}

    def keys(self, source: Source) -> tuple[str, ...]:
        """See SigningKeys."""
        secret = self._names.of(source)
        keys, until = self._read.get(secret, ((), 0.0))
        if not keys or until <= self._clock():
            keys = self._keys_now(secret, source=source)
            self._read[secret] = (keys, self._clock() + _KEYS_LAST_SECONDS)
        return keys

    def _keys_now(self, secret: str, *, source: Source) -> tuple[str, ...]:
        with never_rejected():
            answer = self._client.get_secret_value(SecretId=secret)
        keys = _keys_in(answer.get("SecretString", ""))
        if not keys:
            raise Unavailable(f'the secret of HR source {source.name!r} is not {{"current": "…"}}')
        return keys


def _keys_in(text: str) -> tuple[str, ...]:
    # An empty key would let anybody sign. Nothing in here may raise: an error could carry the secret.
    try:
        secret = json.loads(text)
    except ValueError:
        return ()
    if not isinstance(secret, dict):
        return ()
    current, previous = secret.get("current"), secret.get("previous")
    if not isinstance(current, str) or not current:
        return ()
    return (current, previous) if isinstance(previous, str) and previous else (current,)


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
