"""What a worker brings back to the executor's run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.operations import Operation
from dayone.domain.requests_under_way import RequestKind
from dayone.domain.subjects import ResourceOf
from dayone.errors import Unavailable
from dayone.ports.identity_center import RequestState
from dayone.ports.operations import Finished


@dataclass(frozen=True)
class Ended:
    """AWS has given the end, which is still to be recorded."""

    finished: Finished


@dataclass(frozen=True)
class Requested:
    """AWS works on it; the operation has the request id, and that is recorded."""

    operation: Operation


@dataclass(frozen=True)
class Parked:
    """It cannot run yet, and waits on a resource where that is known."""

    operation: Operation
    on: ResourceOf | None


@dataclass(frozen=True)
class PutBack:
    """It is to be tried again, which is recorded; `error` is what AWS said, if it was AWS."""

    operation: Operation
    until: datetime
    error: Unavailable | None = None


@dataclass(frozen=True)
class Changed:
    """It is no longer as it was read, or could not be looked at; the table is to be read again."""

    operation: Operation


@dataclass(frozen=True)
class Told:
    """What AWS said of the submitted operations it was asked about; `error` is why it said nothing."""

    kind: RequestKind
    asked: Sequence[Operation]
    states: Mapping[str, RequestState]
    error: Unavailable | None = None


@dataclass(frozen=True)
class Recorded:
    """Ends that are in the table, or, with `is_lost`, could not be written for now."""

    finished: Sequence[Finished]
    is_lost: bool = False


Report = Ended | Requested | Parked | PutBack | Changed | Told | Recorded
