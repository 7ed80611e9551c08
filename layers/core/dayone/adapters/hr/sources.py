"""HR sources as the operator has configured them: configurations, secrets, and records that are fetched."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.hr.https import Https, Reply
from dayone.errors import Invalid, Malformed, NotFound, Unavailable
from dayone.hr.connectors.base import EPOCH, Asks, kind_called
from dayone.hr.merge import source_record
from dayone.model.hr_sources import DEFAULT, HrConfiguration, Source, TokenIssuer
from dayone.ports.hr import ConfigurationTexts, FetchedRecord, HrTexts, SigningKeys

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

    from dayone.hr.connectors.full_records import ReadPerson


class SsmHrTexts:
    """The port HrTexts; without a written parameter the default configuration is written."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameters"})

    def __init__(self, client: "SSMClient", *, written: str, approved: str) -> None:
        self._client = client
        self._written = written
        self._approved = approved

    def texts(self) -> ConfigurationTexts:
        """See HrParameters."""
        # For a list of names AWS reports the missing ones; the call for a single name would raise.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._written, self._approved])
        values = {parameter["Name"]: parameter["Value"] for parameter in answer.get("Parameters", [])}
        return ConfigurationTexts(written=values.get(self._written) or DEFAULT, approved=values.get(self._approved, ""))


class SsmHrParameters(SsmHrTexts):
    """The port HrParameters."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameterHistory", "ssm:GetParameters", "ssm:PutParameter"})

    def authors(self, text: str) -> tuple[str, ...]:
        """See HrParameters; Systems Manager keeps the last hundred versions of a parameter.

        Source: Systems Manager API, ParameterHistory: LastModifiedUser is the ARN of the user who has changed it.
        """
        with never_rejected():
            try:
                pages = list(self._client.get_paginator("get_parameter_history").paginate(Name=self._written))
            except self._client.exceptions.ParameterNotFound:
                return ()
        entries = [entry for page in pages for entry in page["Parameters"] if entry.get("Value") == text]
        return tuple(sorted({entry["LastModifiedUser"] for entry in entries if entry.get("LastModifiedUser")}))

    def approve(self, text: str) -> None:
        """See HrParameters."""
        with never_rejected():
            # What is over 4 KB takes the advanced tier, and nothing else does.
            self._client.put_parameter(
                Name=self._approved, Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering"
            )


_LASTS_SECONDS = 60.0


class SsmHrSources:
    """The port HrSources over the approved text; what is written counts only while nothing was approved yet.

    What was read holds for a minute of `clock`, which counts seconds. When nothing can be read, or what is read is
    missing or wrong, what was read before goes on to count.
    """

    ACTIONS: ClassVar[frozenset[str]] = SsmHrTexts.ACTIONS

    def __init__(
        self,
        parameters: HrTexts,
        *,
        parse: Callable[[str], HrConfiguration],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parameters = parameters
        self._parse = parse
        self._clock = clock
        self._text = ""
        self._holds: HrConfiguration | None = None
        self._until = 0.0

    def configuration(self) -> HrConfiguration:
        """See HrSources; the reason of Unavailable has every mistake of a wrong text."""
        if self._holds is None:
            texts = self._parameters.texts()
            # A stack that was just deployed: whoever did that has set it up.
            return self._take(texts.approved or texts.written)
        if self._until <= self._clock():
            return self._take(self._approved_now())
        return self._holds

    def _approved_now(self) -> str:
        try:
            return self._parameters.texts().approved or self._text
        except Unavailable:
            return self._text

    def _take(self, text: str) -> HrConfiguration:
        self._until = self._clock() + _LASTS_SECONDS
        if self._holds is not None and text == self._text:
            return self._holds
        try:
            self._holds = self._parse(text)
        except Invalid as error:
            if self._holds is not None:
                return self._holds
            raise Unavailable(f"{error}: {'; '.join(error.findings)}") from error
        self._text = text
        return self._holds


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


_NOT_LET_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class ApiHrRecords:
    """The port HrRecords over each system's own API, with the current credentials or those before them.

    `person_in` reads a person out of a record, as in `dayone.hr.connectors.full_records`.
    """

    # For the credentials; its other calls are not to AWS.
    ACTIONS: ClassVar[frozenset[str]] = frozenset({"secretsmanager:GetSecretValue"})

    def __init__(self, *, credentials: SigningKeys, https: Https, person_in: "Callable[..., ReadPerson]") -> None:
        self._credentials = credentials
        self._person_in = person_in
        self._https = https

    def fetch(self, source: Source, record: str, *, now: datetime) -> FetchedRecord:
        """See HrRecords."""
        asks = kind_called(source.kind).asks
        if asks is None or source.api is None:
            raise Unavailable(f"source {source.name} has no API")
        reply = self._reply(source, record, asks=asks)
        if reply.status in _NOT_THERE:
            raise NotFound(f"{source.name} has no such record")
        if reply.status != HTTPStatus.OK:
            # Whatever it means, it is not a record, and somebody has to see to it.
            raise Unavailable(f"{source.name} answers {reply.status}")
        try:
            answered = asks.answer(json.loads(reply.body))
        except (ValueError, RecursionError, Malformed) as error:
            raise Unavailable(f"the answer of {source.name} is not a record") from error
        if answered.id.casefold() != record.casefold():
            # Recorded as theirs, it would be the other's access that ends when they leave.
            raise Unavailable(f"the answer of {source.name} is about another record than was asked for")
        at = answered.changed_at if answered.changed_at and EPOCH <= answered.changed_at <= now else now
        person = self._person_in(answered.record, rules=source.mapping, at=now, changed_at=at)
        fetched = source_record(person.attributes, source=source.name, at=at, read_at=now, flaws=person.flaws)
        return FetchedRecord(person.id, fetched, person.refused)

    def _reply(self, source: Source, record: str, *, asks: Asks) -> Reply:
        reply = None
        for credential in self._credentials.keys(source):
            question = asks.question(record, source, credential)
            if {".", ".."} & set(question.path.partition("?")[0].split("/")):
                raise Invalid("the id would lead to another address", findings=("id: is not that of a record",))
            url = f"{source.api.url if source.api else ''}{question.path}"
            reply = self._https.call(url, method=question.method, headers=question.headers, body=question.body)
            if reply.status not in _NOT_LET_IN:
                return reply
        raise Unavailable(f"{source.name} does not let us in: {reply.status if reply else 'no credentials'}")
