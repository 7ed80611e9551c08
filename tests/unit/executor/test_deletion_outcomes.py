"""A deletion without a call to AWS says why there was nothing to delete."""

import pytest

from dayone.executor.attempt import Attempt, IdentityCenter
from dayone.executor.handlers.registry import perform, there_before
from dayone.model.operations import Action, Applied, DeletionOutcome, Operation, Succeeded
from tests.builders import GROUP, PERMISSION_SET, USER, an_operation, the_group, the_set
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, StoredSet
from tests.unit.world import World

_DELETIONS = [
    (an_operation(resource=USER, action=Action.DELETE), {"user_id": "u-1"}),
    (an_operation(subject=the_group(), resource=GROUP, action=Action.DELETE), {"group_id": "g-1"}),
    (an_operation(subject=the_set(), resource=PERMISSION_SET, action=Action.DELETE), {"permission_set_arn": "arn:p"}),
]
_IDS = ("user", "group", "permission set")


def _center() -> MemoryIdentityCenter:
    center = MemoryIdentityCenter(
        groups={"g-1": StoredGroup("engineers", "")},
        permission_sets={"arn:p": StoredSet("P", {})},
    )
    center.users["u-1"] = {"user_name": "ada"}
    return center


def _aws(center: MemoryIdentityCenter) -> IdentityCenter:
    return World(center=center).executing().aws


@pytest.mark.parametrize(("deletion", "references"), _DELETIONS, ids=_IDS)
def test_what_was_there_before_day_one_is_left_in_place(deletion: Operation, references: dict[str, str]) -> None:
    center, adopted = _center(), Applied(resource=deletion.resource, references=references, adopted=True)
    outcome = perform(Attempt(operation=deletion, own=adopted), aws=_aws(center))
    assert outcome == Succeeded(outcome=DeletionOutcome.LEFT_IN_PLACE)
    assert (len(center.users), len(center.groups), len(center.permission_sets)) == (1, 1, 1)


@pytest.mark.parametrize(("deletion", "references"), _DELETIONS, ids=_IDS)
def test_what_was_never_made_was_not_there(deletion: Operation, references: dict[str, str]) -> None:
    center, attempt = _center(), Attempt(operation=deletion, own=None)
    assert references
    for outcome in (there_before(attempt, aws=_aws(center)), perform(attempt, aws=_aws(center))):
        assert outcome == Succeeded(outcome=DeletionOutcome.ALREADY_DELETED)
    assert (len(center.users), len(center.groups), len(center.permission_sets)) == (1, 1, 1)


@pytest.mark.parametrize(("deletion", "references"), _DELETIONS, ids=_IDS)
def test_what_is_ours_is_deleted_once(deletion: Operation, references: dict[str, str]) -> None:
    center = _center()
    attempt = Attempt(operation=deletion, own=Applied(resource=deletion.resource, references=references))
    outcomes = [perform(attempt, aws=_aws(center)) for _ in range(2)]
    assert all(isinstance(succeeded, Succeeded) for succeeded in outcomes)
    assert [succeeded.outcome for succeeded in outcomes if isinstance(succeeded, Succeeded)] == [
        DeletionOutcome.DELETED,
        DeletionOutcome.ALREADY_DELETED,
    ]
