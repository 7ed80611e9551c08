"""Permission sets in Identity Center and their tags."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.sso_answers import receipt, seen
from dayone.adapters.sso_named_sets import SET_MEMBERS, SsoNamedSets
from dayone.adapters.sso_permission_set_names import PermissionSetNames
from dayone.adapters.sso_provisioning import SsoProvisioning
from dayone.domain.desired import tags_in
from dayone.errors import AlreadyExists, Conflicting
from dayone.ports.identity_center import Receipt

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

# AWS takes no empty description, and does not say what leaving it out of an update does. A blank is allowed.
_BLANK = " "
_DEFAULT_SESSION = "PT1H"


class SsoPermissionSets(SsoProvisioning, SsoNamedSets):
    """The port PermissionSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = (
        SsoNamedSets.ACTIONS
        | SsoProvisioning.ACTIONS
        | frozenset(
            {
                "sso:CreatePermissionSet",
                "sso:UpdatePermissionSet",
                "sso:DeletePermissionSet",
                "sso:TagResource",
                "sso:UntagResource",
            }
        )
    )

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        SsoProvisioning.__init__(self, client, instance_arn=instance_arn, lacks_rights=lacks_rights)
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def create(self, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        given: Any = {SET_MEMBERS[word]: text for word, text in attributes.items() if word in SET_MEMBERS and text}
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


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
