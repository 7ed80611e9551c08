"""The port Records, in memory and over DynamoDB alike."""

from collections.abc import Callable

import pytest

from dayone.errors import Invalid
from dayone.model.operations import Action
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.records import Page
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    SHOP,
    USER,
    assigned,
    begin,
    cause,
    confirmed,
    done,
    doubtful,
    in_group,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)


def all_of[T](read: Callable[[str], Page[T]]) -> tuple[list[T], int]:
    """Every entry, and in how many pages they came."""
    entries, pages, cursor = list[T](), 0, ""
    while True:
        page = read(cursor)
        entries, pages, cursor = [*entries, *page.entries], pages + 1, page.cursor
        if not cursor:
            return entries, pages


class TestChanges:
    def test_the_newest_come_first_page_by_page(self, ports: StatePorts) -> None:
        for change in (MOVED, HIRED, LEFT):
            ports.changes.open(cause(change))
        found, pages = all_of(lambda cursor: ports.history.changes(cursor=cursor, limit=2))
        assert [change.id for change in found] == [LEFT, MOVED, HIRED]
        assert pages == 2

    def test_a_full_last_page_is_known_to_be_the_last(self, ports: StatePorts) -> None:
        for change in (MOVED, HIRED):
            ports.changes.open(cause(change))
        assert ports.history.changes(cursor="", limit=2).cursor == ""

    def test_without_any_there_is_one_empty_page(self, ports: StatePorts) -> None:
        assert ports.history.changes(cursor="", limit=2) == Page([])

    def test_one_comes_with_its_first_hundred_notes(self, ports: StatePorts) -> None:
        notes = tuple(f"note {number}" for number in range(70))
        planned(ports, BOB, notes=notes)
        planned(ports, ADA, notes=notes)
        change = ports.records.change(HIRED)
        assert change is not None
        assert change.notes == (*notes, *notes[:30])
        assert ports.history.changes(cursor="", limit=9).entries[0].notes == ()

    def test_an_unknown_one_is_none(self, ports: StatePorts) -> None:
        assert ports.records.change(HIRED) is None


class TestOperations:
    def test_they_come_by_subject_and_number_page_by_page(self, ports: StatePorts) -> None:
        of_bob = planned(ports, BOB, USER, in_group("a")).operations
        of_ada = planned(ports, ADA, USER, in_group("a"), in_group("b")).operations
        planned(ports, SHOP, assigned("ViewOnly", to="a"), change=MOVED)
        found, pages = all_of(lambda cursor: ports.records.operations(HIRED, cursor=cursor, limit=2))
        assert found == [*of_ada, *of_bob]
        assert pages == 3


class TestPlanInForce:
    def test_its_operations_come_by_number_and_those_of_an_older_plan_do_not(self, ports: StatePorts) -> None:
        planned(ports, ADA, in_group("a"))
        newer = planned(ports, ADA, USER, in_group("b"), change=MOVED, token="b2").operations
        planned(ports, BOB, USER, change=MOVED, token="b2")
        assert ports.records.plan_of(ports.records.subject(ADA).head) == [*newer]

    def test_a_plan_without_operations_leaves_the_one_before_in_force(self, ports: StatePorts) -> None:
        first = planned(ports, ADA, USER).operations
        planned(ports, ADA, change=MOVED)
        assert ports.records.plan_of(ports.records.subject(ADA).head) == [*first]

    def test_before_the_first_there_are_none(self, ports: StatePorts) -> None:
        assert ports.records.plan_of(ports.records.subject(ADA).head) == []


class TestMembers:
    def test_those_confirmed_in_the_group_are_listed(self, ports: StatePorts) -> None:
        for number in (3, 1, 2):
            person = Subject(SubjectKind.PERSON, f"e-{number}")
            for operation in planned(ports, person, in_group("engineers"), in_group("others")).operations:
                done(ports, operation)
        found, pages = all_of(lambda cursor: ports.records.members("engineers", cursor=cursor, limit=2))
        assert [member.person for member in found] == ["e-1", "e-2", "e-3"]
        assert found[0].membership == confirmed(in_group("engineers"), counted=True)
        assert pages == 2

    def test_one_that_was_begun_and_never_confirmed_is_not(self, ports: StatePorts) -> None:
        (operation,) = planned(ports, ADA, in_group("engineers")).operations
        ports.queue.begin(operation, doubt=doubtful(operation))
        assert ports.records.members("engineers", cursor="", limit=9).entries == []

    def test_one_that_is_being_removed_is_until_aws_confirms_it(self, ports: StatePorts) -> None:
        (creation,) = planned(ports, ADA, in_group("engineers")).operations
        done(ports, creation)
        (deletion,) = planned(
            ports, ADA, in_group("engineers"), change=LEFT, token="b2", action=Action.DELETE
        ).operations
        begun = begin(ports, deletion)
        assert [member.person for member in ports.records.members("engineers", cursor="", limit=9).entries] == [
            "e-1001"
        ]
        ports.queue.settle(begun, applied=confirmed(in_group("engineers")), doubt=doubtful(begun))
        (again,) = ports.runnable(limit=1)
        done(ports, again, applied=None)
        assert ports.records.members("engineers", cursor="", limit=9).entries == []


class TestAssignments:
    def test_what_the_group_has_is_listed_by_account_and_permission_set(self, ports: StatePorts) -> None:
        other = Subject(SubjectKind.ACCOUNT, "123456789013")
        mine = [assigned("ViewOnly", to="engineers"), assigned("Admin", to="engineers")]
        for account in (other, SHOP):
            for operation in planned(ports, account, *mine, assigned("ViewOnly", to="others")).operations:
                done(ports, operation)
        found, pages = all_of(lambda cursor: ports.records.assignments_of("engineers", cursor=cursor, limit=3))
        assert [(assignment.account, assignment.permission_set, assignment.group) for assignment in found] == [
            (SHOP.name, "Admin", "engineers"),
            (SHOP.name, "ViewOnly", "engineers"),
            (other.name, "Admin", "engineers"),
            (other.name, "ViewOnly", "engineers"),
        ]
        assert found[1].assignment == confirmed(mine[0], counted=True)
        assert pages == 2

    def test_the_accounts_are_known_in_which_a_person_has_something_alone(self, ports: StatePorts) -> None:
        alone = [assigned("ViewOnly", to="person:e-1001"), assigned("Admin", to="person:e-1001")]
        for operation in planned(ports, SHOP, *alone, assigned("ViewOnly", to="person:e-100")).operations:
            done(ports, operation)
        other = Subject(SubjectKind.ACCOUNT, "123456789013")
        (begun,) = planned(ports, other, alone[0]).operations
        ports.queue.begin(begun, doubt=doubtful(begun))
        assert list(ports.subjects.accounts_with("e-1001")) == [SHOP]
        assert list(ports.subjects.accounts_with("e-2")) == []


def test_a_subject_is_read_as_planning_reads_it(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    done(ports, operation)
    assert ports.records.subject(ADA) == ports.subjects.load(ADA)


class TestCursors:
    @pytest.mark.parametrize("cursor", ["?", "abcde", "AAAA", "bnVsbA", "e30", "eyJwayI6MX0", "ü", "_____w"])
    def test_what_is_no_cursor_is_invalid(self, ports: StatePorts, cursor: str) -> None:
        with pytest.raises(Invalid):
            ports.history.changes(cursor=cursor, limit=2)

    def test_one_of_another_list_is_invalid(self, ports: StatePorts) -> None:
        for change in (MOVED, HIRED):
            planned(ports, ADA, USER, in_group("a"), change=change, token=change)
        of_changes = ports.history.changes(cursor="", limit=1).cursor
        of_hired = ports.records.operations(HIRED, cursor="", limit=1).cursor
        assert of_changes
        assert of_hired
        with pytest.raises(Invalid):
            ports.records.operations(HIRED, cursor=of_changes, limit=1)
        with pytest.raises(Invalid):
            ports.records.operations(MOVED, cursor=of_hired, limit=1)
        with pytest.raises(Invalid):
            ports.history.changes(cursor=of_hired, limit=1)
