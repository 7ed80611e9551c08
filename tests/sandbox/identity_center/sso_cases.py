"""For each operation of sso-admin that the local Identity Center serves: requests, and what AWS makes of them."""

from tests.sandbox.identity_center.cases import (
    CONFLICT,
    DENIED,
    INLINE,
    INVALID,
    MISSING,
    NO_SET,
    NOBODY,
    QUOTA,
    READ_ONLY,
    VIEW_ONLY,
    Request,
)

ELSEWHERE = "arn:aws:sso:::instance/ssoins-0000000000000000"
_VIEW, _FREE, _FULL, _NONE = ({"PermissionSetArn": arn} for arn in ("$view", "$free", "$full", NO_SET))
_HERE = {"TargetId": "111122223333", "TargetType": "AWS_ACCOUNT"}
_MINE = _HERE | {"PermissionSetArn": "$view", "PrincipalType": "GROUP", "PrincipalId": "$group"}
_DEPLOY = {"CustomerManagedPolicyReference": {"Name": "deploy", "Path": "/"}}
_AUDIT = {"CustomerManagedPolicyReference": {"Name": "audit"}}
_ATTRIBUTES = {
    "InstanceAccessControlAttributeConfiguration": {
        "AccessControlAttributes": [{"Key": "team", "Value": {"Source": ["${path:enterprise.department}"]}}]
    }
}
_ABAC = "InstanceAccessControlAttributeConfiguration"
_CUSTOMER = "CustomerManagedPolicyReference"
_MANY_TAGS = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]

ANSWERS: list[tuple[str, Request, Request]] = [
    ("ListInstances", {}, {"Instances": 1}),
    ("DescribeInstance", {}, {"Status": "ACTIVE", "PermissionSetsEnabled": True}),
    ("UpdateInstance", {"Name": "workforce"}, {}),
    ("UpdateInstance", {"PermissionSetsEnabled": True}, {}),
    ("DeleteInstance", {}, {}),
    ("ListRegions", {}, {"Regions": 1}),
    ("DescribeRegion", {"RegionName": "us-east-1"}, {"IsPrimaryRegion": True, "Status": "ACTIVE"}),
    ("AddRegion", {"RegionName": "eu-west-1"}, {"Status": "ADDING"}),
    (f"Create{_ABAC}", _ATTRIBUTES, {}),
    ("CreatePermissionSet", {"Name": "New", "SessionDuration": "PT12H"}, {"PermissionSet": {"Name": "New"}}),
    ("DescribePermissionSet", _VIEW, {"PermissionSet": {"Name": "View", "SessionDuration": "PT1H"}}),
    ("ListPermissionSets", {}, {"PermissionSets": 3}),
    ("UpdatePermissionSet", _VIEW | {"RelayState": "https://example.com/"}, {}),
    ("DeletePermissionSet", _FREE, {}),
    ("ListTagsForResource", {"ResourceArn": "$view"}, {"Tags": [{"Key": "team", "Value": "a"}]}),
    ("ListTagsForResource", {"ResourceArn": "$instance"}, {"Tags": 0}),
    ("TagResource", {"ResourceArn": "$view", "Tags": [{"Key": "team", "Value": ""}]}, {}),
    ("TagResource", {"ResourceArn": "$instance", "Tags": [{"Key": "team", "Value": ""}]}, {}),
    ("UntagResource", {"ResourceArn": "$view", "TagKeys": ["team", "none"]}, {}),
    ("AttachManagedPolicyToPermissionSet", _FULL | {"ManagedPolicyArn": VIEW_ONLY}, {}),
    ("DetachManagedPolicyFromPermissionSet", _FULL | {"ManagedPolicyArn": READ_ONLY}, {}),
    ("ListManagedPoliciesInPermissionSet", _FULL, {"AttachedManagedPolicies": 1}),
    (f"Attach{_CUSTOMER}ToPermissionSet", _FULL | _AUDIT, {}),
    (f"Detach{_CUSTOMER}FromPermissionSet", _FULL | _DEPLOY, {}),
    ("ListCustomerManagedPolicyReferencesInPermissionSet", _FULL, {"CustomerManagedPolicyReferences": 1}),
    ("GetInlinePolicyForPermissionSet", _FULL, {"InlinePolicy": ""}),
    ("PutInlinePolicyToPermissionSet", _FULL | {"InlinePolicy": INLINE}, {}),
    ("DeleteInlinePolicyFromPermissionSet", _FULL, {}),
    ("GetPermissionsBoundaryForPermissionSet", _FULL, {"PermissionsBoundary": {"ManagedPolicyArn": READ_ONLY}}),
    ("PutPermissionsBoundaryToPermissionSet", _VIEW | {"PermissionsBoundary": _DEPLOY}, {}),
    ("DeletePermissionsBoundaryFromPermissionSet", _FULL, {}),
    ("CreateAccountAssignment", _MINE, {"AccountAssignmentCreationStatus": {"Status": "IN_PROGRESS"}}),
    ("DeleteAccountAssignment", _MINE, {"AccountAssignmentDeletionStatus": {"Status": "IN_PROGRESS"}}),
    (
        "DescribeAccountAssignmentCreationStatus",
        {"AccountAssignmentCreationRequestId": "$creation"},
        {"AccountAssignmentCreationStatus": {"Status": "SUCCEEDED", "PrincipalId": "$group"}},
    ),
    (
        "DescribeAccountAssignmentDeletionStatus",
        {"AccountAssignmentDeletionRequestId": "$deletion"},
        {"AccountAssignmentDeletionStatus": {"Status": "SUCCEEDED", "PrincipalId": "$empty_group"}},
    ),
    ("ListAccountAssignmentCreationStatus", {}, {"AccountAssignmentsCreationStatus": 2}),
    (
        "ListAccountAssignmentCreationStatus",
        {"Filter": {"Status": "FAILED"}},
        {"AccountAssignmentsCreationStatus": 0},
    ),
    ("ListAccountAssignmentDeletionStatus", {"MaxResults": 1}, {"AccountAssignmentsDeletionStatus": 1}),
    ("ListAccountAssignments", _VIEW | {"AccountId": "111122223333"}, {"AccountAssignments": 1}),
    ("ListAccountAssignments", _FREE | {"AccountId": "111122223333"}, {"AccountAssignments": 0}),
    (
        "ListAccountAssignmentsForPrincipal",
        {"PrincipalType": "USER", "PrincipalId": "$user"},
        {"AccountAssignments": [{"AccountId": "111122223333", "PermissionSetArn": "$view", "PrincipalType": "GROUP"}]},
    ),
    (
        "ProvisionPermissionSet",
        _VIEW | _HERE,
        {"PermissionSetProvisioningStatus": {"Status": "IN_PROGRESS", "AccountId": "111122223333"}},
    ),
    (
        "DescribePermissionSetProvisioningStatus",
        {"ProvisionPermissionSetRequestId": "$provisioning"},
        {"PermissionSetProvisioningStatus": {"Status": "SUCCEEDED", "PermissionSetArn": "$view"}},
    ),
    ("ListPermissionSetProvisioningStatus", {}, {"PermissionSetsProvisioningStatus": 1}),
    ("ListPermissionSetsProvisionedToAccount", {"AccountId": "111122223333"}, {"PermissionSets": ["$view"]}),
    (
        "ListPermissionSetsProvisionedToAccount",
        {"AccountId": "111122223333", "ProvisioningStatus": "LATEST_PERMISSION_SET_NOT_PROVISIONED"},
        {"PermissionSets": 0},
    ),
    ("ListAccountsForProvisionedPermissionSet", _VIEW, {"AccountIds": ["111122223333"]}),
]

REFUSALS: list[tuple[str, Request, str]] = [
    ("CreateInstance", {}, CONFLICT),
    ("DescribeInstance", {"InstanceArn": ELSEWHERE}, DENIED),
    (
        "UpdateInstance",
        {"PermissionSetsEnabled": True, "EncryptionConfiguration": {"KeyType": "AWS_OWNED_KMS_KEY"}},
        INVALID,
    ),
    ("UpdateInstance", {"PermissionSetsEnabled": False}, INVALID),
    ("DescribeRegion", {"RegionName": "eu-west-1"}, MISSING),
    ("AddRegion", {"RegionName": "us-east-1"}, CONFLICT),
    ("RemoveRegion", {"RegionName": "us-east-1"}, INVALID),
    ("RemoveRegion", {"RegionName": "eu-west-1"}, MISSING),
    (f"Describe{_ABAC}", {}, MISSING),
    (f"Update{_ABAC}", _ATTRIBUTES, MISSING),
    (f"Delete{_ABAC}", {}, MISSING),
    ("CreatePermissionSet", {"Name": "View"}, CONFLICT),
    ("CreatePermissionSet", {"Name": "New", "SessionDuration": "PT13H"}, INVALID),
    ("CreatePermissionSet", {"Name": "New", "Tags": _MANY_TAGS}, QUOTA),
    ("DescribePermissionSet", _NONE, MISSING),
    ("UpdatePermissionSet", _NONE, MISSING),
    ("UpdatePermissionSet", _VIEW | {"SessionDuration": "PT30M"}, INVALID),
    ("DeletePermissionSet", _VIEW, CONFLICT),
    ("DeletePermissionSet", _NONE, MISSING),
    ("ListTagsForResource", {"ResourceArn": NO_SET}, MISSING),
    ("TagResource", {"ResourceArn": NO_SET, "Tags": []}, MISSING),
    ("TagResource", {"ResourceArn": "$view", "Tags": _MANY_TAGS}, QUOTA),
    ("UntagResource", {"ResourceArn": NO_SET, "TagKeys": ["team"]}, MISSING),
    ("AttachManagedPolicyToPermissionSet", _FULL | {"ManagedPolicyArn": READ_ONLY}, CONFLICT),
    ("AttachManagedPolicyToPermissionSet", _NONE | {"ManagedPolicyArn": READ_ONLY}, MISSING),
    ("AttachManagedPolicyToPermissionSet", _FULL | {"ManagedPolicyArn": f"{READ_ONLY}s"}, MISSING),
    ("DetachManagedPolicyFromPermissionSet", _FULL | {"ManagedPolicyArn": VIEW_ONLY}, MISSING),
    ("ListManagedPoliciesInPermissionSet", _NONE, MISSING),
    (f"Attach{_CUSTOMER}ToPermissionSet", _FULL | _DEPLOY, CONFLICT),
    (f"Attach{_CUSTOMER}ToPermissionSet", _NONE | _DEPLOY, MISSING),
    (f"Detach{_CUSTOMER}FromPermissionSet", _FULL | _AUDIT, MISSING),
    ("ListCustomerManagedPolicyReferencesInPermissionSet", _NONE, MISSING),
    ("GetInlinePolicyForPermissionSet", _NONE, MISSING),
    ("PutInlinePolicyToPermissionSet", _FULL | {"InlinePolicy": "{"}, INVALID),
    ("PutInlinePolicyToPermissionSet", _FULL | {"InlinePolicy": f'{{"Statement": ["{"x" * 10_240}"]}}'}, QUOTA),
    ("PutInlinePolicyToPermissionSet", _NONE | {"InlinePolicy": INLINE}, MISSING),
    ("DeleteInlinePolicyFromPermissionSet", _NONE, MISSING),
    ("GetPermissionsBoundaryForPermissionSet", _VIEW, MISSING),
    ("PutPermissionsBoundaryToPermissionSet", _NONE | {"PermissionsBoundary": _DEPLOY}, MISSING),
    (
        "PutPermissionsBoundaryToPermissionSet",
        _VIEW | {"PermissionsBoundary": _DEPLOY | {"ManagedPolicyArn": READ_ONLY}},
        INVALID,
    ),
    ("DeletePermissionsBoundaryFromPermissionSet", _VIEW, MISSING),
    ("CreateAccountAssignment", _MINE | {"TargetType": "ROOT"}, INVALID),
    ("DeleteAccountAssignment", _MINE | {"PrincipalId": NOBODY}, MISSING),
    ("DescribeAccountAssignmentCreationStatus", {"AccountAssignmentCreationRequestId": "$deletion"}, MISSING),
    ("DescribeAccountAssignmentDeletionStatus", {"AccountAssignmentDeletionRequestId": "$creation"}, MISSING),
    ("ListAccountAssignmentCreationStatus", {"Filter": {"Status": "DONE"}}, INVALID),
    ("ListAccountAssignmentDeletionStatus", {"MaxResults": 101}, INVALID),
    ("ListAccountAssignments", _NONE | {"AccountId": "111122223333"}, MISSING),
    ("ListAccountAssignmentsForPrincipal", {"PrincipalType": "ROLE", "PrincipalId": "$user"}, INVALID),
    ("ProvisionPermissionSet", _NONE | _HERE, MISSING),
    ("ProvisionPermissionSet", _VIEW | {"TargetType": "AWS_ACCOUNT"}, INVALID),
    ("DescribePermissionSetProvisioningStatus", {"ProvisionPermissionSetRequestId": "$creation"}, MISSING),
    ("ListPermissionSetProvisioningStatus", {"NextToken": "bm9ib2R5fDE="}, INVALID),
    ("ListPermissionSetsProvisionedToAccount", {"AccountId": "1"}, INVALID),
    ("ListAccountsForProvisionedPermissionSet", _NONE, MISSING),
]
