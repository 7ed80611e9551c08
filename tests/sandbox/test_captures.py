"""Observed answers of AWS, compared with the local Identity Center: the same codes, words and shapes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.protocol.json_protocol import JsonProtocol
from sandbox.identity_center.protocol.service_error import ServiceError
from tests.captures.reading import seen
from tests.sandbox.identity_center.calls import HOUR, person
from tests.sandbox.identity_center.desk import AT_ONCE, MANAGEMENT, Desk, models

SSO, STORE, ORGANIZATIONS = "sso-admin", "identitystore", "organizations"
MEMBER, STRANGER = "444455556666", "999988887777"
NOBODY = "00000000-0000-4000-8000-000000000000"
NO_SET = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0000000000000000"
ONE_CALL_IN_THE_TEST = 0.001  # a second: however slow the machine is, the second call is one too many


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk().settle_in()
    desk.center.organization.invited(MEMBER, name="member", email="member@example.com")
    desk.ids["in_member"] = desk.ids["assignment"] | {"TargetId": MEMBER}
    yield desk
    desk.close()


def over_http(desk: Desk, target: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Answer a request as the server does: its status and its body."""
    service = {"SWBExternalService": "sso", "AWSIdentityStore": STORE}.get(target.partition(".")[0], ORGANIZATIONS)
    scope = f"Credential={MANAGEMENT}/20261129/us-east-1/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature={'0' * 64}"
    body = json.dumps(desk.resolved(request)).encode()
    answer = JsonProtocol(desk.center, models()).answer(target, signed, body)
    return answer.status, json.loads(answer.body)


def error(refused: ServiceError) -> dict[str, Any]:
    return {"__type": refused.code, "Message": refused.message, **refused.members}


def begins_alike(text: str, capture: str) -> bool:
    """Return whether both begin with the same words, up to the first id."""
    words = re.split(r"'?\d{6}|[0-9a-f]{8}-|\{", capture)[0]
    return len(words) > 20 and text.startswith(words)


class TestRequestsThatFailLater:
    def test_a_closed_account_breaks_assignments_and_provisionings(self, desk: Desk) -> None:
        assert desk.assign(desk.ids["in_member"])["Status"] == "SUCCEEDED"
        account = desk.center.organization.get_account_by_id(MEMBER)
        account.state = account.status = "SUSPENDED"
        other = desk.ids["in_member"] | {"PermissionSetArn": "$free"}
        text = desk.assign(desk.resolved(other))["FailureReason"]
        words = seen("sso-admin-07")["StatusReason"].partition("due to: ")[2]
        assert text.startswith(words.removesuffix(".")), "as CloudFormation cut it off"
        for target in ({"TargetType": "AWS_ACCOUNT", "TargetId": MEMBER}, {"TargetType": "ALL_PROVISIONED_ACCOUNTS"}):
            done = desk.provision(PermissionSetArn="$view", **target)
            assert {name: done[name] for name in ("Status", "FailureReason")} == seen("sso-admin-06")

    def test_a_group_made_a_moment_ago_is_not_found(self, desk: Desk) -> None:
        desk.center.behave(AT_ONCE.but(principal_seconds=HOUR))
        done = desk.assign(desk.ids["in_member"])
        reason = re.search(r"Received a 404.*", seen("sso-admin-08")["StatusReason"])
        assert reason
        assert begins_alike(done["FailureReason"], reason[0])
        assert done["FailureReason"].endswith(f"was not found in directory {desk.ids['store']}")

    def test_a_deletion_of_nothing_is_refused_or_accepted_and_fails(self, desk: Desk) -> None:
        assert desk.refusal(SSO, "DeleteAccountAssignment", **desk.ids["in_member"]).message == "Assignment not found."
        desk.center.behave(AT_ONCE.but(late_refusals=True))
        done = desk.unassign(desk.ids["in_member"])
        assert done["Status"] == "FAILED"
        assert begins_alike(done["FailureReason"], seen("sso-admin-09")["FailureReason"])
        assert seen("sso-admin-10")["FailureReason"] in done["FailureReason"]
        names = r"(\w+)=\w+\{value="
        assert re.findall(names, done["FailureReason"]) == re.findall(names, seen("sso-admin-09")["FailureReason"])

    def test_a_provisioning_that_races_with_a_removal_fails(self, desk: Desk) -> None:
        desk.assign(desk.ids["in_member"])
        desk.center.behave(AT_ONCE.but(provisioning_races=True, provisioning_seconds=HOUR, spread=0))
        accepted = desk.call(
            SSO, "ProvisionPermissionSet", PermissionSetArn="$view", TargetType="ALL_PROVISIONED_ACCOUNTS"
        )
        desk.unassign(desk.ids["in_member"])
        desk.center.let_pass(HOUR)
        done = desk.ended("PermissionSetProvisioning", accepted["PermissionSetProvisioningStatus"]["RequestId"])
        assert {name: done[name] for name in ("Status", "FailureReason")} == seen("sso-admin-12")

    def test_a_provisioning_where_the_set_is_not_names_the_account(self, desk: Desk) -> None:
        done = desk.provision(PermissionSetArn="$view", TargetType="AWS_ACCOUNT", TargetId=MEMBER)
        assert {name: done[name] for name in ("Status", "FailureReason")} == seen("sso-admin-13")

    def test_a_permission_set_that_is_not_there_is_refused_or_fails(self, desk: Desk) -> None:
        request = {"PermissionSetArn": NO_SET, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        assert desk.refusal(SSO, "ProvisionPermissionSet", **request).code == "ResourceNotFoundException"
        desk.center.behave(AT_ONCE.but(late_refusals=True))
        done = desk.provision(**request)
        assert (done["Status"], done["FailureReason"]) == (
            "FAILED",
            "Received a 404 status error: Could not find PermissionSet with id ps-0000000000000000",
        )

    def test_a_quota_is_told_at_once_or_later(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sandbox.identity_center.sso_admin.assignment_requests.PERMISSION_SETS_PER_ACCOUNT", 0)
        request = desk.ids["in_member"]
        assert desk.refusal(SSO, "CreateAccountAssignment", **request).code == "ServiceQuotaExceededException"
        desk.center.behave(AT_ONCE.but(late_refusals=True))
        accepted = desk.call(SSO, "CreateAccountAssignment", **request)["AccountAssignmentCreationStatus"]
        assert accepted["Status"] == seen("sso-admin-15")["accountAssignmentCreationStatus"]["status"]
        assert desk.ended("AccountAssignmentCreation", accepted["RequestId"])["Status"] == "FAILED"


class TestRefusalsAtOnce:
    def test_a_request_as_it_was_seen_is_understood(self, desk: Desk) -> None:
        request = seen("sso-admin-25")
        body = request["body"] | {"InstanceArn": "$instance"}
        status, answer = over_http(desk, request["headers"]["X-Amz-Target"], body)
        assert (status, answer["__type"]) == (400, "ResourceNotFoundException"), "the id is unknown, all else is right"

    def test_too_many_requests_under_way(self, desk: Desk) -> None:
        desk.center.behave(Behaviour.instant(outstanding_assignments=1, assignment_seconds=HOUR, spread=0))
        desk.call(SSO, "CreateAccountAssignment", **desk.ids["in_member"])
        other = desk.ids["in_member"] | {"PrincipalId": "$empty_group"}
        status, body = over_http(
            desk, "SWBExternalService.CreateAccountAssignment", {"InstanceArn": "$instance", **other}
        )
        capture = seen("sso-admin-17")
        assert (status, body["__type"], body["message"]) == (
            capture["$metadata"]["httpStatusCode"],
            capture["__type"],
            capture["message"],
        )
        assert not body.keys() - {"__type", "message", "Message"}, "nothing says how long to wait"

    def test_an_operation_that_conflicts_with_one_under_way(self, desk: Desk) -> None:
        desk.center.behave(AT_ONCE.but(deletion_seconds=HOUR))
        desk.call(SSO, "DeleteAccountAssignment", **desk.ids["assignment"])
        request = {"InstanceArn": "$instance", **desk.ids["assignment"]}
        status, body = over_http(desk, "SWBExternalService.CreateAccountAssignment", request)
        assert f"SsoAdmin.{body['__type']}" == seen("sso-admin-21")["error"]
        assert status == seen("sso-admin-21")["status"]
        assert (body["__type"], body["message"]) == tuple(seen("sso-admin-16").values())

    def test_names_and_policies_of_permission_sets(self, desk: Desk) -> None:
        capture = seen("sso-admin-19")
        refused = desk.refusal(SSO, "CreatePermissionSet", Name="View")
        assert (refused.code, refused.message) == (
            capture["__type"],
            capture["message"].replace("AdministratorAccess", "View"),
        )
        refused = desk.refusal(SSO, "DeletePermissionSet", PermissionSetArn="$view")
        assert refused.code == seen("sso-admin-20")["__type"]
        assert refused.message.startswith(seen("sso-admin-20")["message_starts"])
        policy = "arn:aws:iam::444455556666:policy/own"
        request = {"PermissionSetArn": "$view", "ManagedPolicyArn": policy}
        refused = desk.refusal(SSO, "AttachManagedPolicyToPermissionSet", **request)
        before, _, pattern = seen("sso-admin-23")["message"].partition("pattern: ")
        assert refused.code == seen("sso-admin-23")["__type"]
        assert refused.message.startswith(f"{before}pattern: "), "the model has another pattern since"
        assert refused.message.endswith(" ") == pattern.endswith(" ")

    def test_a_refused_inline_policy_is_repeated_in_whole(self, desk: Desk) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Sid": "DenyTemporaryCredentials" * 80})
        refused = desk.refusal(SSO, "PutInlinePolicyToPermissionSet", PermissionSetArn="$view", InlinePolicy=policy)
        assert refused.message.startswith(seen("sso-admin-24")["message_starts"])
        assert policy in refused.message
        assert len(refused.message) > seen("sso-admin-24")["message_length"]

    def test_a_denial_names_the_session_and_the_resource(self, desk: Desk) -> None:
        desk.center.organization.register_delegated_administrator(
            AccountId=MEMBER, ServicePrincipal="sso.amazonaws.com"
        )
        form = re.sub(r"\d{12}:assumed-role/\S+|arn:aws:sso:::\S+", "…", seen("sso-admin-22")["message"])
        refused = self._denied(desk, SSO, "CreateAccountAssignment", desk.ids["assignment"], caller=MEMBER)
        assert re.sub(r"\d{12}:assumed-role/\S+|arn:aws:sso:::\S+", "…", refused.message) == form

    def test_a_denial_of_the_identity_store_has_a_sentence_for_each_resource(self, desk: Desk) -> None:
        refused = self._denied(desk, STORE, "DescribeUser", {"UserId": "$user"}, caller=STRANGER)
        names = r"\d{12}|assumed-role/[\w/-]+|user/[\w-]+|d-[0-9a-f]+"
        assert re.sub(names, "…", refused.message) == re.sub(names, "…", seen("identitystore-08")["message"])

    def _denied(self, desk: Desk, service: str, name: str, request: dict[str, Any], *, caller: str) -> ServiceError:
        operation = models().operation({SSO: "SWBExternalService", STORE: "AWSIdentityStore"}[service] + f".{name}")
        assert operation
        scope = {"InstanceArn": "$instance"} if service == SSO else {"IdentityStoreId": "$store"}
        with pytest.raises(ServiceError) as refused:
            desk.center.answer(operation, desk.resolved({**scope, **request}), caller=caller, access_key="ASIAKEY")
        assert refused.value.code == "AccessDeniedException"
        return refused.value

    def test_a_throttled_call(self, desk: Desk) -> None:
        rates = ("calls_per_second", "store_calls_per_second", "organization_calls_per_second")
        desk.center.behave(AT_ONCE.but(**dict.fromkeys(rates, ONE_CALL_IN_THE_TEST)))
        status = {}
        for service, target, request in (
            (SSO, "SWBExternalService.ListPermissionSets", {"InstanceArn": "$instance"}),
            (STORE, "AWSIdentityStore.ListGroupMemberships", {"IdentityStoreId": "$store", "GroupId": "$group"}),
            (ORGANIZATIONS, "AWSOrganizationsV20161128.ListRoots", {}),
        ):
            over_http(desk, target, request)
            status[service] = over_http(desk, target, request)
        code, body = status[SSO]
        assert (body["__type"], body["message"]) == tuple(
            seen("sso-admin-26")[name] for name in ("errorCode", "errorMessage")
        )
        code, body = status[STORE]
        capture = seen("identitystore-06")
        assert (code, body["__type"], body["Message"]) == (
            capture["$metadata"]["httpStatusCode"],
            capture["__type"],
            capture["errorMessage"],
        )
        code, body = status[ORGANIZATIONS]
        assert {"__type": body["__type"], "Message": body["Message"]} == seen("organizations-20")

    def test_a_throttle_of_the_identity_store_may_say_nothing_at_all(self, desk: Desk) -> None:
        desk.center.behave(AT_ONCE.but(store_calls_per_second=ONE_CALL_IN_THE_TEST, bare_throttles=True))
        request = {"IdentityStoreId": "$store", "GroupId": "$group"}
        for _ in range(2):
            _, body = over_http(desk, "AWSIdentityStore.ListGroupMemberships", request)
        assert body == {"__type": seen("identitystore-07")["errorType"], "message": None, "Message": None}
        assert seen("identitystore-07")["errorMessage"].endswith(": None"), "boto3 prints null so"


class TestTheIdentityStore:
    def test_whoever_is_not_there(self, desk: Desk) -> None:
        refused = desk.refusal(STORE, "DescribeUser", UserId=NOBODY)
        assert {"Code": refused.code, "Message": refused.message, **refused.members} == seen("identitystore-01")
        assert desk.refusal(STORE, "DescribeGroup", GroupId=NOBODY).code == seen("identitystore-10")["__type"]

    def test_nobody_is_in_a_group_that_is_not_there(self, desk: Desk) -> None:
        case = seen("identitystore-02")
        answer = desk.call(STORE, "IsMemberInGroups", **case["input"] | {"IdentityStoreId": "$store"})
        assert answer == case["output"]

    def test_what_is_there_already(self, desk: Desk) -> None:
        refused = desk.refusal(STORE, "CreateGroup", DisplayName="engineers")
        assert {"__type": refused.code, "Message": refused.message} == seen("identitystore-03")
        pair: dict[str, Any] = {"GroupId": "$group", "MemberId": {"UserId": "$user"}}
        refused = desk.refusal(STORE, "CreateGroupMembership", **pair)
        assert {"__type": refused.code, "Message": refused.message} == seen("identitystore-04")
        assert refused.members == seen("identitystore-05")

    def test_an_id_that_cannot_be_a_store_s_gets_no_words(self, desk: Desk) -> None:
        refused = desk.refusal(STORE, "CreateUser", **person("x"), IdentityStoreId="$instance")
        assert (refused.code, refused.message) == (
            seen("identitystore-09")["__type"],
            seen("identitystore-09")["message"],
        )

    def test_arns(self, desk: Desk) -> None:
        def form(text: str) -> str:
            return re.sub(r"[0-9a-f-]{36}|\d{12}|d-[0-9a-f]+", "…", text)

        described = (
            desk.call(STORE, "DescribeUser", UserId="$user"),
            desk.call(STORE, "DescribeGroup", GroupId="$group"),
        )
        membership = desk.call(STORE, "DescribeGroupMembership", MembershipId="$membership")
        store = desk.call(SSO, "ListInstances")["Instances"][0]["IdentityStoreArn"]
        arns = (store, described[0]["UserArn"], described[1]["GroupArn"], membership["MembershipArn"])
        assert [form(arn) for arn in arns] == [form(arn) for arn in seen("identitystore-12").values()]


class TestOrganizations:
    def test_an_account_is_asked_for_before_the_work_on_it_begins(self, desk: Desk) -> None:
        desk.center.behave(AT_ONCE.but(account_seconds=HOUR, account_creations=1, spread=0))
        request = {"AccountName": "Sandbox", "Email": "member@example.com"}
        initial = desk.call(ORGANIZATIONS, "CreateAccount", **request)["CreateAccountStatus"]
        refused = desk.refusal(ORGANIZATIONS, "CreateAccount", **request)
        assert error(refused) == seen("organizations-02")
        desk.center.let_pass(HOUR)
        answer = desk.call(ORGANIZATIONS, "DescribeCreateAccountStatus", CreateAccountRequestId=initial["Id"])
        polled = answer["CreateAccountStatus"]
        capture = seen("organizations-01")
        assert (initial.keys(), polled.keys()) == (capture["initial"].keys(), capture["polled"].keys())
        assert polled["FailureReason"] == capture["polled"]["FailureReason"]
        assert initial["RequestedTimestamp"] < polled["RequestedTimestamp"] <= polled["CompletedTimestamp"]

    def test_a_member_is_denied_until_any_service_has_it_for_administrator(self, desk: Desk) -> None:
        for name, request in (("ListAccounts", {}), ("DescribePolicy", {"PolicyId": "p-FullAWSAccess"})):
            refused = desk.refusal(ORGANIZATIONS, name, caller=MEMBER, **request)
            assert error(refused) == seen("organizations-03")["body"]
        root = desk.call(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"]
        refused = desk.refusal(ORGANIZATIONS, "ListAccountsForParent", caller=MEMBER, ParentId=root)
        assert error(refused) == seen("organizations-05")
        assert seen("organizations-04")["status"] == 200
        desk.center.organization.register_delegated_administrator(
            AccountId=MEMBER, ServicePrincipal="guardduty.amazonaws.com"
        )
        assert len(desk.call(ORGANIZATIONS, "ListAccounts", caller=MEMBER)["Accounts"]) == 2
        refused = desk.refusal(ORGANIZATIONS, "CreateAccount", caller=MEMBER, AccountName="x", Email="x@example.com")
        assert refused.code == "AccessDeniedException"

    def test_a_unit_has_its_path(self, desk: Desk) -> None:
        root = desk.call(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"]
        made = desk.call(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=root, Name="Sandboxes")
        capture = seen("organizations-06")["OrganizationalUnit"]
        assert made["OrganizationalUnit"].keys() == capture.keys()
        assert re.fullmatch(r"o-[a-z0-9]+/r-[a-z0-9]+/ou-[a-z0-9-]+/", made["OrganizationalUnit"]["Path"])
        assert re.fullmatch(r"o-[a-z0-9]+/r-[a-z0-9]+/ou-[a-z0-9-]+/", capture["Path"])

    def test_an_account_has_state_and_status_and_paths(self, desk: Desk) -> None:
        account = desk.call(ORGANIZATIONS, "DescribeAccount", AccountId=MEMBER)["Account"]
        assert account.keys() == seen("organizations-21")["Account"].keys()
        listed = desk.call(ORGANIZATIONS, "ListAccounts")["Accounts"][0]
        assert {"state": listed["State"], "status": listed["Status"]} == seen("organizations-22")
        assert listed.keys() >= {*seen("organizations-23")["fields used"]}

    @pytest.mark.parametrize(
        ("capture", "operation", "request_"),
        [
            ("organizations-07", "ListHandshakesForAccount", {"NextToken": "garbage"}),
            ("organizations-07", "ListHandshakesForOrganization", {"NextToken": "garbage"}),
            (
                "organizations-08",
                "InviteAccountToOrganization",
                {
                    "Target": {"Type": "ACCOUNT", "Id": STRANGER},
                    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
                },
            ),
            ("organizations-09", "InviteAccountToOrganization", {"Target": {"Type": "ACCOUNT", "Id": "12345"}}),
            ("organizations-10", "DescribeHandshake", {"HandshakeId": "garbage"}),
            ("organizations-11", "AcceptHandshake", {}),
            ("organizations-12", "InviteAccountToOrganization", {"Target": {"Type": "ORGANIZATION", "Id": "o-x"}}),
            ("organizations-13", "InviteAccountToOrganization", {"Target": {"Type": "EMAIL", "Id": "nobody"}}),
            (
                "organizations-14",
                "InviteAccountToOrganization",
                {"Target": {"Type": "ACCOUNT", "Id": STRANGER}, "Notes": "x" * 1025},
            ),
            ("organizations-15", "ListHandshakesForAccount", {"Filter": {"ActionType": "OTHER"}}),
            (
                "organizations-16",
                "ListHandshakesForAccount",
                {"Filter": {"ActionType": "INVITE", "ParentHandshakeId": "h-0123456789"}},
            ),
            ("organizations-18", "InviteAccountToOrganization", {"Target": {"Type": "ACCOUNT", "Id": MEMBER}}),
            ("organizations-19", "DescribeHandshake", {"HandshakeId": "h-0123456789"}),
        ],
    )
    def test_what_it_refuses(self, desk: Desk, capture: str, operation: str, request_: dict[str, Any]) -> None:
        status, body = over_http(desk, f"AWSOrganizationsV20161128.{operation}", request_)
        assert status == seen(capture)["status"]
        assert {name: value for name, value in body.items() if name != "message"} == seen(capture)["body"]

    def test_the_name_of_a_unit_is_neither_empty_nor_too_long(self, desk: Desk) -> None:
        root = desk.call(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"]
        unit = desk.call(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=root, Name="x")["OrganizationalUnit"]["Id"]
        capture = seen("organizations-17")
        refused = desk.refusal(ORGANIZATIONS, "UpdateOrganizationalUnit", OrganizationalUnitId=unit, **capture["input"])
        assert (refused.code, refused.members) == (capture["code"], {"Reason": capture["Reason"]})
        refused = desk.refusal(ORGANIZATIONS, "UpdateOrganizationalUnit", OrganizationalUnitId=unit, Name="x" * 129)
        assert refused.members == {"Reason": capture["also"]["129 characters"]}
        for request in ({}, {"Name": None}, {"Name": " "}):
            desk.call(ORGANIZATIONS, "UpdateOrganizationalUnit", OrganizationalUnitId=unit, **request)


def test_realistic_durations_are_those_that_were_seen() -> None:
    aws = Behaviour.realistic()
    assert aws.assignment_seconds / 5 <= seen("timings-01")["seconds"] <= aws.assignment_seconds
    assert aws.assignment_seconds / 5 <= seen("timings-03")["seconds"] <= aws.assignment_seconds
    assert aws.deletion_seconds == seen("timings-02")["seconds"]
    assert (
        aws.account_seconds / 5 <= seen("timings-04")["seconds"] <= aws.account_seconds == seen("timings-05")["seconds"]
    )
    assert aws.event_seconds == seen("timings-07")["seconds"]
    assert aws.event_seconds * 5 < float(seen("timings-08")["seconds"].removeprefix("<"))
