"""Resources that are there by other ids than are recorded, while a lost record is rebuilt."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dayone.inventory.compare import Recorded, Snapshot
from dayone.inventory.links import noticed
from dayone.model.inventory import DriftKind
from dayone.model.subject_state import SubjectState
from tests.builders import a_person, an_account, the_account, the_person
from tests.unit.inventory.test_compare import _ASSIGNED, _GROUP, _MEMBER, _SET, _itself, _snapshot, _state


def _noticed(snapshot: Snapshot, *states: SubjectState, is_rebuilding: bool) -> set[tuple[DriftKind, str, str]]:
    recorded = Recorded(states={state.head.subject: state for state in states})
    found = noticed(snapshot, recorded, is_rebuilding=is_rebuilding)
    return {(each.kind, each.subject, each.resource) for each in found}


@pytest.mark.parametrize(
    ("member", "assigned", "found"),
    [
        ({}, {}, set()),
        ({"group_id": "g-1", "user_id": "u-1"}, {"permission_set_arn": "arn:set", "group_id": "g-1"}, set()),
        ({"group_id": "g-0", "user_id": "u-1"}, {}, {"membership/engineers"}),
        ({"group_id": "g-1", "user_id": "u-0"}, {}, {"membership/engineers"}),
        ({}, {"permission_set_arn": "arn:old", "group_id": "g-1"}, {"assignment/ViewOnly/engineers"}),
        ({}, {"permission_set_arn": "arn:set", "group_id": "g-0"}, {"assignment/ViewOnly/engineers"}),
    ],
)
def test_what_was_made_once_more_is_recorded_anew(
    member: Mapping[str, str], assigned: Mapping[str, str], found: set[str]
) -> None:
    """Its removal would fail for ever by the old ids."""
    user = _itself(the_person(), "u-1", called="ada")
    ada = _state(the_person(), user, replace(_MEMBER, references=member), fact=a_person())
    account = _state(the_account(), replace(_ASSIGNED, references=assigned), fact=an_account())
    states = (_GROUP, _SET, ada, account)
    assert {resource for _, _, resource in _noticed(_snapshot(), *states, is_rebuilding=True)} == found
    assert _noticed(_snapshot(), *states, is_rebuilding=False) == set()


def test_what_is_not_there_was_not_made_once_more() -> None:
    user = _itself(the_person(), "u-1", called="ada")
    ada = _state(the_person(), user, replace(_MEMBER, references={"group_id": "g-0"}), fact=a_person())
    gone = _snapshot(members={}, assignments=frozenset())
    assert _noticed(gone, _GROUP, _SET, ada, is_rebuilding=True) == {
        (DriftKind.MISSING, "person:e-1", "membership/engineers")
    }
