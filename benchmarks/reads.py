"""Cost of reading: calls and units of DynamoDB for queries, and for deliveries without effect.

Counted over the adapters and a table in memory by DynamoDB's rules, so exact on any machine. Each query is made in a
small company and in one ten times as large: equal costs do not depend on their size.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from benchmarks.convergence import account_id
from benchmarks.costs import WORK
from benchmarks.dynamodb.in_memory import MemoryDynamo
from benchmarks.figures.measuring import Figure, report, wants_json
from dayone.access.queries import list_subjects
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.change_counts import holding, mark_failed
from dayone.adapters.dynamodb.changes import DynamoHistory, DynamoProgress
from dayone.adapters.dynamodb.leases import DynamoOpenChanges, DynamoTurn
from dayone.adapters.dynamodb.mapping import (
    applied_record,
    change_parts,
    head_record,
    operation_record,
    planned_record,
    progress_record,
)
from dayone.adapters.dynamodb.policies import DynamoPolicyArchive
from dayone.adapters.dynamodb.read_models import DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.changes.progress import Followed, follow_change
from dayone.executor.rate_limits import Budgets
from dayone.lookups import Window
from dayone.messages.codec import Record
from dayone.model.changes import Cause, CauseKind, ChangeFilter, ChangeState, ulid_of
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import ITSELF, Reason, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.builders import NOON, a_person, an_account, an_operation, confirmed
from tests.fakes.overview import memory_overview
from tests.fakes.table.state import State

if TYPE_CHECKING:
    from dayone.model.accounts import Account
    from dayone.model.people import Person

# Counts, so exact on any machine: it runs in the tests.
QUICK = True
_SMALL, _LARGE = 500, 5_000
_PAGE = 100
# As many as the API answers with when nobody says how many.
_USUAL = 25
_TEXT = "# a policy\n" * 9_000
_MARKS = {ChangeState.HELD: holding, ChangeState.FAILED: mark_failed}
_TO_LOOK_AT = (*_MARKS, ChangeState.RUNNING, ChangeState.PLANNING)
# Of those that are open, two more: how far the sweep has come, and what is newer than that.
_BY_CALLS = {
    **dict.fromkeys(
        ("the one change that is held", "the one change that is failed", "the one change of its kind"), 2.0
    ),
    **dict.fromkeys(("the one change that is running", "the one change that is planning"), 4.0),
    **dict.fromkeys(("a hundred persons", "a hundred accounts", "a hundred groups", "a hundred permission-sets"), 2.0),
}
_BY_UNITS = {
    "a look at a change of persons": 10.0,
    "a look at a change of accounts": 10.0,
    "the versions of a policy": 10.0,
}
_BESIDE = (
    "two records lie beside each in the index, how its plan goes on and what it is at AWS, and BatchGetItem takes a "
    "hundred; in the index each would be written once more whenever it changes"
)
_EXPECTED = {
    **{f"a hundred {kind}": (3.0, _BESIDE) for kind in ("persons", "groups", "permission-sets")},
}
_WRITTEN = {"an echo of HR": 3.0, "an account that has not changed": 0.0}


@dataclass(frozen=True)
class Cost:
    """Cost of a query."""

    calls: int
    units: float


class Table:
    """A table in memory with its meter."""

    def __init__(self) -> None:
        self.client = MemoryDynamo()
        client: Any = self.client
        self.adapter = DynamoTable(client, "state", pause=lambda _: None)

    def cost(self, ask: Callable[[DynamoTable], object]) -> Cost:
        """Return the cost of one query."""
        before = self.client.meter.copy()
        ask(self.adapter)
        spent = self.client.meter - before
        return Cost(sum(spent.calls.values()), sum(spent.reads.values()))


def _cause(number: int) -> Cause:
    at = NOON + timedelta(minutes=number)
    change = ulid_of(at, name=f"change {number}")
    return Cause(change=change, kind=CauseKind.HR_EVENT, actor="hr:standard", reference=f"evt-{number}", at=at)


def _change_record(cause: Cause, **counts: int) -> Record:
    return {
        **change_keys.change_key(cause.change)._asdict(),
        **change_parts(cause),
        "subjects": 1,
        "planned": 1,
        **counts,
    }


def one_among(changes: int, *, state: ChangeState) -> Cost:
    """Find the oldest of so many changes, the only one in this state."""
    table = Table()
    table.adapter.put_all(_change_record(_cause(number)) for number in range(1, changes))
    oldest = _cause(0)
    counts = {ChangeState.HELD: {"held": 1}, ChangeState.FAILED: {"failed": 1}, ChangeState.PLANNING: {"planned": 0}}
    table.adapter.put_all([_change_record(oldest, **{"operations": 1, **counts.get(state, {})})])
    if state in _MARKS:
        table.adapter.transact(lambda: _MARKS[state](oldest.place), what="marking it")
    for _ in range(changes // 100 + 1):
        DynamoOpenChanges(table.adapter).sweep(before=NOON + timedelta(days=400), limit=100)
    return table.cost(partial(_is_found, ChangeFilter(state=state), change=oldest.change))


def one_of_a_kind(changes: int) -> Cost:
    """Find the oldest of so many changes, the only one that a grant has made."""
    table = Table()
    table.adapter.put_all(_change_record(_cause(number)) for number in range(1, changes))
    oldest = replace(_cause(0), kind=CauseKind.GRANT)
    table.adapter.put_all([_change_record(oldest)])
    return table.cost(partial(_is_found, ChangeFilter(kind=CauseKind.GRANT), change=oldest.change))


def _is_found(query: ChangeFilter, over: DynamoTable, *, change: str) -> None:
    page = DynamoHistory(over).changes(query, cursor="", limit=_USUAL)
    assert ([found.id for found in page.entries], page.cursor) == ([change], "")


def look_at(subjects: int, *, kind: SubjectKind) -> Cost:
    """Read a change in progress, with an operation for each of its subjects."""
    table, cause = Table(), _cause(0)
    table.adapter.put_all(record for number in range(subjects) for record in _planned(number, cause=cause, kind=kind))
    counts = {"subjects": subjects, "planned": subjects, "operations": subjects, "left_assignments": subjects}
    table.adapter.put_all([{**_change_record(cause), **counts}])

    def ask(over: DynamoTable) -> None:
        overview = replace(memory_overview(State()), history=DynamoHistory(over))
        ports: Any = SimpleNamespace(
            records=DynamoRecords(over),
            progress=DynamoProgress(over),
            overview=overview,
            quotas=DynamoTurn(over),
            budgets=Budgets(),
            clock=lambda: NOON,
        )
        followed = follow_change(cause.change, window=Window(limit=_USUAL), ports=ports)
        assert isinstance(followed, Followed)
        assert (followed.change.operations, len(followed.operations.entries)) == (subjects, _USUAL)

    return table.cost(ask)


def _planned(number: int, *, cause: Cause, kind: SubjectKind) -> Iterator[Record]:
    subject = Subject(kind, account_id(number) if kind is SubjectKind.ACCOUNT else f"e-{number:06}")
    is_account = kind is SubjectKind.ACCOUNT
    resource = (
        Resource(ResourceKind.ASSIGNMENT, "ViewOnly/engineers")
        if is_account
        else Resource(ResourceKind.MEMBERSHIP, "engineers")
    )
    operation = an_operation(subject=subject, resource=resource)
    requires = (ResourceOf(subject, Resource(ResourceKind.USER)), ResourceOf(subject, Resource(ResourceKind.GROUP)))
    reasons = (Reason("policy.yaml:12", "department is Engineering and title matches *SRE*"),)
    operation = replace(
        operation, change=cause.change, created_at=cause.at, requires=requires, reasons=reasons, called=("", "")
    )
    after = Head(subject=subject, generation=operation.generation, change=cause.change)
    yield planned_record(Plan(cause=cause, before=Head(subject=subject), after=after, operations=(operation,)))
    yield operation_record(operation)


def a_list(kind: SubjectKind, *, of: int) -> Cost:
    """Read a page of a hundred subjects of a kind, among so many."""
    table = Table()
    table.adapter.put_all(record for number in range(of) for record in _subject(number, kind=kind))

    def ask(over: DynamoTable) -> None:
        page = list_subjects(kind, window=Window(limit=_PAGE), index=DynamoSubjectIndex(over))
        assert len(page.entries) == _PAGE

    return table.cost(ask)


def _subject(number: int, *, kind: SubjectKind) -> Iterator[Record]:
    subject = Subject(kind, account_id(number) if kind is SubjectKind.ACCOUNT else f"{kind}-{number:06}")
    facts: Mapping[SubjectKind, Person | Account] = {
        SubjectKind.PERSON: a_person(subject.name),
        SubjectKind.ACCOUNT: an_account(subject.name),
    }
    head = Head(subject=subject, fact=facts.get(kind), revision=1)
    yield from (head_record(head), progress_record(head))
    if kind in ITSELF:
        of = ResourceOf(subject, ITSELF[kind])
        yield applied_record(confirmed(of.resource, attributes={"name": subject.name}), of=of)


def versions(number: int) -> Cost:
    """List the newest versions of a policy of a hundred kilobytes, of so many."""
    table = Table()
    archive = DynamoPolicyArchive(table.adapter)
    for each in range(number):
        at = NOON + timedelta(hours=each)
        archive.add(f"# {each}\n{_TEXT}", file="policy.yaml", actor="arn:ada", at=at, change=_cause(each).change)
    return table.cost(lambda over: DynamoPolicyArchive(over).versions(cursor="", limit=_USUAL))


KINDS = (SubjectKind.PERSON, SubjectKind.ACCOUNT, SubjectKind.GROUP, SubjectKind.PERMISSION_SET)


def measured() -> tuple[list[Figure], list[str]]:
    """Return all figures, and notes."""
    sizes: Mapping[str, Callable[[int], Cost]] = {
        **{f"the one change that is {state}": partial(one_among, state=state) for state in _TO_LOOK_AT},
        "the one change of its kind": one_of_a_kind,
        **{f"a look at a change of {kind}s": partial(look_at, kind=kind) for kind in KINDS[:2]},
        **{f"a hundred {kind}s": lambda size, kind=kind: a_list(kind, of=size // 5) for kind in KINDS},  # type: ignore[misc]
        "the versions of a policy": lambda size: versions(size // 20),
    }
    costs = {name: (ask(_SMALL), ask(_LARGE)) for name, ask in sizes.items()}
    growth = max(large.units / small.units for small, large in costs.values())
    found = [
        _figure(f"calls: {name}", float(large.calls), _BY_CALLS[name])
        for name, (_, large) in costs.items()
        if name in _BY_CALLS
    ]
    units = [Figure(f"read units: {name}", costs[name][1].units, most) for name, most in _BY_UNITS.items()]
    written = [Figure(f"write units: {name}", float(WORK[name]().write_units), most) for name, most in _WRITTEN.items()]
    figures = [*found, *units, *written, Figure("times as much for ten times as many", growth, 1.05)]
    return figures, [f"of {_SMALL:,} and of {_LARGE:,}: what is the same does not depend on their number"]


def _figure(name: str, value: float, most: float) -> Figure:
    expected, reason = _EXPECTED.get(name.partition(": ")[2], (None, ""))
    return Figure(name, value, most, expected=expected, reason=reason)


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
