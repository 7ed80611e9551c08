"""Accounts and paths of organizational units, made from what AWS Organizations answers."""

from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from dayone.domain.accounts import Account, AccountState

if TYPE_CHECKING:
    from mypy_boto3_organizations.type_defs import AccountTypeDef


def account_in(described: "AccountTypeDef", *, ou_ids: tuple[str, ...], tags: Mapping[str, str], path: str) -> Account:
    """The account as DescribeAccount answers it, with its place and its tags."""
    return Account(
        id=described["Id"],
        name=described.get("Name", ""),
        email=described.get("Email", ""),
        # Status, which has fewer states, was retired in favour of State in 2026.
        state=AccountState(described.get("State") or described["Status"]),
        ou_path=path,
        ou_ids=ou_ids,
        tags=tags,
        # Every ARN of the organisation is one of its management account's. Source: Service Authorization Reference.
        is_management=described["Arn"].split(":")[4] == described["Id"],
        created_at=described["JoinedTimestamp"].astimezone(UTC) if described.get("JoinedMethod") == "CREATED" else None,
    )
