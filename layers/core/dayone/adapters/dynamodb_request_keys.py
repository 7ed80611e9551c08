"""Idempotency keys in DynamoDB: whoever writes a key's record first carries the request out, for so many seconds."""

from datetime import datetime
from typing import ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase

from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put, Update
from dayone.contracts.codec import Record, decode, encode, stamp
from dayone.errors import KeyReused, UnderWay
from dayone.ports.request_keys import KEPT_FOR, Claim, GivenAnswer

_ANSWER, _UNTIL, _EXPIRES = "answer", "until", "expires_at"


class DynamoRequestKeys:
    """The port RequestKeys."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def claim(self, key: str, *, request: str, now: datetime, until: datetime) -> Claim | GivenAnswer:
        """See RequestKeys."""
        known = self._table.get(_key(key))
        # DynamoDB deletes what has expired some time later, up to two days. Source: DynamoDB Developer Guide, TTL.
        if known is None or int(known[_EXPIRES]) <= int(now.timestamp()):
            return self._first(key, request=request, now=now, until=until)
        if known["request"] != request:
            raise KeyReused("this Idempotency-Key came with another request before: use a new key for a new request")
        if _ANSWER in known:
            return decode(GivenAnswer, known[_ANSWER])
        if str(known[_UNTIL]) > stamp(now):
            raise _under_way()
        return self._next(key, known, until=until)

    def keep(self, claim: Claim, answer: GivenAnswer) -> None:
        """See RequestKeys."""
        kept = Update(_key(claim.key), put={_ANSWER: encode(answer)}, condition=_is_still(claim))
        self._table.write(kept, what="keeping an answer")

    def give_back(self, claim: Claim) -> None:
        """See RequestKeys."""
        ended = Update(_key(claim.key), put={_UNTIL: stamp(claim.at)}, condition=_is_still(claim))
        self._table.write(ended, what="giving a key back")

    def _first(self, key: str, *, request: str, now: datetime, until: datetime) -> Claim:
        expires = int((now + KEPT_FOR).timestamp())
        record = {**_key(key)._asdict(), "request": request, "at": stamp(now), _UNTIL: stamp(until), _EXPIRES: expires}
        is_free = IS_NEW | Attr(_EXPIRES).lte(int(now.timestamp()))
        return self._claimed(Put(record, condition=is_free), Claim(key=key, at=now, until=until))

    def _next(self, key: str, known: Record, *, until: datetime) -> Claim:
        # Of two who find the first one dead, one goes on.
        is_as_read = Attr(_UNTIL).eq(known[_UNTIL]) & Attr(_ANSWER).not_exists()
        write = Update(_key(key), put={_UNTIL: stamp(until)}, condition=is_as_read)
        return self._claimed(write, Claim(key=key, at=datetime.fromisoformat(known["at"]), until=until))

    def _claimed(self, write: Put | Update, claim: Claim) -> Claim:
        if not self._table.write(write, what="claiming a key"):
            raise _under_way()
        return claim


def _key(key: str) -> RecordKey:
    return RecordKey(f"REQUESTKEY#{key}", HEAD)


def _is_still(claim: Claim) -> ConditionBase:
    condition: ConditionBase = Attr(_UNTIL).eq(stamp(claim.until)) & Attr(_ANSWER).not_exists()
    return condition


def _under_way() -> UnderWay:
    return UnderWay("a request with this Idempotency-Key is being worked on: send it again in a few seconds")
