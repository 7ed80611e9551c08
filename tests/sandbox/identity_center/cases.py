"""For each operation of the local Identity Center: requests, and what AWS answers or refuses them with.

`$name` stands for what `Desk.settle_in` has made; an answer is given by the part of it that matters.
"""

from typing import Any

type Request = dict[str, Any]

NOBODY = "00000000-0000-4000-8000-000000000000"
NO_SET = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0000000000000000"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
INLINE = '{"Version": "2012-10-17", "Statement": []}'
ENTERPRISE = "aws:identitystore:enterprise"
FOUND, CONFLICT, MISSING, INVALID, QUOTA, DENIED = (
    "",
    "ConflictException",
    "ResourceNotFoundException",
    "ValidationException",
    "ServiceQuotaExceededException",
    "AccessDeniedException",
)
_ADA = {"UserName": "ada", "DisplayName": "Ada", "Name": {"GivenName": "Ada", "FamilyName": "Lovelace"}}
_EVE = _ADA | {"UserName": "eve"}
_PAIR = {"GroupId": "$group", "MemberId": {"UserId": "$user"}}
_NEW_PAIR = {"GroupId": "$empty_group", "MemberId": {"UserId": "$user"}}


def _unique(path: str, value: str) -> Request:
    return {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}}


def _set(path: str, value: object) -> Request:
    return {"Operations": [{"AttributePath": path, "AttributeValue": value}]}


STORE_ANSWERS: list[tuple[str, Request, Request]] = [
    ("CreateUser", _EVE, {"IdentityStoreId": "$store", "Revision": "1"}),
    ("CreateUser", _EVE | {"Extensions": {ENTERPRISE: {"department": "Engineering"}}}, {"Revision": "1"}),
    ("DescribeUser", {"UserId": "$user"}, {"UserName": "ada", "UserStatus": "ENABLED", "Revision": "1"}),
    ("DescribeUser", {"UserId": "$user", "Extensions": [ENTERPRISE]}, {"UserId": "$user"}),
    ("ListUsers", {"Filters": [{"AttributePath": "UserName", "AttributeValue": "ADA"}]}, {"Users": 1}),
    ("ListUsers", {}, {"Users": 2}),
    ("GetUserId", _unique("userName", "Ada"), {"UserId": "$user"}),
    ("GetUserId", _unique("emails.value", "ada@example.com"), {"UserId": "$user"}),
    ("UpdateUser", {"UserId": "$user", **_set("title", "Countess")}, {"Revision": "2"}),
    ("UpdateUser", {"UserId": "$user", "Revision": "1", **_set("title", "Countess")}, {"Revision": "2"}),
    ("UpdateUser", {"UserId": "$user", **_set(f"{ENTERPRISE}.department", "Mathematics")}, {"Revision": "2"}),
    ("DeleteUser", {"UserId": "$user"}, {}),
    ("CreateGroup", {"DisplayName": "new"}, {"Revision": "1"}),
    ("DescribeGroup", {"GroupId": "$group"}, {"DisplayName": "engineers", "Revision": "1"}),
    ("ListGroups", {}, {"Groups": 2}),
    ("ListGroups", {"Filters": [{"AttributePath": "DisplayName", "AttributeValue": "none"}]}, {"Groups": 0}),
    ("GetGroupId", _unique("displayName", "engineers"), {"GroupId": "$group"}),
    ("UpdateGroup", {"GroupId": "$group", **_set("description", "Builds")}, {"Revision": "2"}),
    ("DeleteGroup", {"GroupId": "$group", "Revision": "1"}, {}),
    ("CreateGroupMembership", _NEW_PAIR, {"IdentityStoreId": "$store"}),
    ("DescribeGroupMembership", {"MembershipId": "$membership"}, {"GroupId": "$group"}),
    ("GetGroupMembershipId", _PAIR, {"MembershipId": "$membership"}),
    ("ListGroupMemberships", {"GroupId": "$group"}, {"GroupMemberships": 1}),
    ("ListGroupMembershipsForMember", {"MemberId": {"UserId": "$stranger"}}, {"GroupMemberships": 0}),
    ("IsMemberInGroups", {"MemberId": {"UserId": "$user"}, "GroupIds": ["$group", "$empty_group"]}, {"Results": 2}),
    ("DeleteGroupMembership", {"MembershipId": "$membership"}, {}),
    ("DescribeIdentityStore", {}, {"NetworkConfiguration": {"VpceAccessRequired": False}}),
    ("ListIdentityStores", {}, {"IdentityStores": 1}),
    ("UpdateIdentityStore", {"NetworkConfiguration": {"VpceAccessRequired": True}}, {"IdentityStoreId": "$store"}),
]

STORE_REFUSALS: list[tuple[str, Request, str]] = [
    ("CreateUser", _ADA, CONFLICT),
    ("CreateUser", _EVE | {"Emails": [{"Value": "Ada@example.com"}]}, CONFLICT),
    ("CreateUser", _EVE | {"DisplayName": None}, INVALID),
    ("CreateUser", _EVE | {"UserName": "AWSAdministrators"}, INVALID),
    ("CreateUser", _EVE | {"Extensions": {"aws:identitystore:other": {}}}, INVALID),
    ("DescribeUser", {"UserId": NOBODY}, MISSING),
    ("DescribeUser", {"UserId": "$group"}, MISSING),
    ("DescribeUser", {"UserId": "$user", "Extensions": ["aws:identitystore:other"]}, INVALID),
    ("ListUsers", {"MaxResults": 101}, INVALID),
    ("GetUserId", _unique("userName", "nobody"), MISSING),
    ("GetUserId", {"AlternateIdentifier": {"ExternalId": {"Issuer": "x", "Id": "y"}}}, MISSING),
    ("GetUserId", _unique("title", "Countess"), INVALID),
    ("UpdateUser", {"UserId": "$user", "Revision": "7", **_set("title", "x")}, CONFLICT),
    ("UpdateUser", {"UserId": "$stranger", **_set("userName", "ada")}, CONFLICT),
    ("UpdateUser", {"UserId": NOBODY, **_set("title", "x")}, MISSING),
    ("UpdateUser", {"UserId": "$user", **_set("userStatus", "DISABLED")}, INVALID),
    ("UpdateUser", {"UserId": "$user", **_set("externalIds", [])}, INVALID),
    ("UpdateUser", {"UserId": "$user", **_set("displayName", None)}, INVALID),
    ("UpdateUser", {"UserId": "$user", **_set("aws:identitystore:other.x", "x")}, INVALID),
    ("DeleteUser", {"UserId": "$user", "Revision": "7"}, CONFLICT),
    ("DeleteUser", {"UserId": NOBODY}, MISSING),
    ("CreateGroup", {"DisplayName": "Engineers"}, CONFLICT),
    ("CreateGroup", {"DisplayName": "Administrator"}, INVALID),
    ("DescribeGroup", {"GroupId": NOBODY}, MISSING),
    ("ListGroups", {"NextToken": "bm9ib2R5fDE="}, INVALID),
    ("GetGroupId", _unique("displayName", "none"), MISSING),
    ("UpdateGroup", {"GroupId": "$group", "Revision": "7", **_set("description", "x")}, CONFLICT),
    ("UpdateGroup", {"GroupId": "$group", **_set("displayName", "nobody")}, CONFLICT),
    ("UpdateGroup", {"GroupId": NOBODY, **_set("description", "x")}, MISSING),
    ("UpdateGroup", {"GroupId": "$group", **_set(f"{ENTERPRISE}.department", "x")}, INVALID),
    ("DeleteGroup", {"GroupId": "$group", "Revision": "7"}, CONFLICT),
    ("DeleteGroup", {"GroupId": NOBODY}, MISSING),
    ("CreateGroupMembership", _PAIR, CONFLICT),
    ("CreateGroupMembership", _PAIR | {"GroupId": NOBODY}, MISSING),
    ("CreateGroupMembership", _PAIR | {"MemberId": {"UserId": NOBODY}}, MISSING),
    ("DescribeGroupMembership", {"MembershipId": NOBODY}, MISSING),
    ("GetGroupMembershipId", _NEW_PAIR, MISSING),
    ("ListGroupMemberships", {"GroupId": NOBODY}, MISSING),
    ("ListGroupMembershipsForMember", {"MemberId": {"UserId": NOBODY}}, MISSING),
    ("IsMemberInGroups", {"MemberId": {"UserId": "$user"}, "GroupIds": []}, INVALID),
    ("IsMemberInGroups", {"MemberId": {"UserId": "$user"}, "GroupIds": ["$group"] * 101}, INVALID),
    ("DeleteGroupMembership", {"MembershipId": NOBODY}, MISSING),
    ("DescribeIdentityStore", {"IdentityStoreId": "d-0000000000"}, MISSING),
    ("UpdateIdentityStore", {"NetworkConfiguration": {}}, INVALID),
]
