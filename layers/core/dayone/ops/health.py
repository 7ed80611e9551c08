"""Check health: the policy in force, open operations, and what needs somebody's attention."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Protocol

from dayone.model.hr.versions import HrVersion, HrVersionState
from dayone.model.principals import ALONE
from dayone.policy.protection import ProtectionPorts, check_protection
from dayone.policy.sensitive_notes import birthrights_in_force
from dayone.ports.audit import AuditLog
from dayone.ports.failures import DeadLetterQueues, InboxBacklog, StuckSubjects
from dayone.ports.hr import RecordedHrVersions
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock
from dayone.ports.records import History
from dayone.ports.store import DueWork, Ledger, PolicyInForce
from dayone.setup.check import CheckSettings, GivenSettings

_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The ports for it; `pause` sleeps for seconds."""

    history: History
    audit_log: AuditLog
    dead_letters: DeadLetterQueues
    backlog: InboxBacklog
    stuck: StuckSubjects
    surroundings: CheckSettings
    given: GivenSettings
    pause: Callable[[float], None]


class HealthPorts(ProtectionPorts, Protocol):
    """Looking at Day One: what it needs of the API's context."""

    policies: PolicyInForce
    work: DueWork
    hr_versions: RecordedHrVersions
    overview: Overview
    ledger: Ledger
    inventory: InventoryView
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Health:
    """Health: the policy in force (0 before the first), and whether operations are open.

    `warnings` name protected resources that do not exist or people who have left, an invalid configuration of HR
    systems, SoleAdministrator being in force, the number of held operations that expired, and what the inventory of
    Identity Center has found beside its baseline.
    """

    policy_version: int
    operations_open: bool
    warnings: tuple[str, ...] = ()


def check_health(ports: HealthPorts) -> Health:
    """Read the health of the deployment; raise Unavailable when the state cannot be read."""
    policy = ports.policies.current()
    guards = check_protection(policy, in_force=policy, ports=ports)
    warnings = [str(note) for note in sorted(guards.warnings)]
    return Health(
        policy_version=policy.version,
        operations_open=ports.work.has_runnable() or ports.work.has_parked(),
        warnings=(
            *([ALONE] if ports.overview.given.sole_administrator else []),
            *warnings,
            *birthrights_in_force(policy),
            *_about_hr(ports.hr_versions.versions().newest),
            *_about_expiry(ports),
            *_about_drift(ports.inventory),
        ),
    )


def _about_expiry(ports: HealthPorts) -> Iterator[str]:
    today = ports.clock().astimezone(UTC).date()
    if number := ports.ledger.expired(today - timedelta(days=before) for before in range(_DAYS)):
        what = "1 held operation has" if number == 1 else f"{number} held operations have"
        ends = "what was asked for is not given until a newer policy asks again"
        yield f"{what} expired within {_DAYS} days, since nobody decided in time: {ends}; the audit log has the changes"


def _about_drift(inventory: InventoryView) -> Iterator[str]:
    kinds = Counter(finding.difference.kind for finding in inventory.findings() if not finding.is_baseline)
    if not kinds:
        return
    numbers = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    complete = inventory.complete()
    as_of = f"{complete.finished_at:%Y-%m-%d %H:%M} UTC" if complete and complete.finished_at else "no complete one yet"
    yield f"Identity Center differs from the record ({numbers}; inventory: {as_of}): `dayone drift list`"


def _about_hr(newest: HrVersion | None) -> Iterator[str]:
    if newest is None or newest.state is HrVersionState.IN_FORCE:
        return
    what = f"version {newest.number} of the configuration of HR systems is {newest.state} and does not count"
    mends = f"; `dayone hr approve {newest.digest}`" if newest.state is HrVersionState.HELD else ""
    yield f"{what}: {'; '.join(newest.reasons)}{mends}"
