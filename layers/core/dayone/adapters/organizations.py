"""Accounts, their organizational units and their tags in AWS Organizations."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.domain.accounts import Account, AccountState
from dayone.errors import Conflicting, NotFound

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

_NAMES_LAST_SECONDS = 60.0


class AwsOrganization:
    """The port Organization over the API `organizations`. Source: AWS Organizations API Reference.

    AWS answers DescribeOrganization once and DescribeOrganizationalUnit twice a second. So the management account,
    which never changes, is asked for once, and the name of an organizational unit holds for a minute of `clock`,
    which counts seconds.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListParents",
            "organizations:ListTagsForResource",
        }
    )

    def __init__(self, client: "OrganizationsClient", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._management_account = ""
        self._names: dict[str, tuple[str, float]] = {}

    def account(self, account_id: str) -> Account | None:
        """See Organization; raises Conflicting when the account was moved or removed while it was read."""
        try:
            with translated():
                described = self._client.describe_account(AccountId=account_id)["Account"]
        except NotFound:
            return None
        try:
            with translated():
                return self._completed(described)
        except NotFound as gone:
            raise Conflicting(f"account {account_id} changed while it was read") from gone

    def _completed(self, described: "AccountTypeDef") -> Account:
        ou_ids = self._ou_ids(described)
        return Account(
            id=described["Id"],
            name=described.get("Name", ""),
            email=described.get("Email", ""),
            # Status, which has fewer states, was retired in favour of State in 2026.
            state=AccountState(described.get("State") or described["Status"]),
            ou_path="/" + "/".join(self._ou_name(ou_id) for ou_id in ou_ids),
            ou_ids=ou_ids,
            tags=dict(self._tags(described["Id"])),
            is_management=described["Id"] == self._management_account_id(),
        )

    def _ou_ids(self, described: "AccountTypeDef") -> tuple[str, ...]:
        paths = described.get("Paths")
        if paths:
            return tuple(part for part in paths[0].split("/") if part.startswith("ou-"))
        return tuple(reversed(list(self._units_above(described["Id"]))))

    def _units_above(self, child: str) -> Iterator[str]:
        listing = self._client.get_paginator("list_parents")
        while True:
            # A child has exactly one parent, but a page may be empty and another follow.
            parent = next(one for page in listing.paginate(ChildId=child) for one in page["Parents"])
            if parent["Type"] == "ROOT":
                return
            child = parent["Id"]
            yield child

    def _ou_name(self, ou_id: str) -> str:
        name, until = self._names.get(ou_id, ("", 0.0))
        if until <= self._clock():
            answer = self._client.describe_organizational_unit(OrganizationalUnitId=ou_id)
            name = answer["OrganizationalUnit"]["Name"]
            self._names[ou_id] = (name, self._clock() + _NAMES_LAST_SECONDS)
        return name

    def _tags(self, account_id: str) -> Iterator[tuple[str, str]]:
        for page in self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=account_id):
            yield from ((tag["Key"], tag["Value"]) for tag in page["Tags"])

    def _management_account_id(self) -> str:
        if not self._management_account:
            # AWS's word for the management account is older than its name. Source: data type Organization.
            self._management_account = self._client.describe_organization()["Organization"]["MasterAccountId"]
        return self._management_account
