"""The service control policy of a stack in AWS Organizations: made, attached, detached and deleted, never rewritten."""

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.adapters.organizations.session_policies import empty_document
from dayone.errors import Conflicting, NotFound, Refused
from dayone.ports.sessions import OwnedPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_organizations import OrganizationsClient

OWNER_TAG = "dayone:stack"
_DESCRIPTION = "Denies everything to users whose access has ended, while their last sessions may live"


class OrganizationsSessionPolicyStore:
    """The port SessionPolicyStore over the API `organizations`; a tag names the owner of a policy.

    Source: AWS Organizations API Reference.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "organizations:AttachPolicy",
            "organizations:CreatePolicy",
            "organizations:DeletePolicy",
            "organizations:DetachPolicy",
            "organizations:ListPolicies",
            "organizations:ListPoliciesForTarget",
            "organizations:ListTagsForResource",
            "organizations:ListTargetsForPolicy",
            # For a policy that is made with a tag.
            "organizations:TagResource",
        }
    )

    def __init__(self, client: "OrganizationsClient") -> None:
        self._client = client

    def find(self, name: str) -> OwnedPolicy | None:
        """See SessionPolicyStore. Organizations has no way to ask for a name."""
        with translated():
            pages = self._client.get_paginator("list_policies").paginate(Filter="SERVICE_CONTROL_POLICY")
            found = [policy for page in pages for policy in page.get("Policies", []) if policy.get("Name") == name]
            if not found:
                return None
            return OwnedPolicy(id=found[0]["Id"], arn=found[0]["Arn"], owner=self._owner_of(found[0]["Id"]))

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        """See SessionPolicyStore."""
        try:
            with translated():
                made = self._client.create_policy(
                    Name=name,
                    Description=_DESCRIPTION,
                    Type="SERVICE_CONTROL_POLICY",
                    Content=empty_document(),
                    Tags=[{"Key": OWNER_TAG, "Value": owner}],
                )
        except Refused as refused:
            if _is(refused, "DuplicatePolicyException"):
                raise Conflicting(str(refused)) from refused
            raise
        summary = made["Policy"]["PolicySummary"]
        return OwnedPolicy(id=summary["Id"], arn=summary["Arn"], owner=owner)

    def targets_of(self, policy_id: str) -> frozenset[str]:
        """See SessionPolicyStore."""
        with translated():
            pages = list(self._client.get_paginator("list_targets_for_policy").paginate(PolicyId=policy_id))
        return frozenset(target["TargetId"] for page in pages for target in page.get("Targets", []))

    def policies_on(self, target: str) -> frozenset[str]:
        """See SessionPolicyStore."""
        listing = self._client.get_paginator("list_policies_for_target")
        with translated():
            pages = list(listing.paginate(TargetId=target, Filter="SERVICE_CONTROL_POLICY"))
        return frozenset(policy["Id"] for page in pages for policy in page.get("Policies", []))

    def attach(self, policy_id: str, *, target: str) -> None:
        """See SessionPolicyStore."""
        with _harmless("DuplicatePolicyAttachmentException"), translated():
            self._client.attach_policy(PolicyId=policy_id, TargetId=target)

    def detach(self, policy_id: str, *, target: str) -> None:
        """See SessionPolicyStore."""
        with suppress(NotFound), _harmless("PolicyNotAttachedException"), translated():
            self._client.detach_policy(PolicyId=policy_id, TargetId=target)

    def delete(self, policy_id: str) -> None:
        """See SessionPolicyStore."""
        with suppress(NotFound), translated():
            self._client.delete_policy(PolicyId=policy_id)

    def _owner_of(self, policy_id: str) -> str:
        pages = self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=policy_id)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
        return tags.get(OWNER_TAG, "")


@contextmanager
def _harmless(code: str) -> "Iterator[None]":
    try:
        yield
    except Refused as refused:
        if not _is(refused, code):
            raise


def _is(refused: Refused, code: str) -> bool:
    return str(refused).startswith(f"{code}:")
