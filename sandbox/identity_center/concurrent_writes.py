"""Refuses a write to what another call is writing at the same moment, as AWS does."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sandbox.identity_center.organizations.refusals import modified_meanwhile
from sandbox.identity_center.protocol.service_error import ServiceError, conflict

_WRITES = ("Attach", "Create", "Delete", "Detach", "Put", "Tag", "Untag", "Update")
# Requests that AWS finishes later have rules of their own about what else may be under way.
_FINISHED_LATER = ("CreateAccountAssignment", "DeleteAccountAssignment")
_WRITTEN = ("PermissionSetArn", "ResourceArn", "UserId", "MembershipId", "GroupId")
_POLICY_WRITES = ("UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy")


class ConcurrentWrites:
    """Writes in progress; a call takes `Behaviour.call_seconds`, so only then can two overlap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: set[str] = set()

    @contextmanager
    def alone(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[None]:
        """Hold what the call writes while the block runs.

        Raises ConflictException, in Organizations ConcurrentModificationException, when another call holds it.
        """
        written = _what_is_written(operation, parameters)
        with self._lock:
            if written & self._written:
                raise _refusal(service)
            self._written |= written
        try:
            yield
        finally:
            with self._lock:
                self._written -= written


def _what_is_written(operation: str, parameters: Mapping[str, Any]) -> set[str]:
    if not operation.startswith(_WRITES) or operation in _FINISHED_LATER:
        return set()
    if operation in _POLICY_WRITES:
        return {str(parameters[name]) for name in ("PolicyId", "TargetId") if name in parameters}
    if operation == "CreateGroupMembership":
        return {f"{parameters['GroupId']} {parameters['MemberId']}"}
    if operation in ("CreatePermissionSet", "CreatePolicy"):
        return {f"{operation} {parameters['Name']}"}
    return next(({str(parameters[name])} for name in _WRITTEN if name in parameters), set())


def _refusal(service: str) -> ServiceError:
    if service == "organizations":
        return modified_meanwhile()
    if service == "identitystore":
        return conflict("A concurrent modification is in progress.", Reason="CONCURRENT_MODIFICATION")
    return conflict("There is a conflicting operation in process.")
