"""The port SetPolicies in memory."""

import json
from collections.abc import Mapping

from dayone.errors import AlreadyExists, NotFound, Refused
from dayone.ports.identity_center import Receipt, SetParts
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredSet


class MemorySetPolicies:
    """`known_policies` are the paths of the managed policies that AWS has; None means any."""

    def __init__(self, center: MemoryIdentityCenter, *, known_policies: frozenset[str] | None = None) -> None:
        self._center = center
        self._known_policies = known_policies

    def parts(self, arn: str) -> SetParts:
        stored = self._center.existing_set(arn)
        return SetParts(
            managed=frozenset(stored.managed_policies),
            customer=frozenset(stored.customer_policies),
            inline=stored.inline_policy,
            boundary=self.boundary(arn),
        )

    def inline(self, arn: str) -> str:
        return self._center.existing_set(arn).inline_policy

    def boundary(self, arn: str) -> Mapping[str, str]:
        # A path and a name begin with a slash, a path below `policy/` never does.
        boundary = self._center.existing_set(arn).boundary
        kind = "customer_policy" if boundary.startswith("/") else "managed_policy"
        return {kind: boundary} if boundary else {}

    def attach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        self._check_exists(managed_policy)
        stored = self._center.existing_set(arn)
        return self._attach(stored, stored.managed_policies, _path(managed_policy))

    def detach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        return self._detach(self._changing(arn).managed_policies, _path(managed_policy))

    def attach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        stored = self._center.existing_set(arn)
        return self._attach(stored, stored.customer_policies, customer_policy)

    def detach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        return self._detach(self._changing(arn).customer_policies, customer_policy)

    def put_inline(self, arn: str, *, document: str) -> Receipt:
        try:
            json.loads(document)
        except ValueError as error:
            raise Refused("ValidationException: the policy document is not JSON") from error
        self._changing(arn).inline_policy = document
        return self._center.receipt()

    def delete_inline(self, arn: str) -> Receipt:
        self._changing(arn).inline_policy = ""
        return self._center.receipt()

    def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:
        if managed_policy:
            self._check_exists(managed_policy)
        self._changing(arn).boundary = _path(managed_policy) or customer_policy
        return self._center.receipt()

    def delete_boundary(self, arn: str) -> Receipt:
        stored = self._changing(arn)
        if not stored.boundary:
            raise NotFound("ResourceNotFoundException: there is no permissions boundary")
        stored.boundary = ""
        return self._center.receipt()

    def _changing(self, arn: str) -> StoredSet:
        stored = self._center.existing_set(arn)
        stored.revision += 1
        return stored

    def _check_exists(self, managed_policy: str) -> None:
        if self._known_policies is not None and _path(managed_policy) not in self._known_policies:
            raise NotFound(f"ResourceNotFoundException: there is no managed policy {managed_policy}")

    def _attach(self, stored: StoredSet, shelf: set[str], policy: str) -> Receipt:
        if policy in shelf:
            raise AlreadyExists("ConflictException: the policy is attached already")
        shelf.add(policy)
        stored.revision += 1
        return self._center.receipt()

    def _detach(self, shelf: set[str], policy: str) -> Receipt:
        if policy not in shelf:
            raise NotFound("ResourceNotFoundException: the policy is not attached")
        shelf.remove(policy)
        return self._center.receipt()


def _path(managed_policy: str) -> str:
    return managed_policy.partition(":policy/")[2] if managed_policy.startswith("arn:") else managed_policy
