"""Compare ends of lanes that were kept elsewhere with the audit log: each has to be an entry that is still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dayone.model.audit import AlteredRecord, AuditRecord, LaneEnd
from dayone.ports.audit import AuditLog


@dataclass(frozen=True, kw_only=True)
class EndCompared:
    """A lane's end that was kept elsewhere, and what is wrong with the entry there, empty when it is the same."""

    lane: str
    end: LaneEnd
    message: str


def compare_ends(ends: Sequence[tuple[str, LaneEnd]], *, log: AuditLog) -> Sequence[EndCompared]:
    """Compare each end with the entry that lies there now.

    An entry with the same hash is the same, and so is everything before it in its lane: its hash covers that.
    """
    return [EndCompared(lane=lane, end=end, message=_difference(lane, end, log=log)) for lane, end in ends]


def _difference(lane: str, end: LaneEnd, *, log: AuditLog) -> str:
    if lane not in log.lanes():
        return "there is no such lane"
    match log.numbered(lane, end.number, days=[date.fromisoformat(end.day)]):
        case []:
            return "it was the end of the lane, and is gone"
        case [AlteredRecord() as record]:
            return record.message
        case [AuditRecord(hash=end.hash)]:
            return ""
    return "it was the end of the lane with another hash: the lane was written anew"
