"""The subjects of which something has failed, in a partition of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_heads import progress_key
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Write
from dayone.contracts.codec import decode, encode
from dayone.domain.failed_work import FailedWork, after_failure
from dayone.domain.operations import OperationState
from dayone.domain.subjects import Subject
from dayone.ports.operations import Finished


class DynamoFailedSubjects:
    """The port FailedSubjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self) -> Sequence[FailedWork]:
        """See FailedSubjects."""
        return [_failed_in(record) for record in self._table.query(Key("pk").eq(keys.FAILED_SUBJECTS))]

    def keep(self, failed: FailedWork) -> None:
        """See FailedSubjects."""
        self._table.write(_kept(failed), what=f"noting that {failed.subject} is to be planned again")

    def forget(self, subject: Subject) -> None:
        """See FailedSubjects."""
        deleted = Delete(keys.failed_subject_key(subject))
        self._table.write(deleted, what=f"noting that nothing of {subject} is to be planned again")


def noted_failures(ends: Iterable[Finished], *, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Write]:
    """What these ends of operations make known of their subjects, with what was `known` before by its key."""
    noted: dict[Subject, FailedWork] = {}
    for end in ends:
        subject = end.operation.subject
        if is_to_be_planned_again(end) and is_wanted(end, known=known):
            record = known.get(keys.failed_subject_key(subject))
            before = noted.get(subject) or (_failed_in(record) if record else None)
            noted[subject] = after_failure(end.operation, obstacle=end.obstacle, before=before)
    return {f"failed {subject}": _kept(failed) for subject, failed in noted.items()}


def is_to_be_planned_again(end: Finished) -> bool:
    """Whether it has failed, or has succeeded in part."""
    return end.state is OperationState.FAILED or end.is_incomplete


def is_wanted(end: Finished, *, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    """Whether the plan in force, or an approval, still asks for it: what an older plan asked for is nobody's wish."""
    plan = known.get(progress_key(end.operation.subject), {})
    return plan.get("generation") == end.operation.generation or end.operation.id in plan.get("released", ())


def _kept(failed: FailedWork) -> Put:
    return Put({**keys.failed_subject_key(failed.subject)._asdict(), **encode(failed)})


def _failed_in(record: Mapping[str, Any]) -> FailedWork:
    return decode(FailedWork, record)
