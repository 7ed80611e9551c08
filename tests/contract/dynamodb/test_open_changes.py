"""Changes that stay open are found by a mark, over DynamoDB: whenever that is set, none of them is missed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import changes as dynamodb_history
from dayone.adapters.dynamodb.changes import DynamoHistory
from dayone.adapters.dynamodb.keys import OPEN, RecordKey
from dayone.adapters.dynamodb.leases import DynamoOpenChanges, DynamoOpenMarks
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.messages.codec import Record
from dayone.model.changes import ChangeFilter, ChangeState, ulid_of
from dayone.model.operations import Operation
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import ADA, BOB, HIRED, NOW, USER, cause, done, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

RUNNING = ChangeFilter(state=ChangeState.RUNNING)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def ports(state_table: StateTable) -> StatePorts:
    return ports_over(state_table)


@pytest.fixture
def table(state_table: StateTable) -> DynamoTable:
    return DynamoTable(state_table.client, state_table.name)


def hired(ports: StatePorts, number: int, *, is_open: bool) -> Operation | None:
    """A person of this number is hired in this minute; the operation that is left, if any is."""
    at = NOW + timedelta(minutes=number)
    subject = replace(ADA, name=f"e-{number}")
    made = plan(ports.subjects.load(subject).head, *([USER] if is_open else []), change=change_of(number))
    ports.subjects.commit(replace(made, cause=replace(made.cause, at=at)))
    return made.operations[0] if is_open else None


def change_of(number: int) -> str:
    return ulid_of(NOW + timedelta(minutes=number), name=str(number))


def running(table: DynamoTable, *, limit: int = 10) -> list[str]:
    found, cursor = list[str](), ""
    while True:
        page = DynamoHistory(table).changes(RUNNING, cursor=cursor, limit=limit)
        found += [change.id for change in page.entries]
        cursor = page.cursor
        if not cursor:
            return found


def marked(table: DynamoTable) -> list[str]:
    return [str(record["listed_as"]) for record in table.query(Key("listed_in").eq(OPEN), index="listing")]


def sweep(table: DynamoTable, *, limit: int = 10) -> None:
    DynamoOpenChanges(table).sweep(before=LATER, limit=limit)


def test_one_that_stays_open_is_found_however_many_are_over_since(
    ports: StatePorts, table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb_history, "_MOST_LOOKED_AT", 2)
    hired(ports, 0, is_open=True)
    for number in range(1, 6):
        hired(ports, number, is_open=False)
    sweep(table)
    assert [change.id for change in DynamoHistory(table).changes(RUNNING, cursor="", limit=5).entries] == [change_of(0)]


@pytest.mark.parametrize("sweeps", range(5))
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_however_far_the_sweep_has_come_each_is_listed_once_the_newest_first(
    ports: StatePorts, table: DynamoTable, sweeps: int, limit: int
) -> None:
    for number in range(4):
        hired(ports, number, is_open=number != 1)
    for _ in range(sweeps):
        sweep(table, limit=1)
    assert running(table, limit=limit) == [change_of(3), change_of(2), change_of(0)]


def test_a_sweep_between_two_pages_hides_nothing(ports: StatePorts, table: DynamoTable) -> None:
    for number in range(4):
        hired(ports, number, is_open=True)
    first = DynamoHistory(table).changes(RUNNING, cursor="", limit=2)
    sweep(table)
    second = DynamoHistory(table).changes(RUNNING, cursor=first.cursor, limit=5)
    assert [change.id for change in (*first.entries, *second.entries)] == [change_of(number) for number in (3, 2, 1, 0)]


def test_those_that_are_younger_are_left_to_the_next_sweep(ports: StatePorts, table: DynamoTable) -> None:
    for number in range(3):
        hired(ports, number, is_open=True)
    DynamoOpenChanges(table).sweep(before=NOW + timedelta(minutes=2), limit=10)
    assert len(marked(table)) == 2
    assert running(table) == [change_of(2), change_of(1), change_of(0)]
    sweep(table)
    assert len(marked(table)) == 3


def test_one_that_is_over_loses_its_mark_however_many_others_there_are(ports: StatePorts, table: DynamoTable) -> None:
    operations = [hired(ports, number, is_open=True) for number in range(5)]
    sweep(table)
    for operation in filter(None, operations[2:]):
        done(ports, operation)
    for _ in range(3):
        sweep(table, limit=2)
    assert len(marked(table)) == 2
    assert running(table) == [change_of(1), change_of(0)]


def test_one_that_opens_while_its_mark_is_taken_keeps_it(ports: StatePorts, state_table: StateTable) -> None:
    table = MeanwhileTable(state_table, lambda: planned(ports, BOB, USER))
    operation = planned(ports, ADA, USER).operations[0]
    sweep(table)
    done(ports, operation)
    table.is_slow = True
    sweep(table)
    assert (len(marked(table)), running(table)) == (1, [HIRED])


def test_one_that_is_marked_late_is_found(ports: StatePorts, table: DynamoTable) -> None:
    hired(ports, 0, is_open=False)
    sweep(table)
    hired(ports, -5, is_open=True)
    assert running(table) == []
    DynamoOpenMarks(table).mark([replace(cause(change_of(-5)), at=NOW - timedelta(minutes=5)).place] * 2)
    assert running(table) == [change_of(-5)]


class MeanwhileTable(DynamoTable):
    """Somebody does something once, between a read of many and what is made of it."""

    def __init__(self, state_table: StateTable, meanwhile: Callable[[], object]) -> None:
        super().__init__(state_table.client, state_table.name)
        self._meanwhile = meanwhile
        self.is_slow = False

    def get_all(self, keys: Iterable[RecordKey]) -> Iterator[Record]:
        found = list(super().get_all(keys))
        if self.is_slow:
            self.is_slow = False
            self._meanwhile()
        yield from found
