"""The port Company, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.model.operations import Action, Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, Subject, SubjectKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ACCOUNT, ADA, MOVED, PERSON, SHOP, USER, assigned, done, in_group, planned

pytest_plugins = ("tests.contract.state_fixtures",)

# Names that begin alike, and names with what the adapter writes between a name and what follows it.
NAMES = ("e-1", "e-10", "e-1#HEAD", "e-1#RESOURCE#user", "e-1%23HEAD", "e-1 ", "e-1!", "E-1", "ë-1", "%", "#")
MANY = tuple(in_group(f"group-{number:03d}") for number in range(600))


def _begun(resource: Resource) -> Applied:
    return Applied(resource=resource, doubt=Action.CREATE)


def _all(ports: StatePorts, kind: SubjectKind, *, limit: int) -> list[SubjectState]:
    found: list[SubjectState] = []
    while page := ports.company.states(kind, after=found[-1].head.subject.name if found else "", limit=limit):
        assert len(page) <= limit
        found += page
    return found


def test_a_company_of_nobody_is_empty(ports: StatePorts) -> None:
    for kind in (SubjectKind.PERSON, SubjectKind.ACCOUNT, SubjectKind.GROUP, SubjectKind.PERMISSION_SET):
        assert _all(ports, kind, limit=9) == []


def test_every_subject_comes_with_its_head_and_its_resources(ports: StatePorts) -> None:
    for operation in planned(ports, ADA, USER, in_group("a"), fact=PERSON).operations:
        done(ports, operation)
    planned(ports, SHOP, assigned("ViewOnly", to="a"), fact=ACCOUNT)
    for subject in (ADA, SHOP):
        assert _all(ports, subject.kind, limit=9) == [ports.subjects.load(subject)]
    assert set(_all(ports, SubjectKind.PERSON, limit=9)[0].applied) == {USER, in_group("a")}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_size_give_everybody_once_and_always_in_the_same_order(ports: StatePorts, limit: int) -> None:
    for name in NAMES:
        planned(ports, Subject(SubjectKind.PERSON, name), fact=replace(PERSON, id=name))
    found = _all(ports, SubjectKind.PERSON, limit=limit)
    assert sorted(state.head.subject.name for state in found) == sorted(NAMES)
    assert found == _all(ports, SubjectKind.PERSON, limit=4)


def test_names_that_hold_what_stands_between_name_and_resource_do_not_mix(ports: StatePorts) -> None:
    for name in NAMES:
        (operation,) = planned(ports, Subject(SubjectKind.PERSON, name), in_group(f"#HEAD of {name}")).operations
        done(ports, operation)
    for state in _all(ports, SubjectKind.PERSON, limit=2):
        assert list(state.applied) == [in_group(f"#HEAD of {state.head.subject.name}")]
        assert state == ports.subjects.load(state.head.subject)


def test_a_subject_with_more_resources_than_one_read_gives_is_whole(ports: StatePorts) -> None:
    subjects = [Subject(SubjectKind.PERSON, name) for name in ("e-1", "e-2", "e-3")]
    for subject in subjects:
        for operation in planned(ports, subject, *MANY).operations[: 600 if subject.name == "e-2" else 1]:
            ports.queue.begin(operation, doubt=_begun(operation.resource))
    found = {state.head.subject.name: len(state.applied) for state in _all(ports, SubjectKind.PERSON, limit=2)}
    assert found == {"e-1": 1, "e-2": 600, "e-3": 1}


def test_what_was_written_a_moment_ago_is_there(ports: StatePorts) -> None:
    planned(ports, ADA, fact=PERSON)
    planned(ports, ADA, change=MOVED, fact=replace(PERSON, department="Data"))
    (state,) = _all(ports, SubjectKind.PERSON, limit=9)
    assert state.head.fact == replace(PERSON, department="Data")


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_parts_one_behind_the_other_are_everybody_in_the_same_order(ports: StatePorts, limit: int) -> None:
    for number in range(40):
        planned(ports, Subject(SubjectKind.PERSON, f"e-{number}"), fact=replace(PERSON, id=f"e-{number}"))
    found: list[SubjectState] = []
    for part in range(ports.company.parts(SubjectKind.PERSON)):
        after = ""
        while page := ports.company.states_in(SubjectKind.PERSON, part=part, after=after, limit=limit):
            assert len(page) <= limit
            found += page
            after = page[-1].head.subject.name
    assert ports.company.parts(SubjectKind.PERSON) > 1
    assert found == _all(ports, SubjectKind.PERSON, limit=7)
