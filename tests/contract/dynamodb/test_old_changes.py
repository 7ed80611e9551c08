"""Changes that have succeeded go from the table when their time is up, whole, and nothing else does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.adapters.dynamodb import change_counts
from dayone.adapters.dynamodb.change_counts import DynamoOldChanges
from dayone.model.operations import OperationState
from tests.contract.operations.test_transaction_conflicts import records_of
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, MOVED, NOW, USER, done, entry, in_group, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

_YEAR = timedelta(days=365)


@pytest.fixture
def on(state_table: StateTable) -> StatePorts:
    return ports_over(state_table)


def _of_changes(table: StateTable) -> set[str]:
    return {record["pk"]["S"].removeprefix("CHANGE#") for record in records_of(table) if "CHANGE#" in record["pk"]["S"]}


def _sweep(table: StateTable, *, limit: int = 100) -> int:
    return DynamoOldChanges(table.wrapped()).sweep(before=NOW + _YEAR, limit=limit)


def _succeeded(on: StatePorts) -> None:
    made = plan(on.subjects.load(ADA).head, USER, notes=("a note",), audit=[entry()])
    on.subjects.commit(made)
    done(on, made.operations[0])


def test_one_that_has_succeeded_goes_whole_and_its_subject_and_the_audit_log_stay(
    state_table: StateTable, on: StatePorts
) -> None:
    _succeeded(on)
    before, logged = on.subjects.load(ADA), on.logged()
    assert DynamoOldChanges(state_table.wrapped()).sweep(before=NOW - _YEAR, limit=9) == 0
    assert _of_changes(state_table) == {HIRED}
    assert _sweep(state_table) == 1
    assert _of_changes(state_table) == set()
    assert (on.subjects.load(ADA), on.logged()) == (before, logged)
    planned(on, ADA, in_group("a"), change=MOVED, token="b2")
    assert _sweep(state_table) == 0


def test_what_is_under_way_held_or_failed_stays(state_table: StateTable, on: StatePorts) -> None:
    planned(on, ADA, USER, change=HIRED)
    held = plan(on.subjects.load(BOB).head, USER, change=LEFT)
    on.subjects.commit(
        replace(held, operations=tuple(replace(each, state=OperationState.HELD) for each in held.operations))
    )
    failed = planned(on, replace(ADA, name="e-9"), USER, change=MOVED)
    done(on, failed.operations[0], state=OperationState.FAILED)
    for _ in range(3):
        assert _sweep(state_table) == 0
    assert _of_changes(state_table) == {HIRED, LEFT, MOVED}


def test_those_that_stay_keep_nothing_behind_them(state_table: StateTable, on: StatePorts) -> None:
    planned(on, BOB, USER, change=HIRED)
    made = planned(on, ADA, USER, change=MOVED)
    done(on, made.operations[0])
    assert [_sweep(state_table, limit=1) for _ in range(3)] == [0, 1, 0]
    assert _of_changes(state_table) == {HIRED}


def test_a_large_one_goes_in_parts_and_is_listed_until_the_last(
    state_table: StateTable, on: StatePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_counts, "_MOST_DELETED", 4)
    made = planned(on, ADA, *(in_group(f"g{number}") for number in range(6)))
    for operation in made.operations:
        done(on, operation)
    found = [_sweep(state_table) for _ in range(4)]
    assert sum(found) == 1
    assert found[0] == 0
    assert _of_changes(state_table) == set()
