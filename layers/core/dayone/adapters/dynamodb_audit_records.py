"""Records of the audit log as they are read: each has to be, in every attribute, what the log's writer writes."""

import re
from datetime import date

from dayone.adapters import dynamodb_audit as audit
from dayone.contracts.codec import Record, decode
from dayone.domain.audit import AlteredRecord, AuditEntry, AuditRecord, LaneEnd, Seals, StoredRecord
from dayone.errors import Inapplicable

_PLACE = re.compile(r"([a-z0-9-]+)#([0-9]{12})")
_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


def stored_record(raw: Record) -> StoredRecord:
    """A record of the log, or what is wrong with it: it cannot be read, or is not where or as it was written."""
    place = _PLACE.fullmatch(str(raw.get("sk", "")))
    if not place or place[1] not in audit.LANES or not int(place[2]):
        return AlteredRecord(lane=str(raw.get("sk", "")), number=0, message="it lies in a lane that does not exist")
    lane, number = place[1], int(place[2])
    try:
        record = AuditRecord(
            entry=decode(AuditEntry, raw),
            lane=lane,
            number=number,
            previous_day=str(raw.get("previous_day", "")),
            seals=decode(Seals, raw["seals"]) if "seals" in raw else None,
            hash=str(raw["hash"]),
        )
        is_as_written = audit.stored(record, digest=record.hash) == raw
    except _UNREADABLE:
        return AlteredRecord(lane=lane, number=number, message="it cannot be read")
    message = ""
    if not is_as_written:
        message = "it does not lie where its content belongs, or what it is listed by was changed"
    elif record.seals and not record.seals.fit(record.entry):
        message = "a part of it is gone without a trace, or what its digests are made with was changed"
    return AlteredRecord(lane=lane, number=number, message=message) if message else record


def intact_record(raw: Record) -> AuditRecord:
    """A record for a list; raises Inapplicable for one that is not as it was written."""
    record = stored_record(raw)
    if isinstance(record, AlteredRecord):
        raise Inapplicable(
            f"the audit log was altered: entry {raw.get('sk')} under {raw.get('pk')}: {record.message}; verify that day"
        )
    return record


def lane_end(lane: str, raw: Record | None) -> LaneEnd | AlteredRecord:
    """The end of a lane as it is recorded, or what is wrong with it."""
    if raw is None:
        return LaneEnd()
    try:
        began = str(raw.get("began", ""))
        end = LaneEnd(number=int(raw["sequence"]), day=str(raw["day"]), hash=str(raw["hash"]), began=began)
        is_one = end.number > 0 and all(date.fromisoformat(day).isoformat() == day for day in (end.day, began) if day)
    except _UNREADABLE:
        is_one = False
    return end if is_one else AlteredRecord(lane=lane, number=0, message="the record of the lane's end was changed")
