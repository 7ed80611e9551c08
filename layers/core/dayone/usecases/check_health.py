"""Check how Day One is: the policy in force, whether operations are open, and what is protected and not there."""

from dataclasses import dataclass
from typing import Protocol

from dayone.ports.state import DueWork, PolicyInForce
from dayone.usecases.check_protection import ProtectionPorts, check_protection


class HealthPorts(ProtectionPorts, Protocol):
    """Looking at Day One: what it needs of the API's context."""

    policies: PolicyInForce
    work: DueWork


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a look at the state shows: the policy in force (0 before the first), and whether operations are open.

    `warnings` name what the policy protects that is not there, or has left.
    """

    policy_version: int
    operations_open: bool
    warnings: tuple[str, ...] = ()


def check_health(ports: HealthPorts) -> Health:
    """Raises Unavailable when the state cannot be read."""
    policy = ports.policies.current()
    guards = check_protection(policy, in_force=policy, ports=ports)
    return Health(
        policy_version=policy.version,
        operations_open=ports.work.has_runnable() or ports.work.has_parked(),
        warnings=tuple(str(note) for note in sorted(guards.warnings)),
    )
