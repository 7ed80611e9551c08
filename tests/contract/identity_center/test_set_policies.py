"""The port SetPolicies, in memory and over AWS alike."""

import json

import pytest

from dayone.adapters.identity_center.permission_set_policies import SsoSetPolicies
from dayone.errors import AlreadyExists, Conflicting, NotFound, Refused
from dayone.ports.identity_center import SetParts
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import NO_PERMISSION_SET, IdentityCenter, LocalIdentityCenter

VIEW_ONLY = "job-function/ViewOnlyAccess"
DEPLOYER = "/teams/Deployer"
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
)


class TestManagedPolicies:
    @pytest.mark.parametrize("again", [VIEW_ONLY, f"arn:aws:iam::aws:policy/{VIEW_ONLY}"])
    def test_one_attached_again_exists(self, identity_center: IdentityCenter, again: str) -> None:
        arn = identity_center.new_permission_set()
        assert identity_center.set_policies.attach_managed(arn, managed_policy=VIEW_ONLY).request_id
        with pytest.raises(AlreadyExists):
            identity_center.set_policies.attach_managed(arn, managed_policy=again)

    def test_one_detached_can_be_attached_again(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        identity_center.set_policies.attach_managed(arn, managed_policy=VIEW_ONLY)
        identity_center.set_policies.detach_managed(arn, managed_policy=VIEW_ONLY)
        identity_center.set_policies.attach_managed(arn, managed_policy=VIEW_ONLY)

    def test_detaching_what_is_not_attached_is_not_found(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(NotFound):
            identity_center.set_policies.detach_managed(identity_center.new_permission_set(), managed_policy=VIEW_ONLY)


class TestCustomerPolicies:
    def test_one_attached_again_exists(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        assert identity_center.set_policies.attach_customer(arn, customer_policy=DEPLOYER).request_id
        with pytest.raises(AlreadyExists):
            identity_center.set_policies.attach_customer(arn, customer_policy=DEPLOYER)

    def test_the_same_name_in_another_path_is_another_policy(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        identity_center.set_policies.attach_customer(arn, customer_policy=DEPLOYER)
        identity_center.set_policies.attach_customer(arn, customer_policy="/Deployer")
        identity_center.set_policies.detach_customer(arn, customer_policy=DEPLOYER)
        with pytest.raises(AlreadyExists):
            identity_center.set_policies.attach_customer(arn, customer_policy="/Deployer")

    def test_one_detached_can_be_attached_again(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        identity_center.set_policies.attach_customer(arn, customer_policy=DEPLOYER)
        identity_center.set_policies.detach_customer(arn, customer_policy=DEPLOYER)
        identity_center.set_policies.attach_customer(arn, customer_policy=DEPLOYER)

    def test_detaching_what_is_not_attached_is_not_found(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(NotFound):
            identity_center.set_policies.detach_customer(identity_center.new_permission_set(), customer_policy=DEPLOYER)


class TestTheInlinePolicy:
    def test_it_can_be_set_twice_and_removed_twice(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        for _ in range(2):
            identity_center.set_policies.put_inline(arn, document=DOCUMENT)
        for _ in range(2):
            identity_center.set_policies.delete_inline(arn)

    def test_one_that_is_not_json_is_refused(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(Refused):
            identity_center.set_policies.put_inline(identity_center.new_permission_set(), document="{")


class TestTheBoundary:
    def test_it_can_be_set_changed_and_removed_once(self, identity_center: IdentityCenter) -> None:
        arn, policies = identity_center.new_permission_set(), identity_center.set_policies
        assert policies.put_boundary(arn, managed_policy=VIEW_ONLY).request_id
        policies.put_boundary(arn, customer_policy=DEPLOYER)
        policies.delete_boundary(arn)
        with pytest.raises(NotFound):
            policies.delete_boundary(arn)


def test_nothing_can_be_attached_to_what_is_not_there(identity_center: IdentityCenter) -> None:
    policies = identity_center.set_policies
    with pytest.raises(NotFound):
        policies.attach_managed(NO_PERMISSION_SET, managed_policy=VIEW_ONLY)
    with pytest.raises(NotFound):
        policies.attach_customer(NO_PERMISSION_SET, customer_policy=DEPLOYER)
    with pytest.raises(NotFound):
        policies.put_inline(NO_PERMISSION_SET, document=DOCUMENT)
    with pytest.raises(NotFound):
        policies.put_boundary(NO_PERMISSION_SET, customer_policy=DEPLOYER)


def test_a_conflict_over_a_managed_policy_that_is_not_attached_can_be_tried_again(
    local_identity_center: LocalIdentityCenter,
) -> None:
    client, center = local_identity_center.sso_admin, local_identity_center.ports
    arn = center.new_permission_set()
    with (
        answering(client, "AttachManagedPolicyToPermissionSet", "ConflictException"),
        pytest.raises(Conflicting),
    ):
        center.set_policies.attach_managed(arn, managed_policy=VIEW_ONLY)


def test_a_conflict_over_a_customer_policy_that_is_not_attached_can_be_tried_again(
    local_identity_center: LocalIdentityCenter,
) -> None:
    client, center = local_identity_center.sso_admin, local_identity_center.ports
    arn = center.new_permission_set()
    with (
        answering(client, "AttachCustomerManagedPolicyReferenceToPermissionSet", "ConflictException"),
        pytest.raises(Conflicting),
    ):
        center.set_policies.attach_customer(arn, customer_policy=DEPLOYER)


class TestReading:
    def test_all_that_is_attached_is_read_in_the_words_in_which_it_is_written(
        self, identity_center: IdentityCenter
    ) -> None:
        arn, policies = identity_center.new_permission_set(), identity_center.set_policies
        assert policies.parts(arn) == SetParts()
        assert (policies.inline(arn), policies.boundary(arn)) == ("", {})
        policies.attach_managed(arn, managed_policy=VIEW_ONLY)
        policies.attach_managed(arn, managed_policy="AdministratorAccess")
        policies.attach_customer(arn, customer_policy=DEPLOYER)
        policies.attach_customer(arn, customer_policy="/Deployer")
        policies.put_inline(arn, document=DOCUMENT)
        policies.put_boundary(arn, managed_policy=VIEW_ONLY)
        found = policies.parts(arn)
        assert found.managed == {VIEW_ONLY, "AdministratorAccess"}
        assert found.customer == {DEPLOYER, "/Deployer"}
        assert json.loads(found.inline) == json.loads(policies.inline(arn)) == json.loads(DOCUMENT)
        assert found.boundary == policies.boundary(arn) == {"managed_policy": VIEW_ONLY}
        policies.put_boundary(arn, customer_policy=DEPLOYER)
        assert policies.boundary(arn) == {"customer_policy": DEPLOYER}

    def test_a_set_that_is_gone_has_no_empty_contents(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(NotFound):
            identity_center.set_policies.parts(NO_PERMISSION_SET)


def test_a_customer_policy_is_named_by_its_path_and_its_name(local_identity_center: LocalIdentityCenter) -> None:
    center = local_identity_center.ports
    arn = center.new_permission_set()
    with sending(local_identity_center.sso_admin, "AttachCustomerManagedPolicyReferenceToPermissionSet") as sent:
        center.set_policies.attach_customer(arn, customer_policy="/teams/blue/Deployer")
        center.set_policies.attach_customer(arn, customer_policy="/Deployer")
    assert [pair["CustomerManagedPolicyReference"] for pair in sent] == [
        {"Path": "/teams/blue/", "Name": "Deployer"},
        {"Path": "/", "Name": "Deployer"},
    ]


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        ({"managed_policy": VIEW_ONLY}, {"ManagedPolicyArn": f"arn:aws:iam::aws:policy/{VIEW_ONLY}"}),
        ({"customer_policy": DEPLOYER}, {"CustomerManagedPolicyReference": {"Path": "/teams/", "Name": "Deployer"}}),
    ],
)
def test_the_boundary_is_one_of_two_kinds(
    local_identity_center: LocalIdentityCenter, boundary: dict[str, str], expected: dict[str, object]
) -> None:
    center = local_identity_center.ports
    with sending(local_identity_center.sso_admin, "PutPermissionsBoundaryToPermissionSet") as sent:
        center.set_policies.put_boundary(center.new_permission_set(), **boundary)
    assert [pair["PermissionsBoundary"] for pair in sent] == [expected]


def test_managed_policies_are_named_in_the_partition_of_the_instance(
    local_identity_center: LocalIdentityCenter,
) -> None:
    client = local_identity_center.sso_admin
    china = SsoSetPolicies(client, instance_arn="arn:aws-cn:sso:::instance/ssoins-0123456789abcdef")
    with sending(client, "AttachManagedPolicyToPermissionSet") as sent, pytest.raises((NotFound, Refused)):
        china.attach_managed(NO_PERMISSION_SET, managed_policy=VIEW_ONLY)
    assert sent[0]["ManagedPolicyArn"] == "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess"


def test_the_adapter_needs_every_action_it_names(local_identity_center: LocalIdentityCenter) -> None:
    center = local_identity_center.ports
    arn, policies = center.new_permission_set(), center.set_policies
    called = recorded_actions(local_identity_center.sso_admin)
    policies.attach_managed(arn, managed_policy=VIEW_ONLY)
    with pytest.raises(AlreadyExists):
        policies.attach_managed(arn, managed_policy=VIEW_ONLY)
    policies.detach_managed(arn, managed_policy=VIEW_ONLY)
    policies.attach_customer(arn, customer_policy=DEPLOYER)
    with pytest.raises(AlreadyExists):
        policies.attach_customer(arn, customer_policy=DEPLOYER)
    policies.detach_customer(arn, customer_policy=DEPLOYER)
    policies.put_inline(arn, document=DOCUMENT)
    policies.delete_inline(arn)
    policies.put_boundary(arn, managed_policy=VIEW_ONLY)
    policies.delete_boundary(arn)
    policies.parts(arn)
    assert called == SsoSetPolicies.ACTIONS
