"""State of HR systems in the contract tests."""

from dataclasses import dataclass

from dayone.ports.hr import DueHints, HrDeliveries, Rosters, WaitingHints
from dayone.ports.records import Records


@dataclass(frozen=True, kw_only=True)
class HrPorts:
    waiting: WaitingHints
    due: DueHints
    rosters: Rosters
    records: Records
    deliveries: HrDeliveries
