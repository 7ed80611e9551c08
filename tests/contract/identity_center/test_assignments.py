"""The port Assignments, in memory and over AWS alike."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dayone.adapters.identity_center.permission_sets import SsoAssignments
from dayone.errors import Conflicting, NotFound
from dayone.ports.identity_center import AssignmentKey, PrincipalType, RequestState
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering
from tests.contract.identity_centers import (
    NO_ID,
    NO_PERMISSION_SET,
    IdentityCenter,
    LocalIdentityCenter,
    fresh,
)


@pytest.fixture
def key(identity_center: IdentityCenter) -> AssignmentKey:
    return identity_center.new_key()


def test_a_creation_is_over_only_when_aws_has_worked_on_it(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    request_id = identity_center.assignments.create(key)
    assert not identity_center.assignments.creation(request_id).is_over
    state = identity_center.outcome(identity_center.assignments.creation, request_id)
    assert (state.is_over, state.failure_reason) == (True, "")


def test_a_deletion_is_over_only_when_aws_has_worked_on_it(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    request_id = identity_center.assignments.delete(key)
    assert not identity_center.assignments.deletion(request_id).is_over
    state = identity_center.outcome(identity_center.assignments.deletion, request_id)
    assert (state.is_over, state.failure_reason) == (True, "")
    with pytest.raises(NotFound):
        identity_center.assignments.delete(key)


def test_what_is_there_can_be_created_again_and_is_there_once(identity_center: IdentityCenter) -> None:
    key, assignments = identity_center.new_assignment(), identity_center.assignments
    assert not identity_center.outcome(assignments.creation, assignments.create(key)).failure_reason
    assert not identity_center.outcome(assignments.deletion, assignments.delete(key)).failure_reason
    with pytest.raises(NotFound):
        assignments.delete(key)


def test_an_assignment_exists_from_its_creation_to_its_deletion(identity_center: IdentityCenter) -> None:
    key, assignments = identity_center.new_assignment(), identity_center.assignments
    assert assignments.exists(key)
    assert not assignments.exists(replace(key, principal_type=PrincipalType.USER))
    identity_center.outcome(assignments.deletion, assignments.delete(key))
    assert not assignments.exists(key)


def test_an_assignment_that_was_never_made_does_not_exist(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    assert not identity_center.assignments.exists(key)


def test_what_is_not_there_cannot_be_deleted(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    with pytest.raises(NotFound):
        identity_center.assignments.delete(key)


def test_a_deletion_conflicts_with_a_creation_in_progress(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    identity_center.assignments.create(key)
    with pytest.raises(Conflicting):
        identity_center.assignments.delete(key)


def test_a_creation_conflicts_with_a_deletion_in_progress(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    identity_center.assignments.delete(key)
    with pytest.raises(Conflicting):
        identity_center.assignments.create(key)


def test_a_user_can_be_assigned_as_well_as_a_group(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    assignments, name = identity_center.assignments, fresh("ada")
    names = {"display_name": "Ada", "given_name": "Ada", "family_name": "Lovelace"}
    made = identity_center.directory.create_user({"user_name": name, **names})
    of_a_user = replace(key, principal_id=made.references["user_id"], principal_type=PrincipalType.USER)
    assert not identity_center.outcome(assignments.creation, assignments.create(of_a_user)).failure_reason
    assert not identity_center.outcome(assignments.deletion, assignments.delete(of_a_user)).failure_reason


@pytest.mark.parametrize(
    "unknown",
    [
        lambda key: replace(key, account_id="999988887777"),
        lambda key: replace(key, permission_set_arn=NO_PERMISSION_SET),
        lambda key: replace(key, principal_id=NO_ID),
        lambda key: replace(key, principal_type=PrincipalType.USER),
    ],
    ids=["account", "permission set", "group", "user"],
)
def test_what_cannot_be_assigned_fails_with_a_reason(
    identity_center: IdentityCenter, key: AssignmentKey, unknown: Callable[[AssignmentKey], AssignmentKey]
) -> None:
    request_id = identity_center.assignments.create(unknown(key))
    state = identity_center.outcome(identity_center.assignments.creation, request_id)
    assert state.is_over
    assert "not f" in state.failure_reason.lower() or "could not find" in state.failure_reason.lower()


def test_a_group_takes_its_assignments_with_it(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    identity_center.directory.delete_group(key.principal_id)
    with pytest.raises(NotFound):
        identity_center.assignments.delete(key)


def test_nothing_is_known_of_an_unknown_request(identity_center: IdentityCenter) -> None:
    with pytest.raises(NotFound):
        identity_center.assignments.creation(NO_ID)
    with pytest.raises(NotFound):
        identity_center.assignments.deletion(NO_ID)


def test_a_creation_is_not_a_deletion(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    request_id = identity_center.assignments.create(key)
    with pytest.raises(NotFound):
        identity_center.assignments.deletion(request_id)


def test_a_failure_always_has_a_reason(local_identity_center: LocalIdentityCenter) -> None:
    client, center = local_identity_center.sso_admin, local_identity_center.ports
    request_id = center.assignments.create(center.new_key())
    with altering(
        client,
        "DescribeAccountAssignmentCreationStatus",
        lambda answer: answer["AccountAssignmentCreationStatus"].update(Status="FAILED"),
    ):
        assert center.assignments.creation(request_id).failure_reason == "AWS gave no reason"


def test_one_look_tells_of_many_requests(identity_center: IdentityCenter) -> None:
    assignments = identity_center.assignments
    keys = [identity_center.new_assignment(), identity_center.new_key()]
    deletion, creation = assignments.delete(keys[0]), assignments.create(keys[1])
    # Where many short pages are read, AWS may be done before they are.
    assert assignments.creations({creation, NO_ID}).keys() == {creation}
    assert assignments.deletions({deletion, NO_ID}).keys() == {deletion}
    identity_center.outcome(assignments.creation, creation)
    identity_center.outcome(assignments.deletion, deletion)
    assert assignments.creations({creation, NO_ID}) == {creation: RequestState(is_over=True)}
    assert assignments.deletions({deletion, NO_ID}) == {deletion: RequestState(is_over=True)}


def test_one_look_tells_why_a_request_failed(identity_center: IdentityCenter, key: AssignmentKey) -> None:
    assignments = identity_center.assignments
    request_id = assignments.create(replace(key, principal_id=NO_ID))
    alone = identity_center.outcome(assignments.creation, request_id)
    assert alone.failure_reason
    assert assignments.creations({request_id}) == {request_id: alone}


def test_the_adapter_needs_every_action_it_names(local_identity_center: LocalIdentityCenter) -> None:
    center = local_identity_center.ports
    key = center.new_key()
    called = recorded_actions(local_identity_center.sso_admin)
    center.assignments.exists(key)
    center.outcome(center.assignments.creation, center.assignments.create(key))
    center.outcome(center.assignments.deletion, center.assignments.delete(key))
    center.assignments.creations(())
    center.assignments.deletions(())
    assert called == SsoAssignments.ACTIONS
