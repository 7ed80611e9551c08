"""Records of HR systems, fetched from their APIs."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.hr.https import Https, Reply
from dayone.errors import Invalid, Malformed, NotFound, Unavailable
from dayone.hr.connectors.authentication import EPOCH
from dayone.hr.connectors.base import Asks, kind_called
from dayone.hr.merge import source_record
from dayone.model.hr.sources import Source
from dayone.ports.hr import FetchedRecord, SigningKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from dayone.hr.connectors.full_records import ReadPerson

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
