"""Listeners in the local AWS to changes of access: roles and sign-in depend on them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, override

if TYPE_CHECKING:
    from sandbox.identity_center.sso_admin.assignments import Assignment
    from sandbox.identity_center.sso_admin.moto_backend import PermissionSet


class AccessListener:
    """Is told what has become true in accounts; each method does nothing unless a subclass says otherwise.

    Called by one thread at a time, under the center's lock, before the request in question is said to have SUCCEEDED:
    so a listener may read the whole center, and must not call its API over HTTP. `on_provisioned` may raise
    RequestFailed: then the request fails with that reason, and nothing has changed.
    """

    def on_provisioned(self, account_id: str, permission_set: "PermissionSet") -> None:
        """Handle a new role of the permission set in the account, as the permission set is at this moment."""

    def on_deprovisioned(self, account_id: str, permission_set_arn: str) -> None:
        """Handle the removal of the role from the account, with the last assignment of the permission set there."""

    def on_assigned(self, assignment: "Assignment") -> None:
        """Handle a new assignment of a user or group in the account; its role exists already."""

    def on_unassigned(self, assignment: "Assignment") -> None:
        """Handle the end of an assignment; the role still exists, and is removed next if this was the last one."""


class Listeners(AccessListener):
    """All listeners of one center, each called in the order in which it was added."""

    def __init__(self) -> None:
        self._all: list[AccessListener] = []

    def __iter__(self) -> Iterator[AccessListener]:
        return iter(self._all)

    def add(self, listener: AccessListener) -> None:
        """Add a listener, for everything from now on."""
        self._all.append(listener)

    @override
    def on_provisioned(self, account_id: str, permission_set: "PermissionSet") -> None:
        for listener in self._all:
            listener.on_provisioned(account_id, permission_set)

    @override
    def on_deprovisioned(self, account_id: str, permission_set_arn: str) -> None:
        for listener in self._all:
            listener.on_deprovisioned(account_id, permission_set_arn)

    @override
    def on_assigned(self, assignment: "Assignment") -> None:
        for listener in self._all:
            listener.on_assigned(assignment)

    @override
    def on_unassigned(self, assignment: "Assignment") -> None:
        for listener in self._all:
            listener.on_unassigned(assignment)
