"""Finds permission sets in Identity Center by their names, with their own attributes and tags."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.sso_permission_set_names import PermissionSetNames
from dayone.domain.desired import TAG_PREFIX
from dayone.ports.identity_center import Found

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

SET_MEMBERS = {
    "name": "Name",
    "description": "Description",
    "session_duration": "SessionDuration",
    "relay_state": "RelayState",
}


class SsoNamedSets:
    """The port NamedSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = PermissionSetNames.ACTIONS | {"sso:ListTagsForResource"}
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def find(self, name: str) -> Found | None:
        """See PermissionSets; reads all permission sets until it is found, because AWS has no key for the name."""
        described = self._by_name.find(name)
        if described is None:
            return None
        arn = described["PermissionSetArn"]
        texts = {word: str(described.get(member, "")).strip() for word, member in SET_MEMBERS.items()}
        tags = {f"{TAG_PREFIX}{key}": value for key, value in self._tags_of(arn).items()}
        attributes = {word: text for word, text in texts.items() if text} | tags
        return Found(references={"permission_set_arn": arn}, attributes=attributes)

    def _tags_of(self, arn: str) -> Mapping[str, str]:
        with translated():
            pages = self._client.get_paginator("list_tags_for_resource").paginate(
                InstanceArn=self._instance, ResourceArn=arn
            )
            return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", ())}
