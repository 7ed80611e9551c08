"""HR in DynamoDB: versions of the configuration, requests that wait for a system, and last imports."""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import audit_log
from dayone.adapters.dynamodb import change_counts as marks
from dayone.adapters.dynamodb.keys import HEAD, RecordKey, change_key, fitting, planned_key
from dayone.adapters.dynamodb.mapping import change_parts
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Update, has_newest, was_delivered_before
from dayone.errors import Conflicting
from dayone.messages.codec import decode, encode, stamp
from dayone.messages.inbox import from_json, to_json
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause
from dayone.model.commands import FetchHrRecord
from dayone.model.hr_sources import ALL_SOURCES, HrVersion, HrVersions
from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from dayone.model.subjects import Subject
from dayone.ports.hr import Roster

_PK = "HRCONFIGURATION"
_HEAD_KEY = RecordKey(_PK, HEAD)
_HEAD = "head"


class DynamoRecordedHrVersions:
    """The port RecordedHrVersions."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def versions(self) -> HrVersions:
        """See HrVersionLog."""
        head = self._table.get(_HEAD_KEY)
        if head is None:
            return HrVersions()
        newest = self._version(int(head["newest"]))
        in_force = int(head.get("in_force", 0))
        if in_force == newest.number:
            return HrVersions(in_force=newest, newest=newest)
        return HrVersions(in_force=self._version(in_force) if in_force else None, newest=newest)

    def _version(self, number: int) -> HrVersion:
        record = self._table.get(_version_key(number))
        if record is None:
            raise Conflicting(f"version {number} of the configuration of HR systems is not in the table")
        return decode(HrVersion, record)


class DynamoHrVersions(DynamoRecordedHrVersions):
    """The port HrVersionLog."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem"})

    def keep(self, version: HrVersion, *, before: HrVersions, audit: AuditEntry) -> None:
        """See HrVersionLog."""
        after = before.with_version(version)
        head = {**_HEAD_KEY._asdict(), "newest": version.number, "state": version.state.value}
        if after.in_force:
            head["in_force"] = after.in_force.number
        newest = before.newest
        condition = has_newest(newest.number, state=newest.state.value) if newest else IS_NEW
        moved = self._table.transact(
            lambda: {
                _HEAD: Put(head, condition=condition),
                "version": Put({**_version_key(version.number)._asdict(), **encode(version)}),
                **audit_log.appended(self._table, [audit], lane=audit_log.facts_lane(ALL_SOURCES)),
            },
            what="recording a configuration of HR systems",
            over_when=[_HEAD],
        )
        if moved:
            raise Conflicting("somebody else has recorded a configuration of HR systems")


def _version_key(number: int) -> RecordKey:
    return RecordKey(_PK, f"VERSION#{number:08d}")


_DELIVERIES, _REFUSED = "HRDELIVERIES", "HRREFUSED"
_TO_THE_MINUTE = timedelta(minutes=1)
_DELIVERIES_KEPT = timedelta(weeks=9)
# Beside the heads that are due: those are planned, these are only handed on.
_DUE = "HR"


class DynamoWaitingHints:
    """The port WaitingHints; one that is done stays as a record without a due time, which DynamoDB deletes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:GetItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def wait(self, command: FetchHrRecord, *, until: datetime, because: str) -> None:
        """Keep a command, to be handed on again when its time has come."""
        waiting = {"request": to_json(command), "because": because, "due": _DUE, "due_at": stamp(until)}
        self._table.put_all([{**_key(command)._asdict(), **waiting}])

    def done(self, command: FetchHrRecord) -> None:
        """Forget a command that waited; harmless when there is none."""
        expired = int(command.cause.at.timestamp())
        self._table.put_all([{**_key(command)._asdict(), "expires_at": expired}])

    def know(self, source: str, record: str, *, person: str) -> None:
        """Remember whose record it is."""
        of_record, of_person = _record_key(source, record), _person_key(source, person)
        entries = [{**of_record._asdict(), "person": person}, {**of_person._asdict(), "record": record}]
        # Every record that is read leads here, and hardly any is new.
        existing = list(self._table.get_all([of_record, of_person]))
        self._table.put_all(each for each in entries if each not in existing)

    def person_of(self, source: str, record: str) -> str:
        """Return the person of a record when it was last read, or empty."""
        record_of = self._table.get(_record_key(source, record))
        return str(record_of["person"]) if record_of else ""

    def record_of(self, source: str, person: str) -> str:
        """Return the id of the record that was last read of a person, or empty."""
        kept = self._table.get(_person_key(source, person))
        return str(kept["record"]) if kept else ""


class DynamoDueHints:
    """The port DueHints; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def due(self, *, now: datetime, limit: int) -> Sequence[FetchHrRecord]:
        """Those whose time has come, the longest due first; they stay until they are done or wait anew."""
        has_come = Key("due").eq(_DUE) & Key("due_at").lte(stamp(now))
        listed = list(self._table.query(has_come, index="due", limit=limit))
        found = self._table.get_all(RecordKey(pair["pk"], pair["sk"]) for pair in listed)
        # The index follows its table: what is done by now has no request any more.
        waiting = sorted((record for record in found if "request" in record), key=lambda pair: str(pair["due_at"]))
        commands = (from_json(record["request"]) for record in waiting)
        return [command for command in commands if isinstance(command, FetchHrRecord)]


class DynamoHrDeliveries:
    """The port HrDeliveries: a record for each day and source, and for each day, source and reason of a refusal.

    Of what is accepted a process writes one each minute; DynamoDB deletes all of them.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        self._noted: dict[str, datetime] = {}

    def accepted(self, source: str, *, at: datetime) -> None:
        """See HrDeliveries."""
        before = self._noted.get(source)
        if before is not None and at - before < _TO_THE_MINUTE and at.date() <= before.date():
            return
        key = RecordKey(_DELIVERIES, f"{at.astimezone(UTC).date().isoformat()}#{source}")
        newest = Put(
            {**key._asdict(), "at": stamp(at), "expires_at": _expiry(at)}, condition=was_delivered_before(stamp(at))
        )
        self._table.write(newest, what="noting a delivery")
        self._noted[source] = at

    def refused(self, counts: Iterable[RefusedDeliveries], *, at: datetime) -> None:
        """See HrDeliveries."""
        for count in counts:
            key = RecordKey(_REFUSED, f"{at.astimezone(UTC).date().isoformat()}#{count.reason}#{count.source}")
            put = {"last_at": stamp(at), "expires_at": _expiry(at)}
            self._table.write(Update(key, put=put, add={"number": count.number}), what="counting refused deliveries")

    def last_accepted(self) -> Mapping[str, datetime]:
        """See HrDeliveries."""
        # In the order of the days; a record of an earlier release has no time.
        return {
            str(record["sk"]).partition("#")[2]: datetime.fromisoformat(str(record["at"]))
            for record in self._table.query(Key("pk").eq(_DELIVERIES))
            if "at" in record
        }

    def refused_on(self, day: date) -> Sequence[RefusedDeliveries]:
        """See HrDeliveries."""
        records = self._table.query(Key("pk").eq(_REFUSED) & Key("sk").begins_with(f"{day.isoformat()}#"))
        return sorted(map(_refused, records), key=lambda count: (count.source, count.reason))

    def days(self) -> Mapping[str, frozenset[date]]:
        """See HrDeliveries."""
        found: dict[str, set[date]] = {}
        for record in self._table.query(Key("pk").eq(_DELIVERIES)):
            day, _, source = str(record["sk"]).partition("#")
            found.setdefault(source, set()).add(date.fromisoformat(day))
        return {source: frozenset(days) for source, days in found.items()}


def _expiry(at: datetime) -> int:
    return int((datetime.combine(at.astimezone(UTC).date(), time(), UTC) + _DELIVERIES_KEPT).timestamp())


def _refused(record: Mapping[str, Any]) -> RefusedDeliveries:
    _, reason, source = str(record["sk"]).split("#", 2)
    at = datetime.fromisoformat(str(record["last_at"]))
    return RefusedDeliveries(source=source, reason=RefusalReason(reason), number=int(record["number"]), last_at=at)


def _key(command: FetchHrRecord) -> RecordKey:
    return RecordKey(f"HRWAITING#{command.subject.name}", command.cause.change)


def _record_key(source: str, record: str) -> RecordKey:
    return RecordKey(f"HRRECORD#{source}#{fitting(record)}", HEAD)


def _person_key(source: str, person: str) -> RecordKey:
    return RecordKey(f"HRPERSON#{source}#{fitting(person)}", HEAD)


# Source: DynamoDB service quotas, item size: 400 KB, of which keys and names need a little.
_LARGEST_PART = 380_000
_PROOF = "proof"


class DynamoRosters:
    """The port Rosters."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def roster(self, source: str) -> Roster | None:
        """Return the last stored snapshot, or None before the first."""
        head = self._table.get(_head_key(source))
        if head is None:
            return None
        parts = [self._table.get(key) for key in _part_keys(source, head)]
        packed = "".join(str(pair["packed"]) for pair in parts if pair is not None)
        record = json.loads(zlib.decompress(base64.b64decode(packed)))
        at = datetime.fromisoformat(str(head["at"]))
        return Roster(
            at=at,
            people=record["people"],
            missing=tuple(record["missing"]),
            attributes=tuple(record.get("attributes", ())),
        )

    def keep(self, source: str, roster: Roster) -> None:
        """Remember this one."""
        before = self._table.get(_head_key(source))
        values = {"people": dict(roster.people), "missing": roster.missing, "attributes": roster.attributes}
        packed = base64.b64encode(zlib.compress(json.dumps(values, separators=(",", ":")).encode())).decode()
        cuts = [packed[at : at + _LARGEST_PART] for at in range(0, len(packed), _LARGEST_PART)]
        head = {**_head_key(source)._asdict(), "at": stamp(roster.at), "parts": len(cuts)}
        keys = _part_keys(source, head)
        self._table.put_all({**key._asdict(), "packed": cut} for key, cut in zip(keys, cuts, strict=True))
        # What was written is in force with this, whole or not at all.
        self._table.put_all([head])
        outdated = set(_part_keys(source, before)) - set(keys) if before else set()
        self._table.put_all({**key._asdict(), "expires_at": int(roster.at.timestamp())} for key in sorted(outdated))

    def refuse(self, cause: Cause, *, subject: Subject, because: str, audit: AuditEntry) -> None:
        """Note in the change that nothing of it was taken, and why; harmless when that is noted already."""
        proof = {**planned_key(subject, change=cause.change)._asdict(), "at": stamp(cause.at)}
        # One operation that failed before there was any: the change has come to nothing.
        counts = {"subjects": 1, "planned": 1, "operations": 1, "failed": 1}
        change = {**change_key(cause.change)._asdict(), **change_parts(cause), **counts, "notes": [because]}
        lane = audit_log.facts_lane(subject)
        self._table.transact(
            lambda: {
                _PROOF: Put(proof, condition=IS_NEW),
                "change": Put(change),
                **marks.mark_failed(cause.place),
                **audit_log.appended(self._table, [audit], lane=lane),
            },
            what=f"refusing {subject}",
            over_when=[_PROOF],
        )


def _head_key(source: str) -> RecordKey:
    return RecordKey(f"HRROSTER#{source}", HEAD)


def _part_keys(source: str, head: Mapping[str, Any]) -> list[RecordKey]:
    return [RecordKey(f"HRROSTER#{source}", f"PART#{head['at']}#{number:04d}") for number in range(int(head["parts"]))]
