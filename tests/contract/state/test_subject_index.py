"""The port KnownSubjects, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.errors import Invalid
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.contract.state.test_records import all_of
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    SHOP,
    USER,
    assigned,
    begin,
    confirmed,
    done,
    end,
    in_group,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)


def test_those_of_a_kind_come_by_name_page_by_page_each_with_what_it_is_itself(ports: StatePorts) -> None:
    (user, _) = planned(ports, ADA, USER, in_group("engineers")).operations
    done(ports, user)
    planned(ports, BOB, in_group("engineers"))
    planned(ports, SHOP, assigned("ViewOnly", to="engineers"))
    found, pages = all_of(lambda cursor: ports.index.listed(SubjectKind.PERSON, cursor=cursor, limit=1))
    assert [(state.head.subject, list(state.applied)) for state in found] == [(ADA, [USER]), (BOB, [])]
    assert found[0].head == ports.subjects.load(ADA).head
    assert pages == 2


def test_several_are_looked_up_at_once_and_those_unknown_are_missing(ports: StatePorts) -> None:
    (user, _) = planned(ports, ADA, USER, in_group("engineers")).operations
    done(ports, user)
    (assignment,) = planned(ports, SHOP, assigned("ViewOnly", to="engineers")).operations
    done(ports, assignment)
    found = ports.index.brief([BOB, SHOP, ADA, ADA])
    assert {subject: list(state.applied) for subject, state in found.items()} == {ADA: [USER], SHOP: []}
    assert found[SHOP].head == ports.subjects.load(SHOP).head


def test_resources_are_looked_up_at_once_and_those_unknown_are_missing(ports: StatePorts) -> None:
    (user, _) = planned(ports, ADA, USER, in_group("engineers")).operations
    done(ports, user)
    wanted = [ResourceOf(subject, USER) for subject in (ADA, BOB)]
    assert ports.index.applied(wanted) == {wanted[0]: ports.subjects.load(ADA).applied[USER]}


def test_whoever_has_claimed_a_name_is_found_by_it(ports: StatePorts) -> None:
    planned(ports, ADA, USER, claims=("user-name:ada",))
    assert (ports.index.holder_of("user-name:ada"), ports.index.holder_of("user-name:bob")) == ("e-1001", "")


def test_whatever_has_an_id_of_aws_is_found_by_it_and_groups_that_are_being_created_by_their_kind(
    ports: StatePorts,
) -> None:
    (user, _) = planned(ports, ADA, USER, in_group("engineers")).operations
    engineers = Subject(SubjectKind.GROUP, "engineers")
    (group,) = planned(ports, engineers, Resource(ResourceKind.GROUP)).operations
    begun = [begin(ports, operation) for operation in (user, group)]
    assert ports.index.begun(SubjectKind.GROUP) == [engineers]
    assert ports.index.begun(SubjectKind.PERSON) == []
    for operation, reference in zip(begun, ("user_id", "group_id"), strict=True):
        made = replace(confirmed(operation.resource), references={reference: f"{reference}-1"})
        ports.queue.finish([end(operation, applied=made)])
    assert ports.index.begun(SubjectKind.GROUP) == []
    assert ports.index.identified(SubjectKind.PERSON, ["user_id-1", "user_id-2"]) == {"user_id-1": ADA}
    assert ports.index.identified(SubjectKind.GROUP, ["user_id-1", "group_id-1"]) == {"group_id-1": engineers}
    assert ports.index.ids(SubjectKind.PERSON) == {"user_id-1"}


def test_a_cursor_of_another_list_is_refused(ports: StatePorts) -> None:
    for person in (ADA, BOB):
        planned(ports, person, USER)
    cursor = ports.index.listed(SubjectKind.PERSON, cursor="", limit=1).cursor
    with pytest.raises(Invalid):
        ports.index.listed(SubjectKind.ACCOUNT, cursor=cursor, limit=1)
