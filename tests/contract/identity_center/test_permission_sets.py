"""The port PermissionSets, in memory and over AWS alike."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from dayone.adapters.identity_center.permission_sets import SsoPermissionSets
from dayone.errors import AlreadyExists, Conflicting, NotFound, Refused, Throttled, Unreachable
from dayone.ports.identity_center import PermissionSets, RequestState
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering, answering, sending
from tests.contract.identity_centers import NO_ID, NO_PERMISSION_SET, IdentityCenter, LocalIdentityCenter, fresh

FULL = {
    "description": "Looks at everything",
    "session_duration": "PT8H",
    "relay_state": "https://console.aws.amazon.com/ec2/",
}


@pytest.fixture
def permission_sets(identity_center: IdentityCenter) -> PermissionSets:
    return identity_center.permission_sets


def attributes_of(permission_sets: PermissionSets, name: str) -> Mapping[str, str]:
    found = permission_sets.find(name)
    assert found is not None
    return found.attributes


def tags_of(permission_sets: PermissionSets, name: str) -> dict[str, str]:
    attributes = attributes_of(permission_sets, name)
    return {word: text for word, text in attributes.items() if word.startswith("tag:")}


class TestItself:
    def test_a_new_permission_set_is_found_by_its_name_with_all_it_was_given(
        self, permission_sets: PermissionSets
    ) -> None:
        name = fresh("set")
        made = permission_sets.create({"name": name, **FULL})
        found = permission_sets.find(name)
        assert made.request_id
        assert found is not None
        assert (found.references, found.attributes) == (made.references, {"name": name, **FULL})

    def test_a_session_lasts_an_hour_when_nothing_is_said(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        permission_sets.create({"name": name})
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == {"name": name, "session_duration": "PT1H"}

    def test_a_name_that_nothing_has_finds_nothing(self, permission_sets: PermissionSets) -> None:
        assert permission_sets.find(fresh("nothing")) is None

    def test_a_taken_name_is_refused_as_existing(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        permission_sets.create({"name": name, **FULL})
        with pytest.raises(AlreadyExists):
            permission_sets.create({"name": name})

    def test_a_session_of_a_day_is_refused(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(Refused):
            permission_sets.create({"name": fresh("set"), "session_duration": "PT24H"})

    def test_an_update_replaces_the_attributes(self, permission_sets: PermissionSets) -> None:
        name, after = fresh("set"), {**FULL, "description": "Looks at less", "session_duration": "PT2H"}
        arn = permission_sets.create({"name": name, **FULL}).references["permission_set_arn"]
        permission_sets.update(arn, attributes=after)
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == {"name": name, **after}

    @pytest.mark.parametrize("left_out", ["description", "session_duration"])
    def test_what_an_update_leaves_out_goes_back_to_the_default(
        self, permission_sets: PermissionSets, left_out: str
    ) -> None:
        name, after = fresh("set"), {word: text for word, text in FULL.items() if word != left_out}
        arn = permission_sets.create({"name": name, **FULL}).references["permission_set_arn"]
        permission_sets.update(arn, attributes=after)
        found = permission_sets.find(name)
        assert found is not None
        assert found.attributes == {"name": name, "session_duration": "PT1H", **after}

    def test_a_deleted_one_is_gone_and_cannot_be_deleted_again(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        arn = permission_sets.create({"name": name}).references["permission_set_arn"]
        permission_sets.delete(arn)
        assert permission_sets.find(name) is None
        with pytest.raises(NotFound):
            permission_sets.delete(arn)

    def test_one_that_was_deleted_and_made_again_is_found_as_the_new_one(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        first = permission_sets.create({"name": name}).references["permission_set_arn"]
        assert permission_sets.find(name) is not None
        permission_sets.delete(first)
        again = permission_sets.create({"name": name})
        found = permission_sets.find(name)
        assert found is not None
        assert found.references == again.references

    def test_one_that_is_assigned_cannot_be_deleted_yet(self, identity_center: IdentityCenter) -> None:
        key = identity_center.new_assignment()
        with pytest.raises(Conflicting):
            identity_center.permission_sets.delete(key.permission_set_arn)


class TestTags:
    def test_a_new_permission_set_has_the_tags_it_was_given(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        tagged = {"name": name, "session_duration": "PT1H", "tag:team": "blue", "tag:empty": ""}
        permission_sets.create(tagged)
        assert attributes_of(permission_sets, name) == tagged

    def test_tags_are_added_and_changed_and_the_others_stay(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        made = permission_sets.create({"name": name, "tag:team": "blue", "tag:cost": "1"})
        permission_sets.tag(made.references["permission_set_arn"], tags={"cost": "2", "level": "low"})
        assert tags_of(permission_sets, name) == {"tag:team": "blue", "tag:cost": "2", "tag:level": "low"}

    def test_tags_are_taken_away_and_the_others_stay(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        made = permission_sets.create({"name": name, "tag:team": "blue", "tag:cost": "1"})
        permission_sets.untag(made.references["permission_set_arn"], keys=["cost", "never-there"])
        assert tags_of(permission_sets, name) == {"tag:team": "blue"}

    def test_an_update_leaves_tags_and_name_alone(self, permission_sets: PermissionSets) -> None:
        name = fresh("set")
        made = permission_sets.create({"name": name, "tag:team": "blue"})
        asked = {"name": fresh("set"), "session_duration": "PT2H", "tag:team": "red"}
        permission_sets.update(made.references["permission_set_arn"], attributes=asked)
        expected = {"name": name, "session_duration": "PT2H", "tag:team": "blue"}
        assert attributes_of(permission_sets, name) == expected

    def test_what_is_not_there_cannot_be_tagged(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(NotFound):
            permission_sets.tag(NO_PERMISSION_SET, tags={"team": "blue"})


class TestProvisioning:
    def test_it_is_over_only_when_aws_has_worked_on_it(self, identity_center: IdentityCenter) -> None:
        request_id = identity_center.permission_sets.provision(identity_center.new_permission_set())
        assert not identity_center.permission_sets.provisioning(request_id).is_over
        state = identity_center.outcome(identity_center.permission_sets.provisioning, request_id)
        assert (state.is_over, state.failure_reason) == (True, "")

    def test_one_look_tells_of_many_requests(self, identity_center: IdentityCenter) -> None:
        permission_sets = identity_center.permission_sets
        request_id = permission_sets.provision(identity_center.new_permission_set())
        assert permission_sets.provisionings({request_id, NO_ID}).keys() == {request_id}
        identity_center.outcome(permission_sets.provisioning, request_id)
        assert permission_sets.provisionings({request_id, NO_ID}) == {request_id: RequestState(is_over=True)}

    def test_the_accounts_that_have_a_set_and_those_that_have_it_in_an_earlier_form(
        self, identity_center: IdentityCenter
    ) -> None:
        key, permission_sets = identity_center.new_assignment(), identity_center.permission_sets
        arn = key.permission_set_arn
        assert set(permission_sets.accounts(arn)) == {key.account_id}
        assert set(permission_sets.outdated_accounts(arn)) == set()
        permission_sets.update(arn, attributes={"description": "another"})
        assert set(permission_sets.outdated_accounts(arn)) == {key.account_id}
        request_id = permission_sets.provision(arn, account=key.account_id)
        assert identity_center.outcome(permission_sets.provisioning, request_id) == RequestState(is_over=True)
        assert set(permission_sets.outdated_accounts(arn)) == set()

    def test_nobody_has_what_is_not_there(self, permission_sets: PermissionSets) -> None:
        with pytest.raises(NotFound):
            permission_sets.accounts(NO_PERMISSION_SET)

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
            local_identity_center.ports.permission_sets.create({"name": fresh("set")})

    def test_a_look_that_fails_leaves_no_doubt_that_nothing_was_written(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        with (
            answering(local_identity_center.sso_admin, "CreatePermissionSet", "ConflictException"),
            answering(local_identity_center.sso_admin, "ListPermissionSets", "InternalServerException"),
            pytest.raises(Conflicting),
        ):
            local_identity_center.ports.permission_sets.create({"name": fresh("set")})

    def test_a_known_name_costs_one_call(self, local_identity_center: LocalIdentityCenter) -> None:
        permission_sets, name = local_identity_center.ports.permission_sets, fresh("set")
        permission_sets.create({"name": name})
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
        arn = permission_sets.create({"name": name}).references["permission_set_arn"]
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

    def test_a_provisioning_that_fails_where_nobody_has_the_set_has_nothing_to_do(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        center = local_identity_center.ports
        request_id = center.permission_sets.provision(center.new_permission_set())
        with failing_provisioning(local_identity_center.sso_admin):
            state = center.permission_sets.provisioning(request_id)
        assert (state.is_over, state.failure_reason) == (True, "")

    def test_a_provisioning_that_fails_where_somebody_has_the_set_has_failed(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        center = local_identity_center.ports
        request_id = center.permission_sets.provision(center.new_assignment().permission_set_arn)
        with failing_provisioning(local_identity_center.sso_admin):
            state = center.permission_sets.provisioning(request_id)
        assert (state.is_over, state.failure_reason) == (True, "as the test asked")

    def test_a_failed_provisioning_is_not_over_while_it_is_unknown_who_has_the_set(
        self, local_identity_center: LocalIdentityCenter
    ) -> None:
        client, center = local_identity_center.sso_admin, local_identity_center.ports
        request_id = center.permission_sets.provision(center.new_permission_set())
        with (
            failing_provisioning(client),
            answering(client, "ListAccountsForProvisionedPermissionSet", "InternalServerException"),
            pytest.raises(Unreachable),
        ):
            center.permission_sets.provisioning(request_id)

    def test_it_needs_every_action_it_names(self, local_identity_center: LocalIdentityCenter) -> None:
        client, center = local_identity_center.sso_admin, local_identity_center.ports
        called = recorded_actions(client)
        permission_sets, name = center.permission_sets, fresh("set")
        arn = permission_sets.create({"name": name}).references["permission_set_arn"]
        permission_sets.find(name)
        permission_sets.update(arn, attributes=FULL)
        permission_sets.tag(arn, tags={"team": "blue"})
        permission_sets.untag(arn, keys=["team"])
        with failing_provisioning(client):
            permission_sets.provisioning(permission_sets.provision(arn))
        permission_sets.provisionings(())
        permission_sets.delete(arn)
        assert called == SsoPermissionSets.ACTIONS


def failing_provisioning(client: Any) -> AbstractContextManager[None]:  # noqa: ANN401 - any boto3 client
    """Inside the block every provisioning is told as FAILED."""

    def fail(answer: dict[str, Any]) -> None:
        answer["PermissionSetProvisioningStatus"].update(Status="FAILED", FailureReason="as the test asked")

    return altering(client, "DescribePermissionSetProvisioningStatus", fail)
