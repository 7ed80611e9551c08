"""The port PersonalData takes one person out of the state, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.errors import Conflicting
from dayone.model.personal_data import personal_names
from dayone.model.subject_state import Head
from dayone.ports.personal_data import Erasure
from tests.contract.grant_samples import granted
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, MOVED, PERSON, USER, cause, done, entry, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

_FORGOTTEN = "01KFORGOTTEN00000000000000"


def _recorded(ports: StatePorts) -> None:
    made = plan(ports.subjects.load(ADA).head, USER, audit=[entry()], fact=PERSON, claims=("user-name:ada",))
    ports.subjects.commit(replace(made, after=replace(made.after, grants=(granted("01G", to=ADA),))))
    done(ports, made.operations[0])
    planned(ports, BOB, USER, change=MOVED)


def _erased(ports: StatePorts) -> Erasure:
    names = personal_names(ports.subjects.load(ADA))
    found = Erasure()
    while True:
        found = ports.personal_data.erase(names, found, is_over=lambda: True)
        if not found.place:
            return found


def _forget(ports: StatePorts, head: Head) -> None:
    audit = entry(BOB, change=_FORGOTTEN, action="forget-person")
    ports.personal_data.forget(cause(_FORGOTTEN), head, notes=("gone",), audit=audit)


def test_all_but_the_head_goes_first(ports: StatePorts) -> None:
    _recorded(ports)
    assert _erased(ports).deleted
    state = ports.subjects.load(ADA)
    assert (state.head.fact, dict(state.applied)) == (PERSON, {})
    assert ports.records.operations(HIRED, cursor="", limit=10).entries == []


def test_then_the_head_and_the_change_says_so(ports: StatePorts) -> None:
    _recorded(ports)
    _erased(ports)
    assert not ports.personal_data.is_forgotten(_FORGOTTEN)
    _forget(ports, ports.subjects.load(ADA).head)
    assert ports.personal_data.is_forgotten(_FORGOTTEN)
    assert ports.subjects.load(ADA).head == Head(subject=ADA)
    assert ports.subjects.claimed("user-name:ada").holder == ""
    change = ports.records.change(_FORGOTTEN)
    assert change is not None
    assert (change.subjects, change.notes) == (0, ("gone",))
    assert "forget-person" in {each.action for each in ports.logged()}


def test_others_stay(ports: StatePorts) -> None:
    _recorded(ports)
    before = ports.subjects.load(BOB)
    _erased(ports)
    assert ports.subjects.load(BOB) == before
    assert ports.records.operations(MOVED, cursor="", limit=10).entries


def test_who_has_moved_is_not_forgotten(ports: StatePorts) -> None:
    _recorded(ports)
    head = ports.subjects.load(ADA).head
    planned(ports, ADA, USER, change=LEFT, token="b2")
    with pytest.raises(Conflicting):
        _forget(ports, head)
    assert not ports.personal_data.is_forgotten(_FORGOTTEN)
    assert ports.subjects.load(ADA).head.revision > head.revision
