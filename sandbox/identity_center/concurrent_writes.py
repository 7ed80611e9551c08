"""Refuses a write to what another call is writing at the same moment, as AWS does."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.identity_center.service_error import ServiceError, conflict

_WRITES = ("Attach", "Create", "Delete", "Detach", "Put", "Tag", "Untag", "Update")
# Requests that AWS finishes later have rules of their own about what else may be under way.
_FINISHED_LATER = ("CreateAccountAssignment", "DeleteAccountAssignment")
_WRITTEN = ("PermissionSetArn", "ResourceArn", "UserId", "MembershipId", "GroupId")


class ConcurrentWrites:
    """Who is writing what; a call takes `Behaviour.call_seconds`, so only then can two be at it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: set[tuple[str, ...]] = set()

    @contextmanager
    def alone(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[None]:
        """Hold what the call writes while the block runs; raises ConflictException when another call holds it."""
        written = _what_is_written(operation, parameters)
        if written is None:
            yield
            return
        with self._lock:
            if written in self._written:
                raise _refusal(service)
            self._written.add(written)
        try:
            yield
        finally:
            with self._lock:
                self._written.discard(written)


def _what_is_written(operation: str, parameters: Mapping[str, Any]) -> tuple[str, ...] | None:
    if not operation.startswith(_WRITES) or operation in _FINISHED_LATER:
        return None
    if operation == "CreateGroupMembership":
        return (str(parameters["GroupId"]), str(parameters["MemberId"]))
    if operation == "CreatePermissionSet":
        return (operation, str(parameters["Name"]))
    return next(((str(parameters[name]),) for name in _WRITTEN if name in parameters), None)


def _refusal(service: str) -> ServiceError:
    if service == "identitystore":
        return conflict("A concurrent modification is in progress.", Reason="CONCURRENT_MODIFICATION")
    return conflict("There is a conflicting operation in process.")
