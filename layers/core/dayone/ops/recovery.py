"""Look at an open recovery, and ask for the rebuilding of the record that ends it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dayone.errors import Inapplicable
from dayone.lookups import caused_by
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import RebuildRecord
from dayone.model.inventory import DriftFinding, DriftKind, Pass
from dayone.model.recovery import Recovery, unknown_members
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.recovery import Fence
from dayone.ports.store import Inbox


class RecoveryPorts(Protocol):
    """Ports of looking at a recovery and of ending it, a part of the API's context."""

    fence: Fence
    inventory: InventoryView
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class RecoveryReport:
    """The open recovery, None while there is none, and what the record lacks by the inventory since then.

    `inventory` is the complete one that began since, None before that; until then the other two are empty.
    `differences` are numbers of findings of each kind that name something of ours, `unknown` the members of our groups
    of whom nothing is recorded: they keep what they have, and stay findings.
    """

    recovery: Recovery | None = None
    inventory: Pass | None = None
    differences: Mapping[DriftKind, int] = field(default_factory=dict)
    unknown: Sequence[DriftFinding] = ()


def read_recovery(*, ports: RecoveryPorts) -> RecoveryReport:
    """Read what is known of an open recovery."""
    recovery, complete = ports.fence.recovery(), ports.inventory.complete()
    if recovery is None:
        return RecoveryReport()
    if recovery.since is None or complete is None or complete.began_at <= recovery.since:
        return RecoveryReport(recovery=recovery)
    findings = ports.inventory.findings()
    ours = (finding.difference for finding in findings if finding.difference.target is not None)
    return RecoveryReport(
        recovery=recovery,
        inventory=complete,
        differences=Counter(difference.kind for difference in ours),
        unknown=unknown_members(findings),
    )


def request_rebuilding(*, actor: str, ports: RecoveryPorts) -> Cause:
    """Request that the record is rebuilt and the recovery ended; return the cause of the change.

    `actor` is the ARN of the caller. Raises Inapplicable while no recovery is open, before an inventory that began
    since then is complete, and when the record is being rebuilt already.
    """
    report = read_recovery(ports=ports)
    if report.recovery is None:
        raise Inapplicable("the state table is the stack's own: there is nothing to recover")
    if report.recovery.requested:
        raise Inapplicable(f"the record is being rebuilt by change {report.recovery.requested.change}: wait for it")
    if report.inventory is None:
        raise Inapplicable(
            "Identity Center has not been read completely since the recovery opened: the inventory is at work, "
            "`dayone inventory show` says how far it has come"
        )
    cause = caused_by(actor, reference=report.recovery.table_id, ports=ports, kind=CauseKind.RECOVERY)
    ports.inbox.put([RebuildRecord(subject=Subject(SubjectKind.CHANGE, cause.change), cause=cause)])
    return cause
