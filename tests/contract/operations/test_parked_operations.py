"""Operations that wait for a resource are out of their lanes and found by it, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Conflicting
from dayone.model.changes import ChangeFilter, ChangeState
from dayone.model.operations import Lane, Operation, OperationState, order_of
from dayone.model.subjects import ResourceOf, SubjectKind, group_named
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    USER,
    done,
    in_group,
    parked,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

ON = group_named("engineers")


def memberships(ports: StatePorts, count: int) -> list[Operation]:
    return list(planned(ports, ADA, *(in_group(f"g{number:03}") for number in range(count))).operations)


def waiting(ports: StatePorts, on: ResourceOf = ON) -> list[Operation]:
    """All that wait for it, read in pages."""
    found, after, is_first = list[Operation](), "", True
    while after or is_first:
        page, after = ports.queue.parked(on, after=after, limit=7)
        found.extend(page)
        is_first = False
    return found


def listed(ports: StatePorts) -> list[str]:
    return [operation.id for operation in ports.queue.waiting(Lane.MEMBERSHIPS, after="", limit=99)]


def test_what_is_parked_is_in_no_lane_and_is_found_by_what_it_waits_for(ports: StatePorts) -> None:
    first, second, third = memberships(ports, 3)
    waits = [parked(first, on=ON), parked(second, on=group_named("others"))]
    assert list(ports.queue.park(waits)) == waits
    assert listed(ports) == [third.id]
    assert waiting(ports) == waits[:1]
    assert waiting(ports, group_named("others")) == waits[1:]
    assert waiting(ports, group_named("engineer")) == []
    assert ports.records.operations(HIRED, cursor="", limit=1).entries == [waits[0]]


def test_a_page_begins_behind_the_one_before(ports: StatePorts) -> None:
    operations = memberships(ports, 20)
    waits = [parked(operation, on=ON) for operation in operations]
    assert list(ports.queue.park(waits)) == waits
    assert waiting(ports) == sorted(waits, key=order_of)


def test_what_is_woken_is_in_its_lane_again_and_waits_for_nothing(ports: StatePorts) -> None:
    operations = memberships(ports, 60)
    parked_now = ports.queue.park([parked(operation, on=ON) for operation in operations])
    ports.queue.unpark(parked_now)
    assert waiting(ports) == []
    assert not ports.queue.has_parked()
    assert listed(ports) == [operation.id for operation in operations]
    (woken,) = ports.records.operations(HIRED, cursor="", limit=1).entries
    assert (woken.is_parked, woken.awaits, woken.waiting_for) == (False, None, "")


def test_one_that_is_over_keeps_none_of_the_others_from_being_woken(ports: StatePorts) -> None:
    first, second, third = memberships(ports, 3)
    parked_now = ports.queue.park([parked(operation, on=ON) for operation in (first, second, third)])
    done(ports, second, state=OperationState.SUPERSEDED, untouched=True)
    ports.queue.unpark(parked_now)
    assert listed(ports) == [first.id, third.id]


def test_one_that_has_begun_is_not_parked(ports: StatePorts) -> None:
    (operation,) = memberships(ports, 1)
    done(ports, operation)
    assert list(ports.queue.park([parked(operation, on=ON)])) == []
    assert waiting(ports) == []


def test_one_whose_plan_is_not_in_force_any_more_is_not_parked_and_the_others_are(ports: StatePorts) -> None:
    (old,) = planned(ports, ADA, in_group("a"), change=HIRED).operations
    (other,) = planned(ports, BOB, in_group("a"), change=HIRED).operations
    planned(ports, ADA, in_group("b"), change=MOVED, token="b2")
    assert list(ports.queue.park([parked(old, on=ON), parked(other, on=ON)])) == [parked(other, on=ON)]
    assert old.id in listed(ports)


def test_an_attempt_ends_the_wait(ports: StatePorts) -> None:
    (operation,) = memberships(ports, 1)
    (waits,) = ports.queue.park([parked(operation, on=ON)])
    done(ports, waits)
    assert not ports.queue.has_parked()
    (ended,) = ports.records.operations(HIRED, cursor="", limit=1).entries
    assert (ended.is_parked, ended.awaits, ended.waiting_for) == (False, None, "")


def test_what_is_parked_is_open_and_nothing_that_can_be_done(ports: StatePorts) -> None:
    (operation,) = memberships(ports, 1)
    assert ports.due_work.has_runnable()
    ports.queue.park([parked(operation, on=ON)])
    assert ports.queue.has_parked()
    assert ports.due_work.has_parked()
    assert not ports.due_work.has_runnable()
    assert not ports.queue.is_at_rest(ADA)


def test_of_each_resource_that_is_waited_for_the_first_that_waits_is_known(ports: StatePorts) -> None:
    operations = memberships(ports, 9)
    others = [group_named(name) for name in ("others", "third")]
    waits = [parked(operation, on=(ON, *others)[number % 3]) for number, operation in enumerate(operations)]
    ports.queue.park(waits)
    for start in (0, 0.2, 0.5, 0.99):
        assert sorted(ports.waiting.first_parked(limit=9, start=start), key=order_of) == waits[:3]
        assert len(ports.waiting.first_parked(limit=2, start=start)) == 2


def test_where_many_resources_are_waited_for_each_is_come_upon(ports: StatePorts) -> None:
    operations = memberships(ports, 12)
    ports.queue.park([parked(operation, on=group_named(operation.resource.name)) for operation in operations])
    found = [
        operation.id for number in range(16) for operation in ports.waiting.first_parked(limit=4, start=number / 16)
    ]
    assert {*found} == {operation.id for operation in operations}


def test_one_that_is_to_be_tried_is_in_its_lane_and_tells_what_it_has_waited_for(ports: StatePorts) -> None:
    first, second = memberships(ports, 2)
    ports.queue.park([parked(first, on=ON), parked(second, on=ON)])
    (probe,) = ports.waiting.first_parked(limit=9, start=0.5)
    ports.waiting.probe(probe)
    assert listed(ports) == [first.id]
    (tried,) = ports.queue.read(ports.queue.waiting(Lane.MEMBERSHIPS, after="", limit=9))
    assert tried == replace(probe, is_parked=False)
    assert [operation.id for operation in waiting(ports)] == [second.id]


def test_the_resource_may_have_a_name_as_long_as_they_come(ports: StatePorts) -> None:
    (operation,) = memberships(ports, 1)
    on = ResourceOf(replace(ADA, kind=SubjectKind.GROUP, name="g" * 400), in_group("h" * 400))
    assert ports.queue.park([parked(operation, on=on)])
    assert [operation.id for operation in waiting(ports, on)] == [operation.id]


class TestBehindWhatIsHeld:
    """`HIRED` holds nothing itself; `MOVED` stands for a change that does."""

    def _parked(self, ports: StatePorts, number: int = 1) -> list[Operation]:
        return list(ports.queue.park([parked(operation, on=ON) for operation in memberships(ports, number)]))

    def _counts(self, ports: StatePorts) -> tuple[ChangeState, int, int]:
        change = ports.records.change(HIRED)
        assert change is not None
        return change.state, change.behind_held, change.held_elsewhere

    def test_what_waits_for_another_change_is_counted_and_listed_as_held_until_it_does_not(
        self, ports: StatePorts
    ) -> None:
        first, second = self._parked(ports, 2)
        first = ports.queue.hold_behind(first, change=MOVED)
        assert (first.held_by, self._counts(ports)) == (MOVED, (ChangeState.RUNNING, 0, 1))
        second = ports.queue.hold_behind(second, change=MOVED)
        assert self._counts(ports) == (ChangeState.HELD, 0, 2)
        assert waiting(ports) == [first, second]
        held = ports.history.changes(ChangeFilter(state=ChangeState.HELD), cursor="", limit=9).entries
        assert [change.id for change in held] == [HIRED]
        assert ports.queue.hold_behind(first, change="").held_by == ""
        assert self._counts(ports) == (ChangeState.RUNNING, 0, 1)

    def test_what_waits_for_its_own_change_goes_on_with_the_decision(self, ports: StatePorts) -> None:
        (operation,) = self._parked(ports)
        operation = ports.queue.hold_behind(operation, change=HIRED)
        # It holds nothing any more, so what the operation waits for is under way.
        assert self._counts(ports) == (ChangeState.RUNNING, 1, 0)
        assert ports.queue.hold_behind(operation, change=MOVED).held_by == MOVED
        assert self._counts(ports) == (ChangeState.HELD, 0, 1)

    def test_it_is_counted_once_and_only_as_it_was_read(self, ports: StatePorts) -> None:
        (operation,) = self._parked(ports)
        behind = ports.queue.hold_behind(operation, change=MOVED)
        assert ports.queue.hold_behind(behind, change=MOVED) == behind
        assert ports.queue.hold_behind(operation, change=MOVED) == behind
        with pytest.raises(Conflicting):
            ports.queue.hold_behind(operation, change=HIRED)
        assert self._counts(ports) == (ChangeState.HELD, 0, 1)

    def test_what_is_woken_waits_for_nothing_and_what_is_probed_still_does(self, ports: StatePorts) -> None:
        first, second = (ports.queue.hold_behind(each, change=MOVED) for each in self._parked(ports, 2))
        ports.queue.unpark([first])
        ports.waiting.probe(second)
        assert self._counts(ports) == (ChangeState.RUNNING, 0, 1)
        found = {each.id: each.held_by for each in ports.records.operations(HIRED, cursor="", limit=9).entries}
        assert found == {first.id: "", second.id: MOVED}

    def test_what_holds_a_resource_is_found_through_what_waits_for_it_in_turn(self, ports: StatePorts) -> None:
        (operation,) = self._parked(ports)
        assert ports.queue.held_by(operation.target) == ""
        ports.queue.hold_behind(operation, change=MOVED)
        assert ports.queue.held_by(operation.target) == MOVED
        assert ports.queue.held_by(ON) == ""


class TestReplacedPlans:
    def test_what_waits_of_the_plan_before_is_woken_and_nothing_else(self, ports: StatePorts) -> None:
        before = planned(ports, ADA, in_group("a"), in_group("b"), change=HIRED)
        (other,) = planned(ports, BOB, in_group("a"), change=HIRED).operations
        ports.queue.park([parked(operation, on=ON) for operation in (*before.operations, other)])
        after = planned(ports, ADA, in_group("c"), change=MOVED, token="b2")
        ports.queue.park([parked(operation, on=ON) for operation in after.operations])
        ports.changes.unpark_plan(before.after)
        assert listed(ports) == [operation.id for operation in before.operations]

    @pytest.mark.parametrize("has_third", [False, True])
    def test_of_which_plan_it_was_may_be_known_no_more(self, has_third: bool, ports: StatePorts) -> None:  # noqa: FBT001
        before = planned(ports, ADA, in_group("a"), change=HIRED)
        ports.queue.park([parked(operation, on=ON) for operation in before.operations])
        now = planned(ports, ADA, in_group("c"), change=LEFT, token="b2")
        if has_third:
            now = planned(ports, ADA, in_group("d"), change=MOVED, token="c3")
        ports.queue.park([parked(operation, on=ON, refused_since=NOW + timedelta(1)) for operation in now.operations])
        ports.changes.unpark_earlier(now.after)
        assert before.operations[0].id in listed(ports)
        assert not {operation.id for operation in now.operations} & {*listed(ports)}

    def test_a_subject_that_was_never_planned_has_nothing_to_be_woken(self, ports: StatePorts) -> None:
        head = ports.subjects.load(ADA).head
        ports.changes.unpark_plan(head)
        ports.changes.unpark_earlier(head)
        assert not ports.queue.has_parked()
        assert USER not in ports.subjects.load(ADA).applied
