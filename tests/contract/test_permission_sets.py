"""The port PermissionSets, in memory and over AWS alike."""

import json

import pytest

from dayone.adapters.sso_permission_sets import SsoPermissionSets
from dayone.errors import AlreadyExists, Conflicting, NotFound, Refused, Throttled
from dayone.ports.identity_center import PermissionSets
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import NO_ID, NO_PERMISSION_SET, IdentityCenter, LocalIdentityCenter, fresh

VIEW_ONLY = "job-function/ViewOnlyAccess"
FULL = {
    "description": "Looks at everything",
    "session_duration": "PT8H",
    "relay_state": "https://console.aws.amazon.com/ec2/",
}
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
)


@pytest.fixture
def permission_sets(identity_center: IdentityCenter) -> PermissionSets:
    return identity_center.permission_sets


class TestItself:
    def test_a_new_permission_set_is_found_by_its_name_with_all_it_was_given(
        self, permission_sets: PermissionSets
    ) -> None:
        name = fresh("set")
        made = permission_sets.create(name, attributes=FULL)
        found = permission_sets.find(name)
        assert made.request_id
        assert found is not None
        assert (found.references, found.attributes) == (made.references, FULL)

    def test_a_session_lasts_an_hour_when_nothing_is_said(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        permission_sets.create(name, attributes={})
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == {"session_duration": "PT1H"}

    def test_a_name_that_nothing_has_finds_nothing(self, permission_sets: PermissionSets) -> None:
        assert permission_sets.find(fresh("nothing")) is None

    def test_a_taken_name_is_refused_as_existing(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        permission_sets.create(name, attributes=FULL)
        with pytest.raises(AlreadyExists):
            permission_sets.create(name, attributes={})

    def test_a_session_of_a_day_is_refused(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(Refused):
            permission_sets.create(fresh("set"), attributes={"session_duration": "PT24H"})

    def test_an_update_replaces_the_attributes(self, permission_sets: PermissionSets) -> None:
        name, after = fresh("set"), {**FULL, "description": "Looks at less", "session_duration": "PT2H"}
        arn = permission_sets.create(name, attributes=FULL).references["permission_set_arn"]
        permission_sets.update(arn, attributes=after)
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == after

    @pytest.mark.parametrize("left_out", ["description", "session_duration"])
    def test_what_an_update_leaves_out_goes_back_to_the_default(
        self, permission_sets: PermissionSets, left_out: str
    ) -> None:
        name, after = fresh("set"), {word: text for word, text in FULL.items() if word != left_out}
        arn = permission_sets.create(name, attributes=FULL).references["permission_set_arn"]
        permission_sets.update(arn, attributes=after)
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == {"session_duration": "PT1H", **after}

    def test_a_deleted_one_is_gone_and_cannot_be_deleted_again(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        arn = permission_sets.create(name, attributes={}).references["permission_set_arn"]
        permission_sets.delete(arn)
        assert permission_sets.find(name) is None
        with pytest.raises(NotFound):
            permission_sets.delete(arn)

    def test_one_that_was_deleted_and_made_again_is_found_as_the_new_one(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        first = permission_sets.create(name, attributes={}).references["permission_set_arn"]
        assert permission_sets.find(name) is not None
        permission_sets.delete(first)
        again = permission_sets.create(name, attributes={})
        found = permission_sets.find(name)
        assert found is not None
        assert found.references == again.references

    def test_one_that_is_assigned_cannot_be_deleted_yet(self, identity_center: IdentityCenter) -> None:
        key = identity_center.new_assignment()
        with pytest.raises(Conflicting):
            identity_center.permission_sets.delete(key.permission_set_arn)


class TestPolicies:
    @pytest.mark.parametrize("again", [VIEW_ONLY, f"arn:aws:iam::aws:policy/{VIEW_ONLY}"])
    def test_a_managed_policy_attached_again_exists(self, identity_center: IdentityCenter, again: str) -> None:
        arn = identity_center.new_permission_set()
        assert identity_center.permission_sets.attach(arn, managed_policy=VIEW_ONLY).request_id
        with pytest.raises(AlreadyExists):
            identity_center.permission_sets.attach(arn, managed_policy=again)

    def test_a_managed_policy_detached_can_be_attached_again(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        identity_center.permission_sets.attach(arn, managed_policy=VIEW_ONLY)
        identity_center.permission_sets.detach(arn, managed_policy=VIEW_ONLY)
        identity_center.permission_sets.attach(arn, managed_policy=VIEW_ONLY)

    def test_detaching_what_is_not_attached_is_not_found(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(NotFound):
            identity_center.permission_sets.detach(identity_center.new_permission_set(), managed_policy=VIEW_ONLY)

    def test_an_inline_policy_can_be_set_twice_and_removed_twice(self, identity_center: IdentityCenter) -> None:
        arn = identity_center.new_permission_set()
        for _ in range(2):
            identity_center.permission_sets.put_inline_policy(arn, document=DOCUMENT)
        for _ in range(2):
            identity_center.permission_sets.delete_inline_policy(arn)

    def test_an_inline_policy_that_is_not_json_is_refused(self, identity_center: IdentityCenter) -> None:
        with pytest.raises(Refused):
            identity_center.permission_sets.put_inline_policy(identity_center.new_permission_set(), document="{")

    def test_nothing_can_be_attached_to_what_is_not_there(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(NotFound):
            permission_sets.attach(NO_PERMISSION_SET, managed_policy=VIEW_ONLY)
        with pytest.raises(NotFound):
            permission_sets.put_inline_policy(NO_PERMISSION_SET, document=DOCUMENT)


class TestProvisioning:
    def test_it_is_over_only_when_aws_has_worked_on_it(self, identity_center: IdentityCenter) -> None:
        request_id = identity_center.permission_sets.provision(identity_center.new_permission_set())
        assert not identity_center.permission_sets.provisioning(request_id).is_over
        state = identity_center.outcome(identity_center.permission_sets.provisioning, request_id)
        assert (state.is_over, state.failure_reason) == (True, "")

    def test_what_is_not_there_cannot_be_provisioned(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(NotFound):
            permission_sets.provision(NO_PERMISSION_SET)

    def test_nothing_is_known_of_an_unknown_request(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(NotFound):
            permission_sets.provisioning(NO_ID)


class TestTheAdapter:
    def test_a_conflict_over_a_name_that_is_free_can_be_tried_again(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        with (
            answering(local_identity_center.sso_admin, "CreatePermissionSet", "ConflictException"),
            pytest.raises(Conflicting),
        ):
            local_identity_center.ports.permission_sets.create(fresh("set"), attributes={})

    def test_a_look_that_fails_leaves_no_doubt_that_nothing_was_written(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        with (
            answering(local_identity_center.sso_admin, "CreatePermissionSet", "ConflictException"),
            answering(local_identity_center.sso_admin, "ListPermissionSets", "InternalServerException"),
            pytest.raises(Conflicting),
        ):
            local_identity_center.ports.permission_sets.create(fresh("set"), attributes={})

    def test_a_known_name_costs_one_call(self, local_identity_center: LocalIdentityCenter) -> None:
        permission_sets, name = local_identity_center.ports.permission_sets, fresh("set")
        permission_sets.create(name, attributes={})
        assert permission_sets.find(name)
        with answering(local_identity_center.sso_admin, "ListPermissionSets", "ThrottlingException"):
            assert permission_sets.find(name)
            with pytest.raises(Throttled):
                permission_sets.find(fresh("unknown"))

    def test_one_once_seen_is_not_read_again_for_another_name(self, local_identity_center: LocalIdentityCenter) -> None:
        client, permission_sets = local_identity_center.sso_admin, local_identity_center.ports.permission_sets
        permission_sets.find(fresh("unknown"))
        with sending(client, "DescribePermissionSet") as sent:
            permission_sets.find(fresh("unknown"))
        assert sent == []

    def test_one_once_found_missing_is_not_read_again(self, local_identity_center: LocalIdentityCenter) -> None:
        client, permission_sets, name = (
            local_identity_center.sso_admin,
            local_identity_center.ports.permission_sets,
            fresh("set"),
        )
        arn = permission_sets.create(name, attributes={}).references["permission_set_arn"]
        assert permission_sets.find(name)
        permission_sets.delete(arn)
        assert permission_sets.find(name) is None
        with sending(client, "DescribePermissionSet") as sent:
            assert permission_sets.find(name) is None
        assert sent == []

    def test_a_relay_state_is_cleared_by_leaving_it_out(self, local_identity_center: LocalIdentityCenter) -> None:
        # AWS clears it then, and takes no empty one. The local AWS cannot tell whether this is so.
        arn = local_identity_center.ports.new_permission_set()
        with sending(local_identity_center.sso_admin, "UpdatePermissionSet") as sent:
            local_identity_center.ports.permission_sets.update(arn, attributes={"description": "No relay state"})
        assert "RelayState" not in sent[0]

    def test_it_names_managed_policies_in_the_partition_of_the_instance(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        client = local_identity_center.sso_admin
        china = SsoPermissionSets(client, instance_arn="arn:aws-cn:sso:::instance/ssoins-0123456789abcdef")
        with sending(client, "AttachManagedPolicyToPermissionSet") as sent, pytest.raises((NotFound, Refused)):
            china.attach(NO_PERMISSION_SET, managed_policy=VIEW_ONLY)
        assert sent[0]["ManagedPolicyArn"] == "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess"

    def test_it_needs_every_action_it_names(self, local_identity_center: LocalIdentityCenter) -> None:
        called = recorded_actions(local_identity_center.sso_admin)
        permission_sets, name = local_identity_center.ports.permission_sets, fresh("set")
        arn = permission_sets.create(name, attributes={}).references["permission_set_arn"]
        permission_sets.find(name)
        permission_sets.update(arn, attributes=FULL)
        permission_sets.attach(arn, managed_policy=VIEW_ONLY)
        with pytest.raises(AlreadyExists):
            permission_sets.attach(arn, managed_policy=VIEW_ONLY)
        permission_sets.detach(arn, managed_policy=VIEW_ONLY)
        permission_sets.put_inline_policy(arn, document=DOCUMENT)
        permission_sets.delete_inline_policy(arn)
        permission_sets.provisioning(permission_sets.provision(arn))
        permission_sets.delete(arn)
        assert called == SsoPermissionSets.ACTIONS
