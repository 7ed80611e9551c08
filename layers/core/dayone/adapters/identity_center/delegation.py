"""Finds out whether Day One is in the management account, and what is off limits when it is not."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.errors import Refused
from dayone.model.policy.context import OffLimits

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

_HOLDS = timedelta(minutes=1)


class AdministeredFrom(StrEnum):
    """Account in which Day One runs, as set by the operator; `AUTO` determines it by a call to AWS."""

    AUTO = "auto"
    MANAGEMENT_ACCOUNT = "management-account"
    DELEGATED_ADMINISTRATOR = "delegated-administrator"


class SsoStanding:
    """The port Standing: an organisation's instance of Identity Center belongs to the management account.

    `has_management_rights` is, if Day One runs there, whether the executor has the IAM rights that AWS demands. Source:
    IAM Identity Center API, DescribeInstance: OwnerAccountId. The names of permission sets never change, so they are
    cached; which of them are in use in the management account is cached for a minute of `clock`.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"sso:DescribeInstance", "sso:ListPermissionSetsProvisionedToAccount", "sso:DescribePermissionSet"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(
        self,
        client: "SSOAdminClient",
        *,
        instance_arn: str,
        account_id: str,
        administered_from: str,
        has_management_rights: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._instance = instance_arn
        self._account = account_id
        self._administered_from = administered_from
        # Of the management account, where it is this one.
        self._of_this = OffLimits() if has_management_rights else OffLimits(account=account_id, lacks_rights=True)
        self._clock = clock
        self._owner = ""
        self._names: dict[str, str] = {}
        self._cached: tuple[OffLimits, datetime] | None = None

    def off_limits(self) -> OffLimits:
        """See Standing; raises Refused for an invalid setting."""
        try:
            administered_from = AdministeredFrom(self._administered_from)
        except ValueError as error:
            choices = ", ".join(AdministeredFrom)
            raise Refused(f"ADMINISTERED_FROM is {self._administered_from!r}: use one of {choices}") from error
        if administered_from is AdministeredFrom.MANAGEMENT_ACCOUNT:
            return self._of_this
        if self._cached and self._cached[1] > self._clock():
            return self._cached[0]
        with translated():
            owner = self._owner = self._owner or self._read_owner()
            if administered_from is AdministeredFrom.AUTO and owner == self._account:
                return self._of_this
            found = OffLimits(account=owner, permission_sets=frozenset(self._in_use(owner)))
        self._cached = (found, self._clock() + _HOLDS)
        return found

    def _read_owner(self) -> str:
        return self._client.describe_instance(InstanceArn=self._instance)["OwnerAccountId"]

    def _in_use(self, account_id: str) -> Iterator[str]:
        listing = self._client.get_paginator("list_permission_sets_provisioned_to_account")
        for page in listing.paginate(InstanceArn=self._instance, AccountId=account_id):
            for arn in page.get("PermissionSets", []):
                if arn not in self._names:
                    answer = self._client.describe_permission_set(InstanceArn=self._instance, PermissionSetArn=arn)
                    self._names[arn] = answer["PermissionSet"]["Name"]
                yield self._names[arn]
