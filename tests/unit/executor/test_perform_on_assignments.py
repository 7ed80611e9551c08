"""Assigning a permission set to a group or to one person's user."""

import pytest

from dayone.executor.attempt import Attempt
from dayone.executor.handlers.registry import perform
from dayone.model.operations import Action, Applied, Submitted
from dayone.model.subjects import Resource, ResourceOf, group_named, permission_set_named, user_of
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, an_operation, assignment, the_account
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, StoredSet
from tests.unit.world import World

_SET, _GROUP, _USER = {"permission_set_arn": "arn:p"}, {"group_id": "g-1"}, {"user_id": "u-1"}
_TO_THE_GROUP = AssignmentKey(account_id=ACCOUNT_ID, permission_set_arn="arn:p", principal_id="g-1")
_TO_THE_USER = AssignmentKey(
    account_id=ACCOUNT_ID, permission_set_arn="arn:p", principal_id="u-1", principal_type=PrincipalType.USER
)


def _center() -> MemoryIdentityCenter:
    center = MemoryIdentityCenter(
        groups={"g-1": StoredGroup("engineers", "")},
        permission_sets={"arn:p": StoredSet("P", {})},
    )
    center.users["u-1"] = {"user_name": "ada"}
    return center


def _required(resource: ResourceOf, references: dict[str, str]) -> dict[ResourceOf, Applied]:
    return {resource: Applied(resource=resource.resource, references=references)}


@pytest.mark.parametrize(
    ("resource", "principal", "references", "expected"),
    [
        (assignment("engineers", "P"), group_named("engineers"), _GROUP, _TO_THE_GROUP),
        (assignment("person:e-1", "P"), user_of("e-1"), _USER, _TO_THE_USER),
    ],
    ids=["a group", "a user"],
)
def test_what_is_assigned_to_whom(
    resource: Resource, principal: ResourceOf, references: dict[str, str], expected: AssignmentKey
) -> None:
    center = _center()
    aws = World(center=center).executing().aws
    required = _required(permission_set_named("P"), _SET) | _required(principal, references)
    create = an_operation(subject=the_account(), resource=resource)
    assert isinstance(perform(Attempt(operation=create, own=None, required=required), aws=aws), Submitted)
    center.work()
    assert center.assignments == {expected}
    # Nothing is required of a removal: it goes by the ids that are on record.
    delete = an_operation(subject=the_account(), resource=resource, action=Action.DELETE)
    own = Applied(resource=resource, references={**_SET, **references})
    assert isinstance(perform(Attempt(operation=delete, own=own), aws=aws), Submitted)
    center.work()
    assert center.assignments == set()
