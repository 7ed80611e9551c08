"""Repair a difference on request: what Day One has made is made once more, by a plan like any other."""

from typing import Protocol

from dayone.errors import Inapplicable
from dayone.inventory.service import read_finding
from dayone.lookups import caused_by
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import RestoreResources
from dayone.model.inventory import DriftKind, Finding
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.store import Inbox

_OF_OTHERS = frozenset({DriftKind.UNMANAGED, DriftKind.ORPHANED})


class RepairPorts(Protocol):
    """Ports of a repair request, a part of the API's context."""

    inventory: InventoryView
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def repair_finding(name: str, *, actor: str, ports: RepairPorts) -> Cause:
    """Request a repair; return the cause of the change, whose guardrails judge it as those of any other.

    `actor` is the ARN of the caller. Raises NotFound for an unknown finding, and Inapplicable for one about what Day
    One has not made.
    """
    finding = read_finding(name, inventory=ports.inventory)
    difference = finding.difference
    if difference.target is None or difference.kind in _OF_OTHERS:
        raise Inapplicable(f"{_named(finding)} was not made by Day One, which does not remove it: {_mend(finding)}")
    cause = caused_by(actor, reference=finding.id, ports=ports, kind=CauseKind.DRIFT)
    target = difference.target
    ports.inbox.put([RestoreResources(subject=target.subject, cause=cause, missing=(target.resource,))])
    return cause


def _named(finding: Finding) -> str:
    return f"{finding.difference.resource} of {finding.difference.subject}"


def _mend(finding: Finding) -> str:
    kind, _, name = finding.difference.subject.partition(":")
    if kind in ("group", "permission-set") and finding.difference.resource == kind:
        return (
            f"remove it in Identity Center, or put into the policy what `dayone policy describe {kind}:{name}` prints"
        )
    return "remove it in Identity Center, or give it by a rule of the policy"
