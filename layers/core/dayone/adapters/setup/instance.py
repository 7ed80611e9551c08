"""Describe the instance of Identity Center, and the key that it may be encrypted with."""

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from botocore.exceptions import ClientError

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.ports.setup import SeenEncryption, SeenInstance

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient

_CUSTOMERS = "CUSTOMER_MANAGED_KEY"


class SsoInstanceSight:
    """The port InstanceSight. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"sso:DescribeInstance", "sso:ListPermissionSetsProvisionedToAccount"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient") -> None:
        self._client = client

    @property
    def region(self) -> str:
        """The Region of the client."""
        return self._client.meta.region_name

    def instance(self, instance_arn: str) -> SeenInstance:
        """See InstanceSight."""
        with translated():
            answer = self._client.describe_instance(InstanceArn=instance_arn)
        marked = (region["RegionName"] for region in answer.get("Regions", ()) if region.get("IsPrimaryRegion"))
        return SeenInstance(
            identity_store_id=answer.get("IdentityStoreId", ""),
            owner_account=answer.get("OwnerAccountId", ""),
            status=answer.get("Status", ""),
            status_reason=answer.get("StatusReason", ""),
            primary_region=answer.get("PrimaryRegion") or next(marked, ""),
            permission_sets_enabled=answer.get("PermissionSetsEnabled"),
            encryption=_encryption(answer.get("EncryptionConfigurationDetails", {})),
        )

    def permission_sets_in(self, instance_arn: str, account: str) -> int:
        """See InstanceSight."""
        listing = self._client.get_paginator("list_permission_sets_provisioned_to_account")
        with translated():
            pages = list(listing.paginate(InstanceArn=instance_arn, AccountId=account))
        return sum(len(page.get("PermissionSets", [])) for page in pages)


def _encryption(details: Mapping[str, Any]) -> SeenEncryption:
    is_customers = details.get("KeyType") == _CUSTOMERS
    return SeenEncryption(
        key_arn=details.get("KmsKeyArn", "") if is_customers else "",
        status=details.get("EncryptionStatus", ""),
        status_reason=details.get("EncryptionStatusReason", ""),
    )


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


class KmsPolicyReader(Protocol):
    """Methods used of boto3's client of KMS."""

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's own names
        """See the API of the same name."""


class KmsKeyPolicies:
    """The port KeyPolicySight. Source: AWS KMS API Reference, GetKeyPolicy, which no other account may call."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"kms:GetKeyPolicy"})

    def __init__(self, client: KmsPolicyReader) -> None:
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
