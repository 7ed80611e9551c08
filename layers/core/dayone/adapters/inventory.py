"""The inventory in DynamoDB: the place of a pass, what it has read, compressed, and the findings."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched, groupby
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import IS_NEW, Put
from dayone.errors import Conflicting
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.inventory import ROWS_KEPT_FOR, DriftFinding, ForeignEdit, Pass, Repair, RepairPause, Row, Section
from dayone.model.subjects import Subject, moment_in
from dayone.ports.records import Page

# A page of a hundred memberships has some four kilobytes, a permission set's policy ten; a record holds 400.
_ROWS_OF_A_RECORD = 2000
# An answer of Lambda holds six megabytes: so few records with so few rows, of which the last record has all.
_RECORDS_OF_A_PAGE, _ROWS_OF_A_PAGE = 100, 5000
_BETWEEN = "#"
# How far the inventory has come, and the last that has read everything.
_CURRENT, _COMPLETE = RecordKey("INVENTORY", "CURRENT"), RecordKey("INVENTORY", "COMPLETE")
FINDINGS = "DRIFT"
_LOOKS = "INVENTORY#LOOKS"
_EDITS = "INVENTORY#EDITS"
_REPAIRS = "INVENTORY#REPAIRS"
_PAUSE = RecordKey("INVENTORY", "PAUSE")
_EVENTS = RecordKey("INVENTORY", "EVENTS")


class _FindingReader:
    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def finding(self, name: str) -> DriftFinding | None:
        """See InventoryView."""
        record = self._table.get(RecordKey(FINDINGS, name))
        return finding_in(record) if record else None

    def findings(self) -> Sequence[DriftFinding]:
        """See InventoryView."""
        return [finding_in(record) for record in self._table.query(Key("pk").eq(FINDINGS))]


class _RepairReader(_FindingReader):
    def repairs(self) -> Sequence[Repair]:
        """See Repairs."""
        return [decode(Repair, record) for record in self._table.query(Key("pk").eq(_REPAIRS))]

    def pause(self) -> RepairPause | None:
        """See Repairs."""
        record = self._table.get(_PAUSE)
        return decode(RepairPause, record) if record else None


class DynamoRepairs(_RepairReader):
    """The port Repairs."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query"})

    def note_repair(self, repair: Repair) -> None:
        """See Repairs."""
        record = {"pk": _REPAIRS, "sk": str(repair.target), **encode(repair), "expires_at": _expiry(repair.at)}
        self._table.put_all([record])


class DynamoInventoryView(_RepairReader):
    """The reading side of the port Inventory."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:Query"})

    def current(self) -> Pass | None:
        """See Inventory."""
        return self._pass(_CURRENT)

    def complete(self) -> Pass | None:
        """See Inventory."""
        return self._pass(_COMPLETE)

    def events_at(self) -> datetime | None:
        """See InventoryView."""
        record = self._table.get(_EVENTS)
        return moment_in(record["at"]) if record else None

    def _pass(self, key: RecordKey) -> Pass | None:
        record = self._table.get(key)
        return decode(Pass, record) if record else None

    def kept(self, of: Pass, section: Section, *, cursor: str) -> Page[tuple[str, Sequence[Row]]]:
        """See Inventory."""
        partition = _rows_of(of.id, section)
        listing = Listing(partition=("pk", partition), sort_key="sk")
        after = listing.place_of(cursor) if cursor else None
        parts: list[tuple[str, Sequence[Row]]] = []
        chunks: dict[str, int] = {}
        number, last = 0, None
        for record in self._table.query(Key("pk").eq(partition), after=after, limit=_RECORDS_OF_A_PAGE + 1):
            if len(parts) == _RECORDS_OF_A_PAGE or number >= _ROWS_OF_A_PAGE:
                return Page(parts, listing.cursor_at(last or record))
            unit, last = _unit_of(record), record
            if unit not in chunks:
                chunks[unit] = self._chunks_of(unit, record=record)
            # An earlier reading of the same unit may have had more.
            rows = list(_rows_in(record)) if _number_of(record) < chunks[unit] else []
            parts.append((unit, rows))
            number += len(rows)
        return Page(parts, "")

    def _chunks_of(self, unit: str, *, record: Record) -> int:
        first = self._table.get(RecordKey(record["pk"], f"{unit}{_BETWEEN}{0:04d}")) if _number_of(record) else record
        return int(first["chunks"]) if first else 0

    def listed(self, *, cursor: str, limit: int) -> Page[DriftFinding]:
        """See Inventory."""
        listing = Listing(partition=("pk", FINDINGS), sort_key="sk")
        return listing.page(self._table, cursor=cursor, limit=limit, read=finding_in)


class DynamoFindings(_FindingReader):
    """The port KeptFindings."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query"})

    def put(self, findings: Iterable[DriftFinding]) -> None:
        """See Inventory."""
        self._table.put_all({"pk": FINDINGS, "sk": finding.id, **encode(finding)} for finding in findings)


class DynamoLookRequests(DynamoFindings):
    """The port LookRequests."""

    def look_at(self, subject: Subject, *, at: datetime) -> None:
        """See LookRequests."""
        self._table.put_all([{"pk": _LOOKS, "sk": str(subject), "at": stamp(at)}])

    def pause_repairs(self, pause: RepairPause) -> None:
        """See LookRequests."""
        self._table.put_all([{**_PAUSE._asdict(), **encode(pause)}])


class DynamoInventory(DynamoRepairs, DynamoInventoryView, DynamoFindings):
    """The port Inventory; what was read is deleted by its time to live."""

    ACTIONS: ClassVar[frozenset[str]] = DynamoInventoryView.ACTIONS | {"dynamodb:BatchWriteItem", "dynamodb:PutItem"}

    def save(self, current: Pass) -> Pass:
        """See Inventory."""
        number = current.revision + 1
        record = {**encode(current), "revision": number}
        as_read = IS_NEW if current.revision == 0 else Attr("revision").eq(current.revision)
        put = Put({**_CURRENT._asdict(), **record}, condition=as_read)
        if not self._table.write(put, what=f"keeping the place of inventory {current.id}"):
            raise Conflicting(f"another run has gone on with inventory {current.id}")
        kept = decode(Pass, record)
        if kept.is_complete:
            self._table.put_all([{**_COMPLETE._asdict(), **record}])
        return kept

    def keep(self, current: Pass, section: Section, *, unit: str, rows: Sequence[Row]) -> None:
        """See Inventory."""
        partition = _rows_of(current.id, section)
        expires = _expiry(current.began_at)
        chunks = list(batched(rows, _ROWS_OF_A_RECORD, strict=False)) or [()]
        self._table.put_all(
            {
                "pk": partition,
                "sk": f"{unit}{_BETWEEN}{number:04d}",
                "rows": zlib.compress(json.dumps(chunk).encode()),
                "chunks": len(chunks),
                "expires_at": expires,
            }
            for number, chunk in enumerate(chunks)
        )

    def rows(self, current: Pass, section: Section, *, after: str = "") -> Iterator[tuple[str, Sequence[Row]]]:
        """See Inventory."""
        lie_in: ConditionBase = Key("pk").eq(_rows_of(current.id, section))
        if after:
            lie_in &= Key("sk").gt(f"{after}{_BETWEEN}~")
        for unit, of_unit in groupby(self._table.query(lie_in), key=_unit_of):
            records = list(of_unit)
            # An earlier reading of the same unit may have had more.
            last = int(records[0]["chunks"])
            yield unit, [row for record in records[:last] for row in _rows_in(record)]

    def looks(self) -> Sequence[Subject]:
        """See Inventory."""
        return [Subject.parse(record["sk"]) for record in self._table.query(Key("pk").eq(_LOOKS))]

    def looked_at(self, subject: Subject) -> None:
        """See Inventory."""
        self._table.delete_all([RecordKey(_LOOKS, str(subject))])

    def note_edit(self, edit: ForeignEdit) -> None:
        """See Inventory."""
        self._table.put_all([{"pk": _EDITS, "sk": edit.event, **encode(edit), "expires_at": _expiry(edit.at)}])

    def note_events(self, at: datetime) -> None:
        """See Inventory."""
        self._table.put_all([{**_EVENTS._asdict(), "at": stamp(at)}])

    def edits(self) -> Sequence[ForeignEdit]:
        """See Inventory."""
        return [decode(ForeignEdit, record) for record in self._table.query(Key("pk").eq(_EDITS))]

    def looked_at_edits(self, edits: Iterable[ForeignEdit]) -> None:
        """See Inventory."""
        self._table.delete_all(RecordKey(_EDITS, edit.event) for edit in edits)

    def close(self, names: Iterable[str]) -> None:
        """See Inventory."""
        self._table.delete_all(RecordKey(FINDINGS, name) for name in names)


def _rows_of(name: str, section: Section) -> str:
    return f"{_CURRENT.pk}#{name}#{section}"


def _expiry(began_at: datetime) -> int:
    return int((began_at + ROWS_KEPT_FOR).timestamp())


def _unit_of(record: Record) -> str:
    return str(record["sk"]).rpartition(_BETWEEN)[0]


def _number_of(record: Record) -> int:
    return int(str(record["sk"]).rpartition(_BETWEEN)[2])


def _rows_in(record: Record) -> Iterator[Row]:
    packed: Any = record["rows"]
    return (tuple(row) for row in json.loads(zlib.decompress(bytes(packed))))


def finding_in(record: Record) -> DriftFinding:
    """Return the finding in its record."""
    return decode(DriftFinding, record)
