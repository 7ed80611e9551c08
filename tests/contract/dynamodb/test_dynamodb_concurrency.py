"""Concurrency beyond the contracts' single caller: many callers at once, and callers that die half-way."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters.dynamodb.audit_log import appended
from dayone.adapters.dynamodb.keys import RecordKey, change_partition
from dayone.adapters.dynamodb.mapping import operation_record
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.errors import Conflicting, Outdated
from dayone.model.audit import first_break
from dayone.model.changes import CauseKind
from dayone.model.operations import Operation, OperationState
from dayone.model.policy.context import PolicyVersion
from dayone.model.preconditions import Precondition
from dayone.model.subjects import Subject, SubjectKind
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    USER,
    confirmed,
    doubtful,
    end,
    entry,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

THREADS = 6
PEOPLE = [Subject(SubjectKind.PERSON, f"e-{number}") for number in range(36)]


@pytest.fixture
def ports(state_table: StateTable) -> StatePorts:
    return ports_over(state_table)


class MovingTable(DynamoTable):
    """Something moves once, right after the first read."""

    def __init__(self, state_table: StateTable, move: Callable[[], object]) -> None:
        super().__init__(state_table.client, state_table.name)
        self._moves = [move]

    def get(self, key: RecordKey) -> dict[str, Any] | None:
        found = super().get(key)
        self._has_read()
        return found

    def query(self, condition: ConditionBase, **named: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever it takes
        found = list(super().query(condition, **named))
        self._has_read()
        return iter(found)

    def _has_read(self) -> None:
        if self._moves:
            self._moves.pop()()


def test_a_plan_from_a_state_that_moved_while_it_was_read_is_refused(
    state_table: StateTable, ports: StatePorts
) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    begun = ports.queue.begin(operation, doubt=doubtful(operation))
    assert begun is not None
    table = MovingTable(state_table, lambda: ports.queue.finish([end(begun, applied=confirmed(USER))]))
    mixed = DynamoSubjects(table).load(ADA).head
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(mixed, change=LEFT))


def at_once[T](*calls: Callable[[], T]) -> list[T | Conflicting]:
    """Return the results of the calls, all of them started together."""
    together = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Conflicting:
        together.wait()
        try:
            return call()
        except Conflicting as conflict:
            return conflict

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def conflicts(outcomes: Iterable[object]) -> int:
    return sum(isinstance(value, Conflicting) for value in outcomes)


class TestManyAtOnce:
    def test_planners_of_different_subjects_all_get_through_and_leave_whole_chains(self, ports: StatePorts) -> None:
        def plan_some(people: list[Subject]) -> None:
            for person in people:
                planned(ports, person, USER, audit=[entry(person), entry(person, action="again")])

        shares = [PEOPLE[first::THREADS] for first in range(THREADS)]
        outcomes = at_once(*(lambda share=share: plan_some(share) for share in shares))
        assert outcomes == [None] * THREADS
        change = ports.records.change(HIRED)
        assert change is not None
        assert (change.planned, change.operations) == (len(PEOPLE), len(PEOPLE))
        assert len(ports.logged()) == 2 * len(PEOPLE)
        assert len(ports.chains()) > 1
        assert all(first_break(chain) is None for chain in ports.chains())

    def test_plans_of_a_change_of_many_are_counted_once_each_however_many_plan(
        self, ports: StatePorts, state_table: StateTable
    ) -> None:
        def plan_some(people: list[Subject]) -> None:
            for person in people:
                made = plan(ports.subjects.load(person).head, USER, in_group("a"))
                ports.subjects.commit(replace(made, cause=replace(made.cause, kind=CauseKind.POLICY)))

        outcomes = at_once(*(lambda first=first: plan_some(PEOPLE[first::THREADS]) for first in range(THREADS)))
        assert outcomes == [None] * THREADS
        change = ports.records.change(HIRED)
        assert change is not None
        assert (change.planned, change.operations) == (len(PEOPLE), 2 * len(PEOPLE))
        beside = state_table.wrapped().query(Key("pk").eq(change_partition(HIRED)) & Key("sk").begins_with("COUNT#"))
        assert list(beside) == []

    def test_writers_of_one_lane_queue_up_behind_each_other(self, ports: StatePorts, state_table: StateTable) -> None:
        table = state_table.wrapped()

        def append(number: int) -> None:
            # On a day of its own: only the lane's end keeps two from following the same entry.
            said = [entry(detail=str(number), at=NOW + timedelta(days=number))]
            for _ in range(5):
                table.transact(lambda: appended(table, said, lane="policy"), what="logging")

        outcomes = at_once(*(lambda number=number: append(number) for number in range(THREADS)))
        assert outcomes == [None] * THREADS
        (chain,) = ports.chains()
        assert len(chain) == 5 * THREADS
        assert first_break(chain) is None

    def test_of_planners_of_the_same_subject_one_wins(self, ports: StatePorts) -> None:
        before = ports.subjects.load(ADA).head
        plans = [plan(before, USER, change=f"{HIRED}{number}", token=f"t{number}") for number in range(THREADS)]
        outcomes = at_once(*(lambda entry=plan: ports.subjects.commit(entry) for plan in plans))
        assert conflicts(outcomes) == THREADS - 1
        (left,) = ports.runnable(limit=99)
        assert left.generation == ports.queue.generation_of(ADA)

    def test_of_executors_that_begin_the_same_operation_one_calls_aws(self, ports: StatePorts) -> None:
        (operation,) = planned(ports, ADA, USER).operations
        begin = [lambda: ports.queue.begin(operation, doubt=doubtful(operation))] * THREADS
        assert conflicts(at_once(*begin)) == THREADS - 1
        assert ports.subjects.load(ADA).head.revision == 2

    def test_an_operation_ends_once_however_many_say_so(self, ports: StatePorts) -> None:
        (operation,) = planned(ports, ADA, USER).operations
        finish = [lambda: ports.queue.finish([end(operation, applied=confirmed(USER))])] * THREADS
        assert at_once(*finish) == [None] * THREADS
        change = ports.records.change(HIRED)
        assert change is not None
        assert change.succeeded == 1
        assert ports.subjects.load(ADA).head.outstanding == 0
        assert len(ports.logged()) == 1

    def test_ends_and_plans_of_the_same_subject_lose_no_count(self, ports: StatePorts) -> None:
        operations = planned(ports, ADA, *(in_group(f"g{number}") for number in range(8))).operations

        def plan_again() -> None:
            for number in range(20):
                try:
                    planned(ports, ADA, change=f"{MOVED}{number}", policy_version=number)
                except Conflicting:
                    continue

        def finish_all() -> None:
            for operation in operations:
                ports.queue.finish([end(operation, applied=confirmed(operation.resource))])

        assert at_once(plan_again, finish_all) == [None, None]
        assert ports.subjects.load(ADA).head.outstanding == 0

    def test_uploads_get_numbers_of_their_own(self, ports: StatePorts) -> None:
        def add(change: str) -> PolicyVersion:
            return ports.archive.add("a", file="policy.yaml", actor="ops", at=NOW, change=change)

        uploads = [partial(add, f"01KQ-{number}") for number in range(THREADS)]
        versions = sorted(
            policy_version.version
            for policy_version in at_once(*uploads)
            if not isinstance(policy_version, Conflicting)
        )
        assert versions == list(range(1, THREADS + 1))

    def test_of_uploads_that_rest_on_the_same_version_one_is_kept(self, ports: StatePorts) -> None:
        first = Precondition(must_be_new=True)

        def add(change: str) -> PolicyVersion | None:
            try:
                return ports.archive.add("a", file="", actor="ops", at=NOW, change=change, precondition=first)
            except Outdated:
                return None

        kept = at_once(*(partial(add, f"01KQ-{number}") for number in range(THREADS)))
        assert [policy_version.version for policy_version in kept if isinstance(policy_version, PolicyVersion)] == [1]


class TestAPlannerThatDiesHalfWay:
    """Operations of a large plan are written before the plan; here the plan itself never came."""

    @pytest.fixture
    def orphan(self, ports: StatePorts, state_table: StateTable) -> Operation:
        planned(ports, ADA, in_group("a"))
        made = plan(ports.subjects.load(ADA).head, USER, change=MOVED, token="dead").operations[0]
        state_table.wrapped().put_all([operation_record(made)])
        return made

    def test_its_operations_do_not_begin(self, ports: StatePorts, orphan: Operation) -> None:
        with pytest.raises(Conflicting):
            ports.queue.begin(orphan, doubt=doubtful(orphan))
        assert USER not in ports.subjects.load(ADA).applied

    def test_the_next_plan_supersedes_them_and_they_count_nowhere(self, ports: StatePorts, orphan: Operation) -> None:
        planned(ports, ADA, USER, change=MOVED, token="b2")
        assert ports.queue.begin(orphan, doubt=doubtful(orphan)) is None
        ports.queue.finish([end(orphan, state=OperationState.SUPERSEDED, untouched=True)])
        assert orphan.id not in {operation.id for operation in ports.runnable(limit=9)}
        change = ports.records.change(MOVED)
        assert change is not None
        assert (change.operations, change.superseded) == (1, 0)
        assert ports.subjects.load(ADA).head.outstanding == 1

    def test_those_of_a_subject_without_a_head_can_be_ended_too(
        self, ports: StatePorts, state_table: StateTable
    ) -> None:
        made = plan(ports.subjects.load(BOB).head, USER, change=LEFT).operations[0]
        state_table.wrapped().put_all([operation_record(made)])
        ports.queue.finish([end(made, state=OperationState.SUPERSEDED, untouched=True)])
        assert list(ports.runnable(limit=9)) == []
        assert ports.subjects.load(BOB).head.revision == 0
