"""The versions of the policy, for whoever wants to know what held when, and to go back to one."""

from dataclasses import dataclass
from typing import Protocol

from dayone.domain.policy import PolicyVersion
from dayone.ports.records import Page
from dayone.ports.state import PolicyArchive, PolicyInForce
from dayone.usecases.read_access import Window


class PolicyReadPorts(Protocol):
    """Reading policies: what it needs of the API's context."""

    archive: PolicyArchive
    policies: PolicyInForce


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A version of the policy, and whether it is the one in force."""

    version: PolicyVersion
    is_in_force: bool


def read_policies(window: Window, *, ports: PolicyReadPorts) -> Page[Kept]:
    """Part of all versions, the newest first; raises Invalid for a cursor that is none."""
    in_force = ports.policies.current_version()
    page = ports.archive.versions(cursor=window.cursor, limit=window.limit)
    return Page([Kept(version=one, is_in_force=one.version == in_force) for one in page.entries], page.cursor)


def read_policy_version(version: int, *, ports: PolicyReadPorts) -> Kept:
    """One version; raises NotFound for one that was never kept."""
    kept = ports.archive.version(version)
    return Kept(version=kept, is_in_force=kept.version == ports.policies.current_version())
