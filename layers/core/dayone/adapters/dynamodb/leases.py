"""The executor's lease, due work, long and open changes, names of units, and ended sessions in DynamoDB."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.mapping import applied_in, change_in
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import (
    IS_NEW,
    Check,
    Put,
    Update,
    is_free_for,
    is_held_by,
    require_counts_as_read,
    was_read_before,
)
from dayone.errors import Conflicting
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.changes import OPEN_CHANGES, change_at, ulid
from dayone.model.operations import Lane
from dayone.model.subject_state import Portion
from dayone.model.subjects import Subject
from dayone.ports.operations import Learned, Lowered
from dayone.ports.organizations import UnitName


class DynamoDueWork:
    """The port DueWork; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def due(self, *, now: datetime, limit: int) -> Sequence[Subject]:
        """Subjects whose `due_at` has come, the longest due first."""
        has_come = Key("due").eq(lists.DUE) & Key("due_at").lte(stamp(now))
        listed = self._table.query(has_come, index="due", limit=limit)
        return [keys.subject_of(keys.RecordKey(pair["pk"], pair["sk"])) for pair in listed]

    def has_parked(self) -> bool:
        """See DueWork."""
        return any(True for _ in self._table.query(Key("runnable").eq(lists.PARKED), index="runnable", limit=1))

    def has_runnable(self) -> bool:
        """See DueWork."""
        return any(
            True
            for name in (lists.BEGUN, *map(lists.waiting_in, Lane))
            for _ in self._table.query(Key("runnable").eq(name), index="runnable", limit=1)
        )

    def note_sweep(self, at: datetime) -> None:
        """See DueWork."""
        self._table.write(Put({**keys.SWEEP._asdict(), "at": stamp(at)}), what="noting the sweep")

    def last_sweep(self) -> datetime | None:
        """See DueWork."""
        record = self._table.get(keys.SWEEP)
        return datetime.fromisoformat(record["at"]) if record else None


class DynamoPortions:
    """The port Portions."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def kept(self, change: str, *, number: int) -> Portion | None:
        """Return the portion of that number, or None."""
        record = self._table.get(change_keys.portion_key(change, number=number))
        return decode(Portion, record) if record else None

    def keep(self, change: str, portion: Portion) -> Portion:
        """Keep a portion; returns the one that counts."""
        key = change_keys.portion_key(change, number=portion.number)
        record = {**key._asdict(), **encode(portion)}
        if self._table.write(Put(record, condition=IS_NEW), what=f"keeping a portion of change {change}"):
            return portion
        first = self.kept(change, number=portion.number)
        if first is None:
            raise Conflicting(f"portion {portion.number} of change {change} was there and is not")
        return first


class DynamoRevokedSessions:
    """The port RevokedSessions; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def confirmed(self) -> Sequence[tuple[Subject, str]]:
        """See RevokedSessions."""
        records = self._table.query(Key("listed_in").eq(lists.REVOKED_SESSIONS), index="listing")
        listed = [
            (keys.subject_of(keys.RecordKey(record["pk"], record["sk"])), applied_in(record)) for record in records
        ]
        return [(person, applied.attributes["user_id"]) for person, applied in listed if applied.doubt is None]


class DynamoTurn:
    """The port Turn."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def take(self, holder: str, *, now: datetime, until: datetime, learned: Learned | None = None) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it."""
        record = {"holder": holder, "until": stamp(until), **_record_of(learned)}
        taken = Update(keys.TURN, put=record, condition=is_free_for(holder, now=stamp(now)))
        return self._table.write(taken, what="taking the turn")

    def learned(self) -> Learned | None:
        """Return the last stored rates, of any worker; None before the first time."""
        record = self._table.get(keys.TURN) or {}
        if "since" not in record:
            return None
        lowered = {
            quota: Lowered(float(was["limit"]), datetime.fromisoformat(was["at"]))
            for quota, was in record.get("lowered", {}).items()
        }
        return Learned(since=datetime.fromisoformat(record["since"]), lowered=lowered)

    def give_back(self, holder: str, *, learned: Learned | None = None) -> None:
        """Have it no more, and remember what was `learned`; does nothing when somebody else has it by now."""
        free = Update(keys.TURN, put=_record_of(learned), remove=("holder", "until"), condition=is_held_by(holder))
        self._table.write(free, what="giving the turn back")


def _record_of(learned: Learned | None) -> Mapping[str, Any]:
    if learned is None:
        return {}
    lowered = {quota: {"limit": str(was.limit), "at": stamp(was.at)} for quota, was in learned.lowered.items()}
    return {"since": stamp(learned.since), "lowered": lowered}


class DynamoUnitNames:
    """The port UnitNames."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def recorded(self, unit_ids: Iterable[str]) -> Mapping[str, UnitName]:
        """See UnitNames."""
        by_key = {keys.unit_key(unit_id).pk: unit_id for unit_id in unit_ids}
        records = self._table.get_all(map(keys.unit_key, by_key.values()))
        return {by_key[record["pk"]]: decode(UnitName, record) for record in records}

    def keep(self, unit_id: str, name: UnitName) -> UnitName:
        """See UnitNames."""
        record = {**keys.unit_key(unit_id)._asdict(), **encode(name)}
        condition = was_read_before(stamp(name.read_at))
        if self._table.write(Put(record, condition=condition), what=f"keeping the name of {unit_id}"):
            return name
        kept = self.recorded([unit_id]).get(unit_id)
        if kept is None:
            raise Conflicting(f"the name of {unit_id} was there and is not")
        return kept


# Most changes are over within minutes, so they are not marked when they begin. The sweep goes through their list behind
# them and marks what is open still; what opens later is marked by the table's stream. How far the sweep has come in
# that list, and among the marked:
_SWEPT = change_keys.RecordKey("CHANGES", "SWEPT")
_FIRST, _LAST = "0", "~"
_AT_ONCE = 100
# The places of an index's entries.
_PLACE = "listed_as"


class DynamoOpenMarks:
    """The port OpenMarks."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def mark(self, places: Iterable[str]) -> None:
        """See OpenMarks."""
        self._table.put_all(
            {
                **change_keys.mark_key(change_at(place), mark=lists.OPEN)._asdict(),
                "listed_in": lists.OPEN,
                _PLACE: place,
            }
            for place in dict.fromkeys(places)
        )


class DynamoOpenChanges:
    """The port OpenChanges."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        self._marks = DynamoOpenMarks(table)

    def sweep(self, *, before: datetime, limit: int) -> None:
        """See OpenChanges."""
        swept = self._table.get(_SWEPT) or {**_SWEPT._asdict()}
        now = {
            **swept,
            **self._mark_open(swept, before=before, limit=limit),
            **self._look_at_marked(swept, limit=limit),
        }
        if now != swept:
            self._table.put_all([now])

    def _mark_open(self, swept: Record, *, before: datetime, limit: int) -> Record:
        """Mark open changes of the next page, and return its end, if there is a page."""
        places = Key(_PLACE).between(f"{swept.get('place', '')}{_FIRST}", ulid(before, entropy=bytes(10)))
        found = list(self._table.query(Key("listed_in").eq(lists.CHANGES) & places, index="listing", limit=limit))
        self._marks.mark(str(record[_PLACE]) for record in found if change_in(record).state in OPEN_CHANGES)
        return {"place": str(found[-1][_PLACE])} if found else {}

    def _look_at_marked(self, swept: Record, *, limit: int) -> Record:
        """Take the marks of finished changes in the next page, and return the place to continue at."""
        places = Key(_PLACE).between(f"{swept.get('looked_at', _FIRST)}{_FIRST}", _LAST)
        marked = list(self._table.query(Key("listed_in").eq(lists.OPEN) & places, index="listing", limit=limit))
        for record in self._table.get_all(change_keys.change_key(change_at(str(mark[_PLACE]))) for mark in marked):
            if change_in(record).state not in OPEN_CHANGES:
                self._take_mark(record)
        return {"looked_at": str(marked[-1][_PLACE]) if len(marked) == limit else _FIRST}

    def _take_mark(self, change: Record) -> None:
        mark = change_keys.RecordKey(str(change["pk"]), f"{change_keys.MARK}{lists.OPEN}")
        self._table.transact(
            lambda: {
                "change": Check(mark._replace(sk=change_keys.HEAD), condition=require_counts_as_read(change)),
                "mark": Update(mark, remove=("listed_in", _PLACE)),
            },
            what=f"taking the mark from {mark.pk}",
            over_when=["change"],
        )


def open_places(table: DynamoTable, *, first: str, last: str) -> Iterator[str]:
    """Places between these, the newest first, at which there may be an open change: no other has one."""
    swept = str((table.get(_SWEPT) or {}).get("place", ""))
    for partition, since, until in ((lists.CHANGES, f"{swept}{_FIRST}", last), (lists.OPEN, first, min(swept, last))):
        if max(first, since) <= until:
            places = Key("listed_in").eq(partition) & Key(_PLACE).between(max(first, since), until)
            for record in table.query(places, index="listing", newest_first=True, page=_AT_ONCE):
                yield str(record[_PLACE])
