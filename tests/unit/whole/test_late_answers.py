"""Requests that AWS accepts and ends as FAILED later are treated like immediate refusals."""

from datetime import timedelta

import pytest

from dayone.model.operations import DeletionOutcome, OperationState
from dayone.ports.identity_center import AssignmentKey
from tests.builders import ACCOUNT_ID, a_group, a_policy, a_set, an_account, an_assignment
from tests.captures.reading import seen
from tests.unit.late_answers import LateIdentityCenter
from tests.unit.world import World

_POLICY = a_policy(a_group(), a_set(), an_assignment())
_IN_PLACE = {(ACCOUNT_ID, "ViewOnly", "engineers")}
_UNKNOWN_GROUP = "Received a 404 status error: the GROUP assignee 0c9b756f was not found in directory d-9067a1b2c3"


def _world(**ends: list[str]) -> tuple[World, LateIdentityCenter]:
    center = LateIdentityCenter(ends=dict(ends))
    world = World(center=center, approves=True)
    world.account_is(an_account())
    world.policy_is(_POLICY)
    return world, center


class _TakesAnyRemoval:
    """The assignments of an AWS that accepts the removal of what is not there, and fails it later."""

    def __init__(self, port: object, *, center: LateIdentityCenter) -> None:
        self._port, self._center = port, center

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)

    def delete(self, key: AssignmentKey) -> str:
        if key not in self._center.assignments:
            self._center.ends["deletion"] = [seen("sso-admin-09")["FailureReason"]]
        return self._center.ask("deletion", lambda: self._center.delete_assignment(key))


def test_a_removal_of_what_is_gone_is_done_and_the_group_goes() -> None:
    world, center = _world()
    world.settle()
    center.assignments.clear()
    center.provisioned.clear()
    world.around = lambda name, port: _TakesAnyRemoval(port, center=center) if name == "assignments" else port
    world.policy_is(a_policy(a_set()))
    world.settle()
    assert world.groups() == {}
    assert world.operations(OperationState.FAILED) == []
    (removal,) = [operation for operation in world.operations() if operation.kind == "delete-assignment"]
    assert (removal.state, removal.outcome) == (OperationState.SUCCEEDED, DeletionOutcome.ALREADY_DELETED)


def test_a_creation_that_ends_with_the_words_of_a_removal_has_failed() -> None:
    world, _ = _world(creation=[seen("sso-admin-10")["FailureReason"]])
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.failure_reason == "EntitlementItem doesn't exist"


def test_a_group_that_was_made_a_moment_ago_is_not_found_for_a_moment() -> None:
    world, _ = _world(creation=[_UNKNOWN_GROUP] * 3)
    world.settle()
    assert world.assignments() == _IN_PLACE
    assert world.operations(OperationState.FAILED) == []


def test_a_group_that_was_made_long_ago_and_is_not_found_is_gone() -> None:
    world, center = _world()
    world.policy_is(a_policy(a_group(), a_set()))
    world.settle()
    world.now += timedelta(minutes=2)
    center.ends["creation"] = [_UNKNOWN_GROUP]
    world.policy_is(_POLICY)
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.failure_reason == _UNKNOWN_GROUP
    assert failed.attempts == 1


@pytest.mark.parametrize("capture", ["sso-admin-02", "sso-admin-06", "sso-admin-12", "sso-admin-13"])
def test_a_provisioning_that_raced_or_that_aws_was_not_ready_for_is_tried_again(capture: str) -> None:
    world, center = _world()
    world.settle()
    center.ends["provisioning"] = [seen(capture)["FailureReason"]] * 2
    world.policy_is(a_policy(a_group(), a_set(description="new"), an_assignment()))
    world.settle()
    assert world.unprovisioned() == []
    assert world.operations(OperationState.FAILED) == []


@pytest.mark.parametrize("kind", ["creation", "deletion", "provisioning"])
@pytest.mark.parametrize("capture", ["sso-admin-04", "sso-admin-05"])
def test_a_right_that_we_lack_is_an_outage_of_ours_whenever_aws_says_so(kind: str, capture: str) -> None:
    world, center = _world()
    world.settle()
    center.ends[kind] = [seen(capture)["FailureReason"]] * 3
    world.policy_is(a_policy(a_group("others"), a_set(description="new"), an_assignment("others")))
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "others")}
    assert world.operations(OperationState.FAILED) == []


def test_a_missing_policy_of_the_customer_is_final_whatever_it_is_called() -> None:
    reason = "Received a 404 status error: Not supported policy arn:aws:iam::444455556666:policy/TemporaryAdmin."
    world, _ = _world(creation=[reason])
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert (failed.failure_reason, failed.attempts) == (reason, 1)
