"""The metrics of Day One itself, which of them `Monitoring` has, and the deliveries of HR that are refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dayone.model.subjects import Subject, SubjectKind


class Monitoring(StrEnum):
    """Extents of monitoring, as the parameter of the template says."""

    NONE = "none"
    BASIC = "basic"
    FULL = "full"


class Metric(StrEnum):
    """Names of the metrics; each is published only when it is not 0, since an hour without a value costs nothing."""

    NEEDS_SOMEBODY = "NeedsSomebody"
    HELD = "Held"
    HELD_FOR_A_DAY = "HeldForADay"
    STUCK = "StuckSubjects"
    FAILED = "FailedSubjects"
    OPEN_FOR_LONG = "OpenForLong"
    MOMENTS_PASSED = "MomentsPassed"
    QUIET_SOURCES = "QuietSources"
    HR_CONFIGURATION = "HrConfigurationWaits"
    INVENTORY_LATE = "InventoryLate"
    DRIFT = "Drift"
    IDENTITY_CENTER_SILENT = "IdentityCenterSilent"
    NO_TURN = "RunsWithoutTurn"
    DENIED = "DeniedOperations"
    HR_REFUSED = "HrRefused"


# With basic monitoring one number stands for all that an alarm of its own would be about.
SUMMED = (
    Metric.HELD_FOR_A_DAY,
    Metric.STUCK,
    Metric.FAILED,
    Metric.MOMENTS_PASSED,
    Metric.QUIET_SOURCES,
    Metric.INVENTORY_LATE,
)
METRICS: Mapping[Monitoring, frozenset[Metric]] = {
    Monitoring.NONE: frozenset(),
    Monitoring.BASIC: frozenset({Metric.NEEDS_SOMEBODY, Metric.HR_REFUSED}),
    Monitoring.FULL: frozenset(Metric) - {Metric.NEEDS_SOMEBODY},
}
# HR sources that have a metric of their own, the first ones by name; the others share one, since each costs as much.
MOST_SOURCES = 2
OTHER_SOURCES = "other"


def source_dimension(source: str, *, configured: Collection[str]) -> str:
    """Return the value of the dimension `source`; empty for one that is not configured, since anybody can name it."""
    if source not in configured:
        return ""
    return source if source in sorted(configured)[:MOST_SOURCES] else OTHER_SOURCES


# Of no source, so that what anybody can send delays nothing of one.
REFUSED_DELIVERIES = Subject(SubjectKind.HR_SOURCE, "*refused")


class RefusalReason(StrEnum):
    """Reasons why a delivery was refused, as the status names them.

    `SIGNATURE` is answered 401, `RECORD`, `UNREADABLE` and `TOO_LARGE` other 4xx.
    """

    SIGNATURE = "signature"
    RECORD = "record"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    UNKNOWN_SOURCE = "unknown-source"


@dataclass(frozen=True, kw_only=True)
class RefusedDeliveries:
    """Number of deliveries of a source refused for a reason; `source` is empty for one that is not configured."""

    source: str
    reason: RefusalReason
    number: int
    last_at: datetime | None = None
