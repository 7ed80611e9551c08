"""Permission sets in Identity Center and their tags."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.sso_answers import receipt, seen
from dayone.adapters.sso_permission_set_names import PermissionSetNames
from dayone.adapters.sso_provisioning import SsoProvisioning
from dayone.domain.desired import TAG_PREFIX, tags_in
from dayone.errors import AlreadyExists, Conflicting
from dayone.ports.identity_center import Found, Receipt

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

_MEMBERS = {
    "name": "Name",
    "description": "Description",
    "session_duration": "SessionDuration",
    "relay_state": "RelayState",
}
# AWS takes no empty description, and does not say what leaving it out of an update does. A blank is allowed.
_BLANK = " "
_DEFAULT_SESSION = "PT1H"


class SsoPermissionSets(SsoProvisioning):
    """The port PermissionSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = (
        PermissionSetNames.ACTIONS
        | SsoProvisioning.ACTIONS
        | frozenset(
            {
                "sso:CreatePermissionSet",
                "sso:UpdatePermissionSet",
                "sso:DeletePermissionSet",
                "sso:TagResource",
                "sso:UntagResource",
                "sso:ListTagsForResource",
            }
        )
    )

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        super().__init__(client, instance_arn=instance_arn, lacks_rights=lacks_rights)
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def create(self, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        given: Any = {_MEMBERS[word]: text for word, text in attributes.items() if word in _MEMBERS and text}
        tags = tags_in(attributes)
        given |= {"Tags": _listed(tags)} if tags else {}
        try:
            with translated():
                made = self._client.create_permission_set(InstanceArn=self._instance, **given)
        except Conflicting as conflict:
            if seen(lambda: self._by_name.find(attributes["name"]) is not None):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(made, permission_set_arn=made["PermissionSet"]["PermissionSetArn"])

    def find(self, name: str) -> Found | None:
        """See PermissionSets; reads all permission sets until it is found, because AWS has no key for the name."""
        described = self._by_name.find(name)
        if described is None:
            return None
        arn = described["PermissionSetArn"]
        texts = {word: str(described.get(member, "")).strip() for word, member in _MEMBERS.items()}
        tags = {f"{TAG_PREFIX}{key}": value for key, value in self._tags_of(arn).items()}
        attributes = {word: text for word, text in texts.items() if text} | tags
        return Found(references={"permission_set_arn": arn}, attributes=attributes)

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        # AWS itself clears a relay state that is left out, and has no other way to clear one.
        given: Any = {"RelayState": attributes["relay_state"]} if attributes.get("relay_state") else {}
        with translated():
            return receipt(
                self._client.update_permission_set(
                    **self._target(arn),
                    Description=attributes.get("description") or _BLANK,
                    SessionDuration=attributes.get("session_duration") or _DEFAULT_SESSION,
                    **given,
                )
            )

    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        asked: Any = {"InstanceArn": self._instance, "ResourceArn": arn, "Tags": _listed(tags)}
        with translated():
            return receipt(self._client.tag_resource(**asked))

    def untag(self, arn: str, *, keys: Iterable[str]) -> Receipt:
        """See PermissionSets."""
        asked: Any = {"InstanceArn": self._instance, "ResourceArn": arn, "TagKeys": sorted(keys)}
        with translated():
            return receipt(self._client.untag_resource(**asked))

    def delete(self, arn: str) -> Receipt:
        """See PermissionSets."""
        with translated():
            return receipt(self._client.delete_permission_set(**self._target(arn)))

    def _tags_of(self, arn: str) -> Mapping[str, str]:
        with translated():
            pages = self._client.get_paginator("list_tags_for_resource").paginate(
                InstanceArn=self._instance, ResourceArn=arn
            )
            return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", ())}


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
