"""What the schedule can tell the runner to do."""

from dataclasses import dataclass
from datetime import datetime

from dayone.domain.in_flight import RequestKind
from dayone.domain.operations import Operation


@dataclass(frozen=True)
class Start:
    """Carry this operation out."""

    operation: Operation


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask AWS what has become of these, all of a kind: by one list, or, being one, by its id."""

    kind: RequestKind
    operations: tuple[Operation, ...]
    in_bulk: bool


@dataclass(frozen=True)
class Wait:
    """Nothing known has anything to do before `until`, unless something that runs ends."""

    until: datetime


@dataclass(frozen=True)
class Idle:
    """Nothing known is left to do, unless something that runs ends."""


Step = Start | Ask | Wait | Idle
