"""The signing keys of HR sources, kept in Secrets Manager."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import never_rejected
from dayone.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_KEYS_LAST_SECONDS = 60.0


class SecretsManagerKeys:
    """The port SigningKeys over secrets of the form `{"current": "…", "previous": "…"}`; `previous` may be missing.

    `secrets` gives each source's secret by name or ARN. What was read holds for a minute of `clock`, which counts
    seconds: an event costs no call of its own, and a rotation shows within a minute.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"secretsmanager:GetSecretValue"})

    def __init__(
        self,
        client: "SecretsManagerClient",
        *,
        secrets: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._clock = clock
        self._read: dict[str, tuple[tuple[str, ...], float]] = {}

    def keys(self, source: str) -> tuple[str, ...]:
        """See SigningKeys; raises Unavailable when the secret of a source is missing or holds no key."""
        if source not in self._secrets:
            raise NotFound(f"there is no HR source {source!r}")
        keys, until = self._read.get(source, ((), 0.0))
        if not keys or until <= self._clock():
            keys = self._keys_now(source)
            self._read[source] = (keys, self._clock() + _KEYS_LAST_SECONDS)
        return keys

    def _keys_now(self, source: str) -> tuple[str, ...]:
        with never_rejected():
            answer = self._client.get_secret_value(SecretId=self._secrets[source])
        keys = _keys_in(answer.get("SecretString", ""))
        if not keys:
            raise Unavailable(f'the secret of HR source {source!r} is not {{"current": "…"}}')
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
