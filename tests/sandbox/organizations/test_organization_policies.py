"""Service control policies in the local Organizations: what AWS takes, and what it refuses with which words."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.protocol.service_error import ServiceError
from tests.captures.reading import seen
from tests.sandbox.identity_center.desk import AT_ONCE, MANAGEMENT, Desk, SlowCalls

ORGANIZATIONS = "organizations"
TYPE = "SERVICE_CONTROL_POLICY"
FULL = "p-FullAWSAccess"
NO_POLICY, NO_ACCOUNT = "p-0123456789", "999988887777"
DENY: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    root = desk.call(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"]
    desk.call(ORGANIZATIONS, "EnablePolicyType", RootId=root, PolicyType=TYPE)
    desk.ids["root"] = root
    yield desk
    desk.close()


def document(*statements: object, **elements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements] or [DENY]} | elements)


def made(desk: Desk, name: str = "guard", content: str = "") -> str:
    request = {"Name": name, "Description": "", "Type": TYPE, "Content": content or document()}
    return str(desk.call(ORGANIZATIONS, "CreatePolicy", **request)["Policy"]["PolicySummary"]["Id"])


def attached(desk: Desk, target: str = "$root") -> set[str]:
    answer = desk.call(ORGANIZATIONS, "ListPoliciesForTarget", TargetId=target, Filter=TYPE)
    return {policy["Id"] for policy in answer["Policies"]}


def creation_refused(desk: Desk, content: str) -> ServiceError:
    request = {"Name": "refused", "Description": "", "Type": TYPE, "Content": content}
    return desk.refusal(ORGANIZATIONS, "CreatePolicy", **request)


def test_a_policy_is_made_changed_attached_listed_and_deleted(desk: Desk) -> None:
    policy = made(desk)
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    assert attached(desk) == {FULL, policy}
    targets = desk.call(ORGANIZATIONS, "ListTargetsForPolicy", PolicyId=policy)["Targets"]
    assert [(target["TargetId"], target["Type"]) for target in targets] == [(desk.ids["root"], "ROOT")]
    desk.call(ORGANIZATIONS, "UpdatePolicy", PolicyId=policy, Content=document(DENY | {"Sid": "New"}), Name="other")
    described = desk.call(ORGANIZATIONS, "DescribePolicy", PolicyId=policy)["Policy"]
    assert json.loads(described["Content"])["Statement"][0]["Sid"] == "New"
    assert described["PolicySummary"]["Name"] == "other"
    desk.call(ORGANIZATIONS, "DetachPolicy", PolicyId=policy, TargetId="$root")
    desk.call(ORGANIZATIONS, "TagResource", ResourceId=policy, Tags=[{"Key": "owner", "Value": "us"}])
    assert desk.call(ORGANIZATIONS, "ListTagsForResource", ResourceId=policy)["Tags"]
    desk.call(ORGANIZATIONS, "DeletePolicy", PolicyId=policy)
    listed = desk.call(ORGANIZATIONS, "ListPolicies", Filter=TYPE)["Policies"]
    assert {summary["Id"] for summary in listed} == {FULL}


@pytest.mark.parametrize(
    "statement",
    [
        DENY,
        DENY | {"Sid": "One", "NotAction": ["iam:*", "sts:GetCallerIdentity"]} | {"Action": None},
        DENY | {"NotResource": "arn:aws:s3:::logs/*"} | {"Resource": None},
        {"Effect": "Allow", "Action": "s3:Get*Tagging", "Resource": ["arn:aws:s3:::*"]},
        DENY | {"Condition": {"StringEquals": {"identitystore:userId": ["nobody"]}}},
        DENY | {"Condition": {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-*/r-*/"}}},
        DENY | {"Condition": {"Null": {"aws:TokenIssueTime": "false"}, "Bool": {"aws:ViaAWSService": False}}},
    ],
)
def test_the_whole_language_of_iam_without_principals_is_taken(desk: Desk, statement: dict[str, Any]) -> None:
    given = {element: value for element, value in statement.items() if value is not None}
    assert made(desk, content=document(given))
    assert made(desk, "single", content=json.dumps({"Version": "2012-10-17", "Statement": given}))


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "[]",
        document(DENY) + document(DENY),
        '{"Version": "2012-10-17", "Statement": [], "Statement": []}',
        json.dumps({"Statement": [DENY]}),
        document(DENY, Version="2020-01-01"),
        document(DENY, Comment="why"),
        document(Statement=[]),
        document("Deny"),
        document(DENY | {"Principal": "*"}),
        document(DENY | {"NotPrincipal": {"AWS": "*"}}),
        document(DENY | {"Comment": "why"}),
        document(DENY | {"effect": "Deny"}),
        document(DENY | {"Effect": "deny"}),
        document(DENY | {"NotAction": "iam:*"}),
        document({"Effect": "Deny", "Resource": "*"}),
        document({"Effect": "Deny", "Action": "*"}),
        document(DENY | {"Action": []}),
        document(DENY | {"Action": "iam"}),
        document(DENY | {"Action": 1}),
        document(DENY | {"Resource": "bucket"}),
        document(DENY | {"Sid": "Deny everything"}),
        document(DENY | {"Sid": "Same"}, DENY | {"Sid": "Same"}),
        document(DENY | {"Condition": []}),
        document(DENY | {"Condition": {"StringMatches": {"aws:userid": "x"}}}),
        document(DENY | {"Condition": {"StringEquals": {}}}),
        document(DENY | {"Condition": {"StringEquals": {"userid": "x"}}}),
        document(DENY | {"Condition": {"StringEquals": {"aws:userid": []}}}),
        document(DENY | {"Condition": {"StringEquals": {"aws:userid": {"is": "x"}}}}),
    ],
)
def test_a_malformed_document_is_refused_when_made_and_when_changed(desk: Desk, content: str) -> None:
    refused = creation_refused(desk, content)
    text = "The provided policy document does not meet the requirements of the specified policy type."
    assert (refused.code, refused.message) == ("MalformedPolicyDocumentException", text)
    policy = made(desk)
    assert desk.refusal(ORGANIZATIONS, "UpdatePolicy", PolicyId=policy, Content=content).code == refused.code
    kept = desk.call(ORGANIZATIONS, "DescribePolicy", PolicyId=policy)["Policy"]["Content"]
    assert kept == document()


def of_length(characters: int) -> str:
    return document(DENY).ljust(characters)


@pytest.mark.parametrize(("chosen", "longest"), [({}, 5_120), ({"policy_characters": 10_240}, 10_240)])
def test_a_document_has_as_many_characters_as_the_organization_allows(
    desk: Desk, chosen: dict[str, float], longest: int
) -> None:
    desk.center.behave(AT_ONCE.but(**chosen))
    policy = made(desk, content=of_length(longest))
    for refused in (
        creation_refused(desk, of_length(longest + 1)),
        desk.refusal(ORGANIZATIONS, "UpdatePolicy", PolicyId=policy, Content=of_length(longest + 1)),
    ):
        assert (refused.code, refused.members) == (
            "ConstraintViolationException",
            {"Reason": "POLICY_CONTENT_LIMIT_EXCEEDED"},
        )
        assert refused.message == "You have exceeded the maximum policy size."


@pytest.mark.parametrize(("chosen", "most"), [({}, 5), ({"policies_per_target": 10}, 10)])
def test_a_target_has_as_many_policies_as_the_organization_allows(
    desk: Desk, chosen: dict[str, float], most: int
) -> None:
    desk.center.behave(AT_ONCE.but(**chosen))
    for number in range(most - 1):  # AWS's own counts, too
        desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=made(desk, f"guard{number}"), TargetId="$root")
    refused = desk.refusal(ORGANIZATIONS, "AttachPolicy", PolicyId=made(desk, "over"), TargetId="$root")
    assert refused.members == {"Reason": "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"}
    assert refused.message == "You have attached the maximum number of policies to the specified target."
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=made(desk, "elsewhere"), TargetId=MANAGEMENT)


def test_a_policy_is_attached_to_a_target_once(desk: Desk) -> None:
    policy = made(desk)
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    refused = desk.refusal(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    assert refused.code == "DuplicatePolicyAttachmentException"
    assert refused.message == "A policy with the specified name and type already exists."


def test_a_target_keeps_one_policy_whichever_it_is(desk: Desk) -> None:
    refused = desk.refusal(ORGANIZATIONS, "DetachPolicy", PolicyId=FULL, TargetId="$root")
    assert refused.members == {"Reason": "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"}
    assert refused.message.startswith("You cannot remove the last policy attached to the specified target.")
    policy = made(desk)
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    desk.call(ORGANIZATIONS, "DetachPolicy", PolicyId=FULL, TargetId="$root")
    assert desk.refusal(ORGANIZATIONS, "DetachPolicy", PolicyId=policy, TargetId="$root").members == refused.members


@pytest.mark.parametrize(
    ("operation", "request_"),
    [("UpdatePolicy", {"Name": "x"}), ("UpdatePolicy", {"Content": document()}), ("DeletePolicy", {})],
)
def test_the_policies_of_aws_stay_as_they_are(desk: Desk, operation: str, request_: dict[str, str]) -> None:
    refused = desk.refusal(ORGANIZATIONS, operation, PolicyId=FULL, **request_)
    assert (refused.code, refused.members) == ("InvalidInputException", {"Reason": "IMMUTABLE_POLICY"})


def test_a_policy_that_is_attached_is_not_deleted(desk: Desk) -> None:
    policy = made(desk)
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    assert desk.refusal(ORGANIZATIONS, "DeletePolicy", PolicyId=policy).code == "PolicyInUseException"


def test_two_policies_of_a_type_have_two_names(desk: Desk) -> None:
    first, second = made(desk), made(desk, "second")
    request = {"Name": "guard", "Description": "", "Type": TYPE, "Content": document()}
    assert desk.refusal(ORGANIZATIONS, "CreatePolicy", **request).code == "DuplicatePolicyException"
    assert desk.refusal(ORGANIZATIONS, "UpdatePolicy", PolicyId=second, Name="guard").code == "DuplicatePolicyException"
    desk.call(ORGANIZATIONS, "UpdatePolicy", PolicyId=first, Name="guard", Description="as before")


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("UpdatePolicy", {"PolicyId": NO_POLICY}, "PolicyNotFoundException"),
        ("DeletePolicy", {"PolicyId": NO_POLICY}, "PolicyNotFoundException"),
        ("DescribePolicy", {"PolicyId": NO_POLICY}, "PolicyNotFoundException"),
        ("AttachPolicy", {"PolicyId": NO_POLICY, "TargetId": "$root"}, "PolicyNotFoundException"),
        ("DetachPolicy", {"PolicyId": NO_POLICY, "TargetId": "$root"}, "PolicyNotFoundException"),
        ("ListTargetsForPolicy", {"PolicyId": NO_POLICY}, "PolicyNotFoundException"),
        ("AttachPolicy", {"PolicyId": "$policy", "TargetId": NO_ACCOUNT}, "TargetNotFoundException"),
        ("AttachPolicy", {"PolicyId": "$policy", "TargetId": "ou-abcd-01234567"}, "TargetNotFoundException"),
        ("DetachPolicy", {"PolicyId": "$policy", "TargetId": "r-0000"}, "TargetNotFoundException"),
        ("DetachPolicy", {"PolicyId": "$policy", "TargetId": "$root"}, "PolicyNotAttachedException"),
        ("ListPoliciesForTarget", {"TargetId": NO_ACCOUNT, "Filter": TYPE}, "TargetNotFoundException"),
        ("AttachPolicy", {"PolicyId": "guard", "TargetId": "$root"}, "InvalidInputException"),
        ("ListPolicies", {"Filter": "OTHER_POLICY"}, "InvalidInputException"),
        ("ListPolicies", {"Filter": TYPE, "MaxResults": 21}, "InvalidInputException"),
    ],
)
def test_what_is_not_there_is_refused(desk: Desk, operation: str, request_: dict[str, Any], code: str) -> None:
    desk.ids["policy"] = made(desk)
    assert desk.refusal(ORGANIZATIONS, operation, **request_).code == code


def test_a_type_that_is_not_enabled_is_attached_to_nothing(desk: Desk) -> None:
    policy, unused = made(desk), made(desk, "unused")
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId="$root")
    desk.call(ORGANIZATIONS, "DisablePolicyType", RootId="$root", PolicyType=TYPE)
    assert desk.refusal(ORGANIZATIONS, "AttachPolicy", PolicyId=unused, TargetId="$root").code == (
        "PolicyTypeNotEnabledException"
    )
    desk.call(ORGANIZATIONS, "EnablePolicyType", RootId="$root", PolicyType=TYPE)
    assert attached(desk) == {FULL}, "what was attached is not so again with the type"


@pytest.mark.parametrize("target", ["unit", "account"])
def test_a_policy_is_detached_from_what_goes(desk: Desk, target: str) -> None:
    policy = made(desk)
    if target == "unit":
        unit = desk.call(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId="$root", Name="x")["OrganizationalUnit"]
        target_id, end = unit["Id"], ("DeleteOrganizationalUnit", {"OrganizationalUnitId": unit["Id"]})
    else:
        desk.center.organization.invited(NO_ACCOUNT, name="guest", email="guest@example.com")
        target_id, end = NO_ACCOUNT, ("RemoveAccountFromOrganization", {"AccountId": NO_ACCOUNT})
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=policy, TargetId=target_id)
    desk.call(ORGANIZATIONS, end[0], **end[1])
    assert desk.call(ORGANIZATIONS, "ListTargetsForPolicy", PolicyId=policy)["Targets"] == []
    desk.call(ORGANIZATIONS, "DeletePolicy", PolicyId=policy)


def test_of_two_writes_at_the_same_moment_one_is_refused(desk: Desk) -> None:
    first, second, third = (made(desk, name) for name in ("one", "two", "three"))
    desk.center.behave(Behaviour.instant(call_seconds=1, spread=0))
    slow = SlowCalls(desk.center)
    with ThreadPoolExecutor(3) as at_once:
        edit = at_once.submit(desk.call, ORGANIZATIONS, "UpdatePolicy", PolicyId=first, Content=document())
        attach = at_once.submit(desk.call, ORGANIZATIONS, "AttachPolicy", PolicyId=second, TargetId="$root")
        slow.begun(2)
        text = seen("organizations-02")
        for operation, request in (
            ("UpdatePolicy", {"PolicyId": first, "Content": document()}),
            ("DeletePolicy", {"PolicyId": first}),
            ("AttachPolicy", {"PolicyId": third, "TargetId": "$root"}),
        ):
            refused = desk.refusal(ORGANIZATIONS, operation, **request)
            assert (refused.code, refused.message) == (text["__type"], text["Message"])
        slow.end()
        edit.result()
        attach.result()
    desk.center.behave(AT_ONCE)
    desk.call(ORGANIZATIONS, "AttachPolicy", PolicyId=third, TargetId="$root")
