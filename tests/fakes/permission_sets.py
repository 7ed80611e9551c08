"""The port PermissionSets in memory."""

import json
from collections.abc import Mapping

from dayone.errors import AlreadyExists, Conflicting, NotFound, Refused
from dayone.ports.identity_center import Found, Receipt, RequestState
from tests.fakes.identity_center import MemoryIdentityCenter, StoredSet

_DEFAULTS = {"session_duration": "PT1H"}
_HOURS = frozenset(f"PT{hours}H" for hours in range(1, 13))


class MemoryPermissionSets:
    """`known_policies` are the paths of the managed policies that AWS has; None means any."""

    def __init__(self, center: MemoryIdentityCenter, *, known_policies: frozenset[str] | None = None) -> None:
        self._center = center
        self._known_policies = known_policies

    def create(self, name: str, *, attributes: Mapping[str, str]) -> Receipt:
        if self.find(name):
            raise AlreadyExists(f"ConflictException: PermissionSet with name {name} already exists.")
        arn = f"arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/{self._center.new_id('ps')}"
        self._center.permission_sets[arn] = StoredSet(name, _checked(attributes))
        return self._center.receipt(permission_set_arn=arn)

    def find(self, name: str) -> Found | None:
        for arn, stored in self._center.permission_sets.items():
            if stored.name == name:
                return Found(references={"permission_set_arn": arn}, attributes=dict(stored.attributes))
        return None

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        self._changing(arn).attributes = _checked(attributes)
        return self._center.receipt()

    def delete(self, arn: str) -> Receipt:
        self._existing(arn)
        if any(key.permission_set_arn == arn for key in self._center.assignments):
            raise Conflicting("ConflictException: the permission set is assigned")
        del self._center.permission_sets[arn]
        return self._center.receipt()

    def attach(self, arn: str, *, managed_policy: str) -> Receipt:
        stored, path = self._existing(arn), _path(managed_policy)
        if self._known_policies is not None and path not in self._known_policies:
            raise NotFound(f"ResourceNotFoundException: there is no managed policy {path}")
        if path in stored.managed_policies:
            raise AlreadyExists("ConflictException: the policy is attached already")
        self._changing(arn).managed_policies.add(path)
        return self._center.receipt()

    def detach(self, arn: str, *, managed_policy: str) -> Receipt:
        path = _path(managed_policy)
        if path not in self._existing(arn).managed_policies:
            raise NotFound("ResourceNotFoundException: the policy is not attached")
        self._changing(arn).managed_policies.remove(path)
        return self._center.receipt()

    def put_inline_policy(self, arn: str, *, document: str) -> Receipt:
        try:
            json.loads(document)
        except ValueError as error:
            raise Refused("ValidationException: the policy document is not JSON") from error
        self._changing(arn).inline_policy = document
        return self._center.receipt()

    def delete_inline_policy(self, arn: str) -> Receipt:
        self._changing(arn).inline_policy = ""
        return self._center.receipt()

    def provision(self, arn: str) -> str:
        self._existing(arn)
        return self._center.ask("provisioning", lambda: self._provision(arn))

    def provisioning(self, request_id: str) -> RequestState:
        return self._center.state_of("provisioning", request_id)

    def _provision(self, arn: str) -> None:
        for account_id, provisioned in self._center.provisioned:
            if provisioned == arn and arn in self._center.permission_sets:
                self._center.provisioned[account_id, arn] = self._center.permission_sets[arn].revision

    def _existing(self, arn: str) -> StoredSet:
        if arn not in self._center.permission_sets:
            raise NotFound("ResourceNotFoundException: Could not find PermissionSet")
        return self._center.permission_sets[arn]

    def _changing(self, arn: str) -> StoredSet:
        stored = self._existing(arn)
        stored.revision += 1
        return stored


def _checked(attributes: Mapping[str, str]) -> dict[str, str]:
    kept = {word: text for word, text in attributes.items() if text}
    if kept.get("session_duration", "PT1H") not in _HOURS:
        raise Refused("ValidationException: Session duration is invalid")
    return {**_DEFAULTS, **kept}


def _path(managed_policy: str) -> str:
    return managed_policy.partition(":policy/")[2] if managed_policy.startswith("arn:") else managed_policy
