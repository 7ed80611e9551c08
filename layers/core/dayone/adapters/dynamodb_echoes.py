"""Echoes of HR sources in DynamoDB: three records that expire, and none in the indexes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters.dynamodb_keys import RecordKey, fitting
from dayone.adapters.dynamodb_mapping import delivery_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import decode, encode
from dayone.domain.subject_states import Delivery, FactVersion
from dayone.domain.subjects import Subject
from dayone.ports.echoes import Echo

_EXPIRES = "expires_at"


class DynamoEchoes:
    """The port Echoes.

    The commands of a subject are handled one at a time, so whoever notes an echo has read those before it: no write
    depends on a condition.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def heard(self, subject: Subject) -> Mapping[str, FactVersion]:
        """See Echoes."""
        of_subject = Key("pk").eq(heard_key(subject, "").pk)
        return {str(one["sk"]): decode(FactVersion, one) for one in self._table.query(of_subject)}

    def is_counted(self, change: str) -> bool:
        """See Echoes."""
        record = self._table.get(change_keys.change_key(change))
        return record is not None and _EXPIRES not in record

    def note(self, echo: Echo) -> None:
        """See Echoes."""
        expires = {_EXPIRES: int(echo.forget_at.timestamp())}
        heard = {**heard_key(echo.subject, echo.source)._asdict(), **encode(echo.version)}
        delivery = delivery_record(Delivery(name=echo.delivery, forget_at=echo.forget_at), change=echo.cause.change)
        self._table.put_all([{**heard, **expires}, {**_change_record(echo), **expires}])
        # Last, and by itself: whoever finds it taken by this change need not note anything again.
        self._table.put_all([delivery])


def _change_record(echo: Echo) -> dict[str, Any]:
    """The change as it is answered to whoever asks for it; in no list, since nothing came of it."""
    nothing = {"subjects": 0, "notes": list(echo.notes)}
    return {**change_keys.change_key(echo.cause.change)._asdict(), "cause": encode(echo.cause), **nothing}


def heard_key(subject: Subject, source: str) -> RecordKey:
    """How far a source is that has only said again what it had said of a subject."""
    return RecordKey(f"HEARD#{fitting(str(subject))}", source)
