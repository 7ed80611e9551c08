"""Writers that meet in DynamoDB: every write to the state is tried again, whole, and at the end refused, whole.

Neither emulator has two transactions meet, so what DynamoDB says then is put between adapter and server.
"""

import ast
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dayone.adapters.dynamodb import table as dynamodb_table
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import Put, Single, Write
from dayone.errors import Conflicting, Throttled, Unavailable, Unreachable
from tests.contract.dynamodb_faults import (
    WRITES,
    Fault,
    Faults,
    canceled_as_throttled,
    conflict,
    conflict_everywhere,
    half_processed,
    in_progress,
    nothing_processed,
    over_capacity,
    throttled,
)
from tests.contract.dynamodb_local import why_not_here
from tests.contract.state_ports import StateTable
from tests.contract.state_tables import fresh_table
from tests.contract.transaction_cases import CASES, Adapters, Case, adapters_over

pytest_plugins = ("tests.contract.state_fixtures",)

Records = list[Mapping[str, Any]]
# Counts what has moved, and may count it twice.
_REVISION = "revision"
_MANY = [{"pk": "A", "sk": f"{number:03}"} for number in range(40)]


def records_of(table: StateTable) -> Records:
    pages = table.client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return sorted((record for page in pages for record in page["Items"]), key=str)


def without_revisions(records: Records) -> Records:
    return [{name: value for name, value in record.items() if name != _REVISION} for record in records]


def faulty(table: StateTable) -> tuple[StateTable, Faults]:
    """The same table through a client that can be given faults, in a process that does not sleep."""
    faults = Faults(table.connect())
    return replace(table, client=faults.client, pause=lambda _seconds: None), faults


@dataclass(frozen=True)
class Undisturbed:
    """A call as it goes without faults: what it returns, and the table before each of its writes and after."""

    result: object
    stages: list[Records]


def undisturbed(case: Case, table: StateTable) -> Undisturbed:
    with another(table) as calm:
        watched, stages = replace(calm, client=table.connect()), list[Records]()
        prepared = case.prepare(adapters_over(calm))
        for name in ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"):
            watched.client.meta.events.register(
                f"before-send.dynamodb.{name}", lambda **_: stages.append(records_of(calm))
            )
        result = case.call(adapters_over(watched), prepared)
        return Undisturbed(result, [*stages, records_of(calm)])


@contextmanager
def another(table: StateTable) -> Iterator[StateTable]:
    with fresh_table(table.client) as name:
        yield replace(table, name=name)


@pytest.fixture(autouse=True)
def _same_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry of the audit log has a salt of its own, by which two tables with the same in them would differ."""
    monkeypatch.setattr(secrets, "token_hex", lambda size: "5a" * size)


@pytest.fixture
def state_table(request: pytest.FixtureRequest) -> StateTable:
    """In one of the two: what is tried here is what our side does about an answer, whoever gives it."""
    table: StateTable = request.getfixturevalue("table_in_ministack" if why_not_here() else "table_in_dynamodb_local")
    return table


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize(("fault", "times"), [(conflict, 1), (conflict_everywhere, 2)], ids=["once", "twice"])
@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_meets_others_is_tried_again_and_ends_the_same(
    state_table: StateTable, case: Case, fault: Fault, times: int
) -> None:
    usual = undisturbed(case, state_table)
    through, faults = faulty(state_table)
    prepared = case.prepare(adapters_over(state_table))
    faults.before_each(WRITES, fault, times=times)
    assert case.call(adapters_over(through), prepared) == usual.result
    assert faults.met == times * (len(usual.stages) - 1)
    assert records_of(state_table) == usual.stages[-1]


@pytest.mark.parametrize(
    ("fault", "error"),
    [(conflict, Conflicting), (canceled_as_throttled, Throttled)],
    ids=["conflicts", "throttled"],
)
@pytest.mark.parametrize("case", [case for case in CASES if not case.leaves_doubt], ids=named)
def test_what_never_gets_through_leaves_nothing_half_and_succeeds_when_it_is_asked_again(
    state_table: StateTable, case: Case, fault: Fault, error: type[Unavailable]
) -> None:
    usual = undisturbed(case, state_table)
    for number in {0, len(usual.stages) - 2}:
        with another(state_table) as table:
            through, faults = faulty(table)
            prepared = case.prepare(adapters_over(table))
            before = records_of(table)
            faults.for_ever(WRITES, fault, after=number)
            with pytest.raises(error):
                case.call(adapters_over(through), prepared)
            # After a throttle, too, nobody carries out what no plan in force has; the next plan supersedes it.
            is_clean = case.takes_back and error is Conflicting and not number
            assert records_of(table) == (before if is_clean else usual.stages[number])
            faults.clear()
            assert case.call(adapters_over(through), prepared) == usual.result
            assert without_revisions(records_of(table)) == without_revisions(usual.stages[-1])


@pytest.mark.parametrize("case", [case for case in CASES if case.takes_back], ids=named)
def test_what_may_have_got_through_is_not_taken_back(state_table: StateTable, case: Case) -> None:
    usual = undisturbed(case, state_table)
    through, faults = faulty(state_table)
    prepared = case.prepare(adapters_over(state_table))
    faults.for_ever(WRITES, in_progress)
    with pytest.raises(Unreachable):
        case.call(adapters_over(through), prepared)
    assert records_of(state_table) == usual.stages[0]


class TestOtherCalls:
    """Calls other than transactions: single reads, queries and batches."""

    @pytest.fixture
    def storm(self, state_table: StateTable) -> tuple[DynamoTable, Faults]:
        through, faults = faulty(state_table)
        return through.wrapped(), faults

    @pytest.mark.parametrize("fault", [throttled, over_capacity])
    @pytest.mark.parametrize(
        ("operation", "call"),
        [
            (WRITES, lambda table: table.write(Put({"pk": "A", "sk": "1"}), what="writing")),
            ("BatchWriteItem", lambda table: table.put_all(_MANY)),
            ("BatchGetItem", lambda table: list(table.get_all([RecordKey("A", "1")]))),
            ("GetItem", lambda table: table.get(RecordKey("A", "1"))),
        ],
        ids=["written", "batch written", "batch read", "read"],
    )
    def test_too_much_at_once_passes_or_is_a_throttle(
        self,
        storm: tuple[DynamoTable, Faults],
        fault: Fault,
        operation: str,
        call: Callable[[DynamoTable], object],
    ) -> None:
        table, faults = storm
        faults.before_each(operation, fault, times=1)
        call(table)
        assert faults.met
        faults.for_ever(operation, fault)
        with pytest.raises(Throttled):
            call(table)

    @pytest.mark.parametrize("is_half", [True, False])
    def test_a_batch_that_is_done_in_parts_is_done_whole(
        self,
        storm: tuple[DynamoTable, Faults],
        state_table: StateTable,
        is_half: bool,  # noqa: FBT001
    ) -> None:
        table, faults = storm
        fault = half_processed(state_table.client) if is_half else nothing_processed
        for operation in ("BatchWriteItem", "BatchGetItem"):
            faults.before_each(operation, fault, times=2)
        table.put_all(_MANY)
        assert len(records_of(state_table)) == len(_MANY)
        read = table.get_all(RecordKey(record["pk"], record["sk"]) for record in _MANY)
        assert sorted(read, key=str) == _MANY
        table.delete_all(RecordKey(record["pk"], record["sk"]) for record in _MANY[:30])
        assert len(records_of(state_table)) == 10

    def test_a_batch_that_is_never_done_is_neither_done_nor_empty(self, storm: tuple[DynamoTable, Faults]) -> None:
        table, faults = storm
        for operation in ("BatchWriteItem", "BatchGetItem"):
            faults.for_ever(operation, nothing_processed)
        with pytest.raises(Throttled):
            table.put_all(_MANY)
        with pytest.raises(Throttled):
            list(table.get_all([RecordKey("A", "1")]))


class TestTheCases:
    def test_every_method_that_writes_under_a_condition_is_among_them(
        self, state_table: StateTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        called = set[str]()
        transact, write = DynamoTable.transact, DynamoTable.write

        def noted(
            self: DynamoTable,
            build: Callable[[], Mapping[str, Write]],
            **given: Any,  # noqa: ANN401
        ) -> frozenset[str]:
            called.add(sys._getframe(1).f_code.co_qualname)
            return transact(self, build, **given)

        def noted_alone(self: DynamoTable, single: Single, *, what: str) -> bool:
            called.add(sys._getframe(1).f_code.co_qualname)
            return write(self, single, what=what)

        monkeypatch.setattr(DynamoTable, "transact", noted)
        monkeypatch.setattr(DynamoTable, "write", noted_alone)
        for case in CASES:
            with another(state_table) as table:
                on: Adapters = adapters_over(table)
                prepared = case.prepare(on)
                called_before, called = called, set[str]()
                case.call(on, prepared)
                assert called, case.name
                called |= called_before
        assert called == set(_that_write())


def _that_write() -> Iterator[str]:
    """The qualified name of each function among the adapters that has a table write under a condition."""
    folder = Path(dynamodb_table.__file__).parent
    for path in (*folder.glob("*.py"), folder.parent / "company_plans.py"):
        if path.name == Path(dynamodb_table.__file__).name:
            continue
        tree = ast.parse(path.read_text())
        methods = [
            (f"{part.name}.{method.name}", method)
            for part in tree.body
            if isinstance(part, ast.ClassDef)
            for method in part.body
            if isinstance(method, ast.FunctionDef)
        ]
        functions = [(part.name, part) for part in tree.body if isinstance(part, ast.FunctionDef)]
        for name, function in [*methods, *functions]:
            if any(_is_transaction(node) for node in ast.walk(function)):
                yield name


def _is_transaction(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="transact" | "write"), keywords=keywords):
            return any(keyword.arg == "what" for keyword in keywords)
    return False
