"""The local Identity Center with a customer's KMS key: who may have it used, and how AWS says no to everybody else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dayone.setup.identity_center import statement_for
from sandbox import Sandbox
from sandbox.access import Credentials
from sandbox.customer_key import encrypt_with_own_key
from sandbox.identity_center.caller_rights import StatedRights
from tests.project.repository import resource
from tests.sandbox.identity_center.calls import HOUR
from tests.sandbox.identity_center.desk import AT_ONCE, MANAGEMENT, Desk

MEMBER = "444455556666"
KEY = f"arn:aws:kms:us-east-1:{MANAGEMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
RIGHTS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext")
DENIED = {"identitystore": "KMS_ACCESS_DENIED", "sso-admin": "KMS_AccessDeniedException"}
READS: list[tuple[str, str, dict[str, Any]]] = [
    ("identitystore", "DescribeUser", {"UserId": "$user"}),
    ("identitystore", "ListGroups", {}),
    ("sso-admin", "ListPermissionSets", {}),
    ("sso-admin", "DescribePermissionSet", {"PermissionSetArn": "$view"}),
    ("sso-admin", "ListRegions", {}),
]
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("identitystore", "CreateGroup", {"DisplayName": "more"}),
    ("identitystore", "DeleteUser", {"UserId": "$stranger"}),
    ("sso-admin", "CreatePermissionSet", {"Name": "More"}),
    ("sso-admin", "TagResource", {"ResourceArn": "$view", "Tags": [{"Key": "a", "Value": "b"}]}),
]


class MemoryKeys:
    """The port Keys: a key is well until somebody says what is wrong with it."""

    def __init__(self) -> None:
        self.code = ""

    def trouble(self, key_arn: str) -> str:
        assert key_arn
        return self.code


class Encrypted(Desk):
    """A desk whose caller's rights, and whose key, change."""

    def __init__(self) -> None:
        super().__init__(AT_ONCE)
        self.keys = MemoryKeys()
        self.center.encryption._keys = self.keys  # a center that stands alone has no KMS
        self.settle_in()

    def may(self, *actions: str) -> None:
        self.center.rights = StatedRights(actions)

    def encrypt(self, key_arn: str = KEY) -> dict[str, Any]:
        """Change the key and wait until that is over, unless it takes its time; returns what DescribeInstance says."""
        wanted = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key_arn} if key_arn else {"KeyType": _AWS_OWNED}
        self.call("sso-admin", "UpdateInstance", EncryptionConfiguration=wanted)
        if not self.center.behaviour.account_seconds:
            self.center.let_pass(1)
        return self.described()

    def described(self) -> dict[str, Any]:
        details: dict[str, Any] = self.call("sso-admin", "DescribeInstance")["EncryptionConfigurationDetails"]
        return details


_AWS_OWNED = "AWS_OWNED_KMS_KEY"


@pytest.fixture
def desk() -> Iterator[Encrypted]:
    desk = Encrypted()
    yield desk
    desk.close()


def test_the_key_is_of_aws_until_the_instance_is_given_another(desk: Encrypted) -> None:
    assert desk.described() == {"KeyType": _AWS_OWNED, "EncryptionStatus": "ENABLED"}
    desk.center.behave(AT_ONCE.but(account_seconds=HOUR))
    assert desk.encrypt() == {"KeyType": _AWS_OWNED, "EncryptionStatus": "UPDATING"}
    other = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY}
    assert desk.refusal("sso-admin", "UpdateInstance", EncryptionConfiguration=other).code == "ConflictException"


def test_a_key_in_use_is_described_and_can_be_given_back(desk: Encrypted) -> None:
    in_use = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY, "EncryptionStatus": "ENABLED"}
    assert desk.encrypt() == in_use
    assert desk.encrypt("") == {"KeyType": _AWS_OWNED, "EncryptionStatus": "ENABLED"}


@pytest.mark.parametrize(("service", "operation", "request_"), READS + WRITES)
def test_half_way_the_same_caller_is_denied_until_the_right_is_there(
    desk: Encrypted, service: str, operation: str, request_: dict[str, Any]
) -> None:
    desk.encrypt()
    desk.may("sso:*", "identitystore:*")
    refused = desk.refusal(service, operation, **request_)
    assert (refused.code, refused.members["Reason"]) == ("AccessDeniedException", DENIED[service])
    words = "is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no "
    assert f"{words}identity-based policy allows the kms:Decrypt action" in refused.message
    desk.may(*RIGHTS)
    desk.call(service, operation, **request_)


@pytest.mark.parametrize(("service", "operation", "request_"), READS)
def test_reading_takes_the_right_to_decrypt_alone(
    desk: Encrypted, service: str, operation: str, request_: dict[str, Any]
) -> None:
    desk.encrypt()
    desk.may("kms:Decrypt")
    desk.call(service, operation, **request_)


@pytest.mark.parametrize("missing", RIGHTS)
@pytest.mark.parametrize(("service", "operation", "request_"), WRITES)
def test_writing_takes_all_three_rights(
    desk: Encrypted, service: str, operation: str, request_: dict[str, Any], missing: str
) -> None:
    desk.encrypt()
    desk.may(*(right for right in RIGHTS if right != missing))
    refused = desk.refusal(service, operation, **request_)
    assert (refused.members["Reason"], f"perform: {missing} on" in refused.message) == (DENIED[service], True)


@pytest.mark.parametrize("operation", ["ListInstances", "DescribeInstance"])
def test_the_instance_itself_is_shown_without_the_key(desk: Encrypted, operation: str) -> None:
    desk.encrypt()
    desk.may("sso:*")
    desk.call("sso-admin", operation)


@pytest.mark.parametrize(
    ("trouble", "code", "store_reason", "sso_reason"),
    [
        ("NotFoundException", "ResourceNotFoundException", "KMS_KEY_NOT_FOUND", "KMS_NotFoundException"),
        ("DisabledException", "ValidationException", "KMS_DISABLED", "KMS_DisabledException"),
        ("KMSInvalidStateException", "ValidationException", "KMS_INVALID_STATE", "KMS_InvalidStateException"),
    ],
)
def test_a_key_that_does_not_work_stops_everybody(
    desk: Encrypted, trouble: str, code: str, store_reason: str, sso_reason: str
) -> None:
    desk.encrypt()
    desk.keys.code = trouble
    for service, operation, reason in (
        ("identitystore", "CreateGroup", store_reason),
        ("sso-admin", "DescribePermissionSet", sso_reason),
    ):
        request = {"DisplayName": "more"} if operation == "CreateGroup" else {"PermissionSetArn": "$view"}
        refused = desk.refusal(service, operation, **request)
        assert (refused.code, refused.members["Reason"]) == (code, reason)


def test_a_key_that_vanishes_while_it_is_put_in_use_leaves_the_old_one(desk: Encrypted) -> None:
    desk.center.behave(AT_ONCE.but(account_seconds=HOUR, spread=0))
    desk.encrypt()
    desk.keys.code = "DisabledException"
    desk.center.let_pass(HOUR)
    details = desk.described()
    assert (details["EncryptionStatus"], details["KeyType"]) == ("UPDATE_FAILED", _AWS_OWNED)
    assert "DisabledException" in details["EncryptionStatusReason"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"KeyType": "CUSTOMER_MANAGED_KEY"},
        {"KeyType": _AWS_OWNED, "KmsKeyArn": KEY},
        {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY.replace(MANAGEMENT, MEMBER)},
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(desk: Encrypted, wanted: dict[str, str]) -> None:
    assert desk.refusal("sso-admin", "UpdateInstance", EncryptionConfiguration=wanted).code == "ValidationException"


def test_whoever_puts_a_key_in_use_may_use_it_themselves(desk: Encrypted) -> None:
    wanted = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY}
    for missing in ("kms:DescribeKey", *RIGHTS):
        desk.may(*(right for right in ("kms:DescribeKey", *RIGHTS) if right != missing))
        refused = desk.refusal("sso-admin", "UpdateInstance", EncryptionConfiguration=wanted)
        assert (refused.code, missing in refused.message) == ("AccessDeniedException", True)


class TestWithPolicies:
    """Same account: the key's policy leaves it to IAM. Other account: the key's policy must allow the account, too."""

    @pytest.fixture(params=[MANAGEMENT, MEMBER], ids=["management account", "delegated administrator"])
    def placed(self, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
        with Sandbox(account_id=request.param, management_account_id=MANAGEMENT) as running:
            yield running

    def test_the_policies_of_the_template_are_what_it_takes(self, placed: Sandbox) -> None:
        (instance,) = placed.client("sso-admin").list_instances()["Instances"]
        store = instance["IdentityStoreId"]
        key_arn = encrypt_with_own_key(placed)
        callers = {
            name: placed.create_user(name, policy=_policy(name, instance, key_arn))
            for name in ("none", "PlanChangesRole", "ExecuteOperationsRole")
        }

        def reason(name: str, *, write: bool) -> str:
            return _reason(placed, callers[name], store, write=write)

        assert reason("none", write=False) == "KMS_ACCESS_DENIED"
        assert reason("PlanChangesRole", write=False) == ""
        assert reason("PlanChangesRole", write=True) == "KMS_ACCESS_DENIED"
        assert reason("ExecuteOperationsRole", write=True) == ""
        _set_key_policy(placed, key_arn, {"Sid": "nobody", "Effect": "Allow", "Principal": {"AWS": "999988887777"}})
        assert reason("ExecuteOperationsRole", write=True) == "KMS_ACCESS_DENIED"
        statement = statement_for(placed.account_id, partition="aws")
        _set_key_policy(placed, key_arn, statement)
        assert reason("ExecuteOperationsRole", write=True) == ""
        _set_key_policy(placed, key_arn, statement | {"Action": ["kms:Decrypt"]})
        assert (reason("PlanChangesRole", write=False), reason("ExecuteOperationsRole", write=True)) == (
            "",
            "KMS_ACCESS_DENIED",
        )


def _policy(role: str, instance: dict[str, str], key_arn: str) -> dict[str, Any]:
    """An IAM policy that allows the Identity Store, and what the template's role has of the key."""
    store = {"Effect": "Allow", "Action": "identitystore:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [store, *_of_the_key(role, instance, key_arn)]}


def _of_the_key(role: str, instance: dict[str, str], key_arn: str) -> list[dict[str, Any]]:
    if role == "none":
        return []
    (policy,) = [
        policy["Fn::If"][1]
        for policy in resource(role)["Policies"]
        if policy.get("Fn::If", [""])[0] == "HasIdentityCenterKey"
    ]
    text = json.dumps(policy["PolicyDocument"]["Statement"])
    for intrinsic, value in (
        ({"Ref": "IdentityCenterKeyArn"}, key_arn),
        ({"Ref": "InstanceArn"}, instance["InstanceArn"]),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:identitystore::*:identitystore/${IdentityStoreId}"},
            f"arn:aws:identitystore::*:identitystore/{instance['IdentityStoreId']}",
        ),
    ):
        text = text.replace(json.dumps(intrinsic), json.dumps(value))
    statements: list[dict[str, Any]] = json.loads(text)
    return statements


def _set_key_policy(sandbox: Sandbox, key_arn: str, statement: dict[str, Any]) -> None:
    place = sandbox.elsewhere(account_id=MANAGEMENT)
    document = {"Version": "2012-10-17", "Statement": [{"Action": "kms:*", "Resource": "*", **statement}]}
    place.client("kms", place.administrator).put_key_policy(KeyId=key_arn, Policy=json.dumps(document))


def _reason(sandbox: Sandbox, caller: Credentials, store: str, *, write: bool) -> str:
    """Return the reason of a denied call, or empty when it is answered."""
    client = sandbox.client("identitystore", credentials=caller)
    try:
        if write:
            made = client.create_group(IdentityStoreId=store, DisplayName="more")
            client.delete_group(IdentityStoreId=store, GroupId=made["GroupId"])
        else:
            client.list_users(IdentityStoreId=store)
    except client.exceptions.AccessDeniedException as denied:
        return str(denied.response["Reason"])
    return ""
