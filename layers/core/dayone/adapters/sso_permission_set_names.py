"""Finds a permission set by its name, for which AWS has no key."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


class PermissionSetNames:
    """Reads permission sets until the one of a name turns up.

    Names never change, so those once seen are remembered, and cost one call from then on: to see whether the
    permission set is still there.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sso:ListPermissionSets", "sso:DescribePermissionSet"})
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._names: dict[str, str] = {}

    def find(self, name: str) -> Mapping[str, Any] | None:
        """The permission set of this name as DescribePermissionSet answers it, or None."""
        for arn in [arn for arn, its_name in self._names.items() if its_name == name]:
            if described := self._describe(arn):
                return described
        for arn in self._unseen():
            described = self._describe(arn)
            if described.get("Name") == name:
                return described
        return None

    def _unseen(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_permission_sets").paginate(InstanceArn=self._instance)
        with translated():
            for page in pages:
                yield from (arn for arn in page["PermissionSets"] if arn not in self._names)

    def _describe(self, arn: str) -> Mapping[str, Any]:
        try:
            with translated():
                answer = self._client.describe_permission_set(InstanceArn=self._instance, PermissionSetArn=arn)
        except NotFound:
            self._names.pop(arn, None)
            return {}
        described = answer["PermissionSet"]
        self._names[arn] = described["Name"]
        return described
