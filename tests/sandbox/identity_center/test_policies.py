"""The policies of permission sets in the local Identity Center, through boto3."""

import json
from collections.abc import Iterator

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls

SSO = "sso-admin"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
INLINE = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


@pytest.fixture
def permission_set(center: Calls) -> dict[str, str]:
    return {"PermissionSetArn": center.new_permission_set()}


def test_managed_policies_are_attached_once_and_detached(center: Calls, permission_set: dict[str, str]) -> None:
    for arn in (READ_ONLY, VIEW_ONLY):
        center.answer(SSO, "AttachManagedPolicyToPermissionSet", **permission_set, ManagedPolicyArn=arn)
    again = {**permission_set, "ManagedPolicyArn": READ_ONLY}
    assert center.refusal(SSO, "AttachManagedPolicyToPermissionSet", **again)["Code"] == "ConflictException"
    found = center.answer(SSO, "ListManagedPoliciesInPermissionSet", **permission_set)["AttachedManagedPolicies"]
    assert {policy["Arn"]: policy["Name"] for policy in found} == {
        READ_ONLY: "ReadOnlyAccess",
        VIEW_ONLY: "ViewOnlyAccess",
    }
    center.answer(SSO, "DetachManagedPolicyFromPermissionSet", **again)
    assert center.refusal(SSO, "DetachManagedPolicyFromPermissionSet", **again)["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:iam::aws:policy/ViewOnlyAccess", "ResourceNotFoundException"),
        ("arn:aws:iam::aws:policy/NoSuchPolicy", "ResourceNotFoundException"),
        ("arn:aws:iam::111122223333:policy/Mine", "ValidationException"),
    ],
)
def test_a_policy_that_aws_does_not_have_is_refused(
    center: Calls, permission_set: dict[str, str], arn: str, code: str
) -> None:
    refusal = center.refusal(SSO, "AttachManagedPolicyToPermissionSet", **permission_set, ManagedPolicyArn=arn)
    assert refusal["Code"] == code


def test_at_most_25_policies_are_attached(center: Calls, permission_set: dict[str, str]) -> None:
    attach = "AttachCustomerManagedPolicyReferenceToPermissionSet"
    for number in range(25):
        center.answer(SSO, attach, **permission_set, CustomerManagedPolicyReference={"Name": f"policy{number}"})
    refusal = center.refusal(SSO, attach, **permission_set, CustomerManagedPolicyReference={"Name": "one-more"})
    assert refusal["Code"] == "ServiceQuotaExceededException"


def test_customer_managed_policies_go_by_name_and_path(center: Calls, permission_set: dict[str, str]) -> None:
    attach, detach = (
        f"{verb}CustomerManagedPolicyReference{way}PermissionSet"
        for verb, way in (("Attach", "To"), ("Detach", "From"))
    )
    reference = {"CustomerManagedPolicyReference": {"Name": "deploy", "Path": "/team/"}}
    center.answer(SSO, attach, **permission_set, **reference)
    assert center.refusal(SSO, attach, **permission_set, **reference)["Code"] == "ConflictException"
    found = center.answer(SSO, "ListCustomerManagedPolicyReferencesInPermissionSet", **permission_set)
    assert found["CustomerManagedPolicyReferences"] == [{"Name": "deploy", "Path": "/team/"}]
    center.answer(SSO, detach, **permission_set, **reference)
    assert center.refusal(SSO, detach, **permission_set, **reference)["Code"] == "ResourceNotFoundException"


def test_the_inline_policy_is_empty_until_it_is_put(center: Calls, permission_set: dict[str, str]) -> None:
    assert center.answer(SSO, "GetInlinePolicyForPermissionSet", **permission_set)["InlinePolicy"] == ""
    center.answer(SSO, "PutInlinePolicyToPermissionSet", **permission_set, InlinePolicy=INLINE)
    assert center.answer(SSO, "GetInlinePolicyForPermissionSet", **permission_set)["InlinePolicy"] == INLINE
    center.answer(SSO, "DeleteInlinePolicyFromPermissionSet", **permission_set)
    assert center.answer(SSO, "GetInlinePolicyForPermissionSet", **permission_set)["InlinePolicy"] == ""


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("{", "ValidationException"),
        ("[]", "ValidationException"),
        (json.dumps({"Statement": ["x" * 10_240]}), "ServiceQuotaExceededException"),
    ],
)
def test_an_inline_policy_that_iam_would_not_take_is_refused(
    center: Calls, permission_set: dict[str, str], policy: str, code: str
) -> None:
    assert center.refusal(SSO, "PutInlinePolicyToPermissionSet", **permission_set, InlinePolicy=policy)["Code"] == code


def test_the_boundary_is_one_policy(center: Calls, permission_set: dict[str, str]) -> None:
    missing = center.refusal(SSO, "GetPermissionsBoundaryForPermissionSet", **permission_set)
    assert missing["Code"] == "ResourceNotFoundException"
    boundary = {"ManagedPolicyArn": READ_ONLY}
    center.answer(SSO, "PutPermissionsBoundaryToPermissionSet", **permission_set, PermissionsBoundary=boundary)
    found = center.answer(SSO, "GetPermissionsBoundaryForPermissionSet", **permission_set)
    assert found["PermissionsBoundary"] == boundary
    both = boundary | {"CustomerManagedPolicyReference": {"Name": "limit"}}
    refusal = center.refusal(SSO, "PutPermissionsBoundaryToPermissionSet", **permission_set, PermissionsBoundary=both)
    assert refusal["Code"] == "ValidationException"
    center.answer(SSO, "DeletePermissionsBoundaryFromPermissionSet", **permission_set)
    assert center.refusal(SSO, "GetPermissionsBoundaryForPermissionSet", **permission_set)
