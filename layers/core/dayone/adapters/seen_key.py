"""The customer's key that Identity Center may be encrypted with: whether it is used for us, and its policy."""

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from botocore.exceptions import ClientError

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient

_NOT_FOUND = "ResourceNotFoundException"
# AWS's fixed words where the error has no reason.
# Source: IAM Identity Center User Guide, "Troubleshoot customer managed keys".
_DENIED = re.compile(r"is not authorized to perform: kms:\w+")
# The stubs take an attribute's value for a document, though a name is a text.
_NOBODYS_GROUP: Any = "dayone-setup-check"


class IdentityCenterKeySight:
    """The port KeySight: reads that decrypt, one of each service. DescribeInstance and ListInstances need no key.

    Source: Service Authorization Reference, AWS IAM Identity Center and its directory, dependent actions.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"sso:ListPermissionSetsProvisionedToAccount", "identitystore:GetGroupId"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, sso_admin: "SSOAdminClient", identity_store: "IdentityStoreClient") -> None:
        self._sso_admin = sso_admin
        self._identity_store = identity_store

    def refusal(self, *, instance_arn: str, identity_store_id: str, account_id: str) -> str:
        """See KeySight."""
        return _refusal(
            lambda: self._sso_admin.list_permission_sets_provisioned_to_account(
                InstanceArn=instance_arn, AccountId=account_id, MaxResults=1
            )
        ) or _refusal(
            lambda: self._identity_store.get_group_id(
                IdentityStoreId=identity_store_id,
                AlternateIdentifier={
                    "UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": _NOBODYS_GROUP}
                },
            )
        )


class KmsClient(Protocol):
    """What of boto3's client of KMS is used."""

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's own names
        """See the API of the same name."""


class KmsKeyPolicies:
    """The port KeyPolicySight. Source: AWS KMS API Reference, GetKeyPolicy, which no other account may call."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"kms:GetKeyPolicy"})

    def __init__(self, client: KmsClient) -> None:
        self._client = client

    def policy(self, key_arn: str) -> Mapping[str, Any]:
        """See KeyPolicySight."""
        with translated():
            answer = self._client.get_key_policy(KeyId=key_arn, PolicyName="default")
        document: Mapping[str, Any] = json.loads(answer["Policy"])
        return document


def _refusal(read: Callable[[], object]) -> str:
    with translated():
        try:
            read()
        except ClientError as error:
            answer: Mapping[str, Any] = dict(error.response)
            if reason := _reason_of_kms(answer):
                return reason
            if answer["Error"]["Code"] != _NOT_FOUND:
                raise
    return ""


def _reason_of_kms(answer: Mapping[str, Any]) -> str:
    reason = str(answer.get("Reason", ""))
    if reason.startswith("KMS"):
        return reason
    denied = _DENIED.search(str(answer["Error"].get("Message", "")))
    return "KMS_ACCESS_DENIED" if denied else ""
