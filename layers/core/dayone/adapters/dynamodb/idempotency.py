"""Idempotency keys, accepted commands, and echoes of HR sources in DynamoDB."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.keys import HEAD, RecordKey, fitting
from dayone.adapters.dynamodb.mapping import delivery_record
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Update
from dayone.errors import KeyReused, UnderWay
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.messages.inbox import accepted_digest
from dayone.model.commands import Command, needs_acceptance
from dayone.model.subject_state import FactVersion, ReceivedMessage
from dayone.model.subjects import Subject
from dayone.ports.idempotency import ACCEPTANCE_KEPT_FOR, KEPT_FOR, Acceptances, Echo, GivenAnswer, RequestClaim
from dayone.ports.store import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable


class DynamoAcceptances:
    """The port Acceptances."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def keep(self, commands: Collection[Command], *, now: datetime) -> None:
        """See Acceptances."""
        expires = int((now + ACCEPTANCE_KEPT_FOR).timestamp())
        keys = dict.fromkeys(map(_acceptance_key, commands))
        self._table.put_all({**key._asdict(), "at": stamp(now), "expires_at": expires} for key in keys)

    def includes(self, command: Command) -> bool:
        """See Acceptances."""
        return self._table.get(_acceptance_key(command)) is not None


@dataclass(frozen=True, kw_only=True)
class AcceptingInbox:
    """The port Inbox for the two that may act for people: the API, and the planner for requests it was given."""

    queue: Inbox
    acceptances: Acceptances
    clock: "Callable[[], datetime]"

    def put(self, commands: Iterable[Command]) -> None:
        """See Inbox. What needs it is kept first, so that no message is ever handled before it counts."""
        accepted = list(commands)
        if on_somebodys_word := [command for command in accepted if needs_acceptance(command)]:
            self.acceptances.keep(on_somebodys_word, now=self.clock())
        self.queue.put(accepted)


def _acceptance_key(command: Command) -> RecordKey:
    return RecordKey(f"ACCEPTED#{accepted_digest(command)}", HEAD)


_ECHO_EXPIRES = "expires_at"


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
        return {str(pair["sk"]): decode(FactVersion, pair) for pair in self._table.query(of_subject)}

    def is_counted(self, change: str) -> bool:
        """See Echoes."""
        record = self._table.get(change_keys.change_key(change))
        return record is not None and _ECHO_EXPIRES not in record

    def note(self, echo: Echo) -> None:
        """See Echoes."""
        expires = {_ECHO_EXPIRES: int(echo.forget_at.timestamp())}
        heard = {**heard_key(echo.subject, echo.source)._asdict(), **encode(echo.version)}
        delivery = delivery_record(
            ReceivedMessage(name=echo.delivery, forget_at=echo.forget_at), change=echo.cause.change
        )
        self._table.put_all([{**heard, **expires}, {**_change_record(echo), **expires}])
        # Last, and by itself: whoever finds it taken by this change need not note anything again.
        self._table.put_all([delivery])


def _change_record(echo: Echo) -> dict[str, Any]:
    """Return the change for queries by id; it is in no list, since it had no effect."""
    nothing = {"subjects": 0, "notes": list(echo.notes)}
    return {**change_keys.change_key(echo.cause.change)._asdict(), "cause": encode(echo.cause), **nothing}


def heard_key(subject: Subject, source: str) -> RecordKey:
    """Return the key of the newest version that only repeated a source's record of a subject."""
    return RecordKey(f"HEARD#{fitting(str(subject))}", source)


_ANSWER, _UNTIL, _EXPIRES = "answer", "until", "expires_at"


class DynamoRequestKeys:
    """The port RequestKeys."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def claim(self, key: str, *, request: str, now: datetime, until: datetime) -> RequestClaim | GivenAnswer:
        """See RequestKeys."""
        existing = self._table.get(_key(key))
        # DynamoDB deletes what has expired some time later, up to two days. Source: DynamoDB Developer Guide, TTL.
        if existing is None or int(existing[_EXPIRES]) <= int(now.timestamp()):
            return self._first(key, request=request, now=now, until=until)
        if existing["request"] != request:
            raise KeyReused("this Idempotency-Key came with another request before: use a new key for a new request")
        if _ANSWER in existing:
            return decode(GivenAnswer, existing[_ANSWER])
        if str(existing[_UNTIL]) > stamp(now):
            raise _under_way()
        return self._next(key, existing, until=until)

    def keep(self, claim: RequestClaim, answer: GivenAnswer) -> None:
        """See RequestKeys."""
        kept = Update(_key(claim.key), put={_ANSWER: encode(answer)}, condition=_is_still(claim))
        self._table.write(kept, what="keeping an answer")

    def give_back(self, claim: RequestClaim) -> None:
        """See RequestKeys."""
        ended = Update(_key(claim.key), put={_UNTIL: stamp(claim.at)}, condition=_is_still(claim))
        self._table.write(ended, what="giving a key back")

    def _first(self, key: str, *, request: str, now: datetime, until: datetime) -> RequestClaim:
        expires = int((now + KEPT_FOR).timestamp())
        record = {**_key(key)._asdict(), "request": request, "at": stamp(now), _UNTIL: stamp(until), _EXPIRES: expires}
        is_free = IS_NEW | Attr(_EXPIRES).lte(int(now.timestamp()))
        return self._claimed(Put(record, condition=is_free), RequestClaim(key=key, at=now, until=until))

    def _next(self, key: str, existing: Record, *, until: datetime) -> RequestClaim:
        # Of two who find the first one dead, one goes on.
        is_as_read = Attr(_UNTIL).eq(existing[_UNTIL]) & Attr(_ANSWER).not_exists()
        write = Update(_key(key), put={_UNTIL: stamp(until)}, condition=is_as_read)
        return self._claimed(write, RequestClaim(key=key, at=datetime.fromisoformat(existing["at"]), until=until))

    def _claimed(self, write: Put | Update, claim: RequestClaim) -> RequestClaim:
        if not self._table.write(write, what="claiming a key"):
            raise _under_way()
        return claim


def _key(key: str) -> RecordKey:
    return RecordKey(f"REQUESTKEY#{key}", HEAD)


def _is_still(claim: RequestClaim) -> ConditionBase:
    condition: ConditionBase = Attr(_UNTIL).eq(stamp(claim.until)) & Attr(_ANSWER).not_exists()
    return condition


def _under_way() -> UnderWay:
    return UnderWay("a request with this Idempotency-Key is being worked on: send it again in a few seconds")
