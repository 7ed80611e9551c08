"""How long it took from the moment somebody was said to lose their access until the last of it had gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.changes import Change
from dayone.domain.operations import Action, Operation, OperationState
from dayone.domain.subjects import ResourceKind, Subject, SubjectKind
from dayone.ports.records import Page, Records
from dayone.usecases.requeue import change_of_accounts

_ACCESS = frozenset({ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT})


@dataclass(frozen=True, kw_only=True)
class AccessEnded:
    """When the last of a person's access had gone, so many seconds after that was asked for.

    `sessions_ended_at` is when their live sessions were ended, None where that was not, or not yet, done.
    """

    at: datetime
    seconds: float
    sessions_ended_at: datetime | None


def access_ended(change: Change, operations: Page[Operation], *, records: Records) -> AccessEnded | None:
    """For a change by which one person has lost all access; None for any other, and while some of it is left.

    What they were assigned directly goes by a change of its own beside this one, and counts.
    """
    people = {one.subject for one in operations.entries if one.subject.kind is SubjectKind.PERSON}
    if len(people) != 1 or operations.cursor or _gives(operations.entries):
        return None
    theirs = [*_taken(operations.entries), *_of_accounts(people.pop(), change=change, records=records)]
    ends = [one.finished_at for one in theirs if one.state is OperationState.SUCCEEDED and one.finished_at]
    if not ends or len(ends) < len(theirs):
        return None
    asked_for = change.cause.received_at or change.cause.at
    return AccessEnded(
        at=max(ends),
        seconds=(max(ends) - asked_for).total_seconds(),
        sessions_ended_at=next(_sessions(operations.entries), None),
    )


def _gives(operations: Iterable[Operation]) -> bool:
    return any(one.action is Action.CREATE and one.resource.kind in _ACCESS for one in operations)


def _taken(operations: Iterable[Operation]) -> Iterator[Operation]:
    yield from (one for one in operations if one.action is Action.DELETE and one.resource.kind in _ACCESS)


def _of_accounts(person: Subject, *, change: Change, records: Records) -> Iterator[Operation]:
    beside, cursor = change_of_accounts(person, cause=change.cause), ""
    while True:
        page = records.operations(beside, cursor=cursor, limit=100)
        yield from _taken(page.entries)
        cursor = page.cursor
        if not cursor:
            return


def _sessions(operations: Iterable[Operation]) -> Iterator[datetime]:
    for one in operations:
        is_end = one.action is Action.CREATE and one.resource.kind is ResourceKind.ENDED_SESSIONS
        if is_end and one.state is OperationState.SUCCEEDED and one.finished_at:
            yield one.finished_at
