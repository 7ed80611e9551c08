"""The ports about the key of Identity Center over AWS's APIs: what each reads, what it makes of a no, what it calls."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dayone.adapters.setup.instance import IdentityCenterKeySight, KmsKeyPolicies, SsoInstanceSight
from dayone.errors import DayOneError
from dayone.setup.findings import Finding
from dayone.setup.identity_center import instance_is_here
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.caller_rights import StatedRights
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.moto_extension import extended_moto
from sandbox.identity_center.settings import Settings
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering

MANAGEMENT = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{MANAGEMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def center(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCenter]:
    """An Identity Center in this process that is encrypted with a customer's key; everybody may everything."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with extended_moto(Settings(account_id=MANAGEMENT, behaviour=Behaviour.instant())) as running:
        yield running


def _client(service: str, *, region: str = "us-east-1") -> Any:  # noqa: ANN401 - any boto3 client
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


def _encrypt(center: IdentityCenter) -> None:
    wanted = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY}
    _client("sso-admin").update_instance(InstanceArn=_arn(center), EncryptionConfiguration=wanted)
    while SsoInstanceSight(_client("sso-admin")).instance(_arn(center)).encryption.status == "UPDATING":
        pass


def _arn(center: IdentityCenter) -> str:
    return str(center.sso_admin.instance.instance_arn)


def _refusal(center: IdentityCenter, *, sso_admin: Any = None) -> str:  # noqa: ANN401 - any boto3 client
    sight = IdentityCenterKeySight(sso_admin or _client("sso-admin"), _client("identitystore"))
    store = center.directory.store_id
    return sight.refusal(instance_arn=_arn(center), identity_store_id=store, account_id=MANAGEMENT)


def test_the_key_in_use_is_read_without_a_right_to_it(center: IdentityCenter) -> None:
    sight = SsoInstanceSight(_client("sso-admin"))
    assert sight.instance(_arn(center)).encryption.key_arn == ""
    _encrypt(center)
    center.rights = StatedRights(["sso:*"])
    seen = sight.instance(_arn(center)).encryption
    assert (seen.key_arn, seen.status) == (KEY, "ENABLED")


def test_both_services_are_asked_and_answer_whoever_may_decrypt(center: IdentityCenter) -> None:
    clients = [_client("sso-admin"), _client("identitystore")]
    called = [recorded_actions(client) for client in clients]
    _encrypt(center)
    center.rights = StatedRights(["kms:Decrypt"])
    sight = IdentityCenterKeySight(*clients)
    store = center.directory.store_id
    assert sight.refusal(instance_arn=_arn(center), identity_store_id=store, account_id=MANAGEMENT) == ""
    assert set().union(*called) == IdentityCenterKeySight.ACTIONS


def test_whoever_may_not_decrypt_is_told_the_reason_of_kms(center: IdentityCenter) -> None:
    _encrypt(center)
    center.rights = StatedRights(["sso:*", "identitystore:*"])
    assert _refusal(center) == "KMS_AccessDeniedException"


def test_a_denial_that_names_no_reason_is_known_by_the_words_of_aws(center: IdentityCenter) -> None:
    client = _client("sso-admin")
    words = (
        "User alice is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because "
        "no identity-based policy allows the kms:Decrypt action"
    )
    with answering(client, "ListPermissionSetsProvisionedToAccount", "AccessDeniedException", message=words):
        assert _refusal(center, sso_admin=client) == "KMS_ACCESS_DENIED"


def test_another_denial_is_none_of_the_key_s(center: IdentityCenter) -> None:
    client = _client("sso-admin")
    denied = "User alice is not authorized to perform: sso:ListPermissionSetsProvisionedToAccount"
    with (
        answering(client, "ListPermissionSetsProvisionedToAccount", "AccessDeniedException", message=denied),
        pytest.raises(DayOneError),
    ):
        _refusal(center, sso_admin=client)


def test_a_key_s_policy_is_read(center: IdentityCenter) -> None:
    assert center
    client = _client("kms")
    called = recorded_actions(client)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"}]}
    key_arn = client.create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"]
    assert KmsKeyPolicies(client).policy(key_arn) == document
    assert called - {"kms:CreateKey"} == KmsKeyPolicies.ACTIONS
    with pytest.raises(DayOneError):
        KmsKeyPolicies(client).policy(KEY)


def _region_finding(center: IdentityCenter, region: str) -> Finding:
    sight = SsoInstanceSight(_client("sso-admin", region=region))
    return instance_is_here(sight.instance(_arn(center)), sight.region)


def test_in_an_additional_region_the_check_is_a_no_and_names_the_primary_one(center: IdentityCenter) -> None:
    _client("sso-admin").add_region(InstanceArn=_arn(center), RegionName="eu-west-1")
    assert str(_region_finding(center, "us-east-1").state) == "ok"
    finding = _region_finding(center, "eu-west-1")
    assert (str(finding.state), "deploy in us-east-1" in finding.do) == ("error", True)


@pytest.mark.parametrize(
    ("answer", "primary"),
    [
        ({"PrimaryRegion": "eu-west-1"}, "eu-west-1"),
        ({"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1", "IsPrimaryRegion": True}]}, "eu-west-1"),
        ({}, ""),
    ],
)
def test_the_primary_region_is_what_aws_marks_as_such(answer: dict[str, Any], primary: str) -> None:
    class Client:
        """A client that answers with just this."""

        def describe_instance(self, **_: object) -> dict[str, Any]:
            return answer

    client: Any = Client()
    assert SsoInstanceSight(client).instance("arn").primary_region == primary
