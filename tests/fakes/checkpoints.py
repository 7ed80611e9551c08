"""Signing and storage of checkpoints, in memory."""

from collections.abc import Mapping

from dayone.model.audit import LaneEnd
from tests.fakes.table.audit_log import MemoryAuditLog
from tests.fakes.table.state import LANE, State


class MemoryLaneEnds:
    def __init__(self, state: State) -> None:
        self._log = MemoryAuditLog(state)

    def all(self) -> Mapping[str, LaneEnd]:
        end = self._log.end(LANE)
        return {LANE: end} if end.number else {}


class MemorySigningKey:
    """Signs with its name."""

    arn = "arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"

    def sign(self, text: bytes) -> bytes:
        return b"signed:" + text


class MemoryArchive:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def keep(self, name: str, text: str) -> None:
        self.texts[name] = text
