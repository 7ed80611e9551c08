"""Finds users and groups in the Identity Store of Identity Center by their names."""

from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.identity_store_attributes import words_of_group, words_of_user
from dayone.errors import NotFound
from dayone.ports.identity_center import Found

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient


class IdentityStoreNames:
    """The port DirectoryNames over the API `identitystore`. Source: Identity Store API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "identitystore:GetUserId",
            "identitystore:DescribeUser",
            "identitystore:GetGroupId",
            "identitystore:DescribeGroup",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "IdentityStoreClient", *, identity_store_id: str) -> None:
        self._client = client
        self._store = identity_store_id

    def find_user(self, user_name: str) -> Found | None:
        """See Directory; two calls, GetUserId and DescribeUser."""
        try:
            with translated():
                named = self._client.get_user_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("userName", user_name)
                )
                user = self._client.describe_user(IdentityStoreId=self._store, UserId=named["UserId"])
        except NotFound:
            return None
        return Found(references={"user_id": user["UserId"]}, attributes=words_of_user(user))

    def find_group(self, name: str) -> Found | None:
        """See Directory; two calls, GetGroupId and DescribeGroup."""
        try:
            with translated():
                named = self._client.get_group_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("displayName", name)
                )
                group = self._client.describe_group(IdentityStoreId=self._store, GroupId=named["GroupId"])
        except NotFound:
            return None
        return Found(references={"group_id": group["GroupId"]}, attributes=words_of_group(group))


def _unique(path: str, value: str) -> Any:  # noqa: ANN401 - the type is known to the stubs only, twice under two names
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
