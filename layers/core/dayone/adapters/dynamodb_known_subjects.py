"""The subjects that are known, in brief, read from DynamoDB many at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_mapping import applied_in, head_in
from dayone.adapters.dynamodb_subjects import DynamoSubjects
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.domain.operations import Applied
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import ITSELF, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page


class DynamoKnownSubjects:
    """The port KnownSubjects; the list comes through an index and may miss what was written a moment ago."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        self._subjects = DynamoSubjects(table)

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        """See KnownSubjects."""
        listing = Listing(partition=("listed_in", lists.list_of(kind)), sort_key="listed_as", index="listing")
        heads = listing.page(self._table, cursor=cursor, limit=limit, read=head_in)
        known = self._with_themselves(heads.entries)
        return Page([known[one.subject] for one in heads.entries], heads.cursor)

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        """See KnownSubjects."""
        return self._with_themselves(list(map(head_in, self._table.get_all(map(keys.head_of, subjects)))))

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """See KnownSubjects."""
        found: dict[ResourceOf, Applied] = {}
        for record in self._table.get_all(map(keys.applied_key, resources)):
            one, subject = applied_in(record), keys.subject_of(keys.RecordKey(record["pk"], record["sk"]))
            found[ResourceOf(subject, one.resource)] = one
        return found

    def holder_of(self, claim: str) -> str:
        """See KnownSubjects."""
        return self._subjects.claimed(claim).holder

    def _with_themselves(self, heads: Sequence[Head]) -> Mapping[Subject, SubjectState]:
        known = {one.subject: SubjectState(one) for one in heads}
        wanted = [ResourceOf(one, ITSELF[one.kind]) for one in known if one.kind in ITSELF]
        for of, one in self.applied(wanted).items():
            known[of.subject] = replace(known[of.subject], applied={one.resource: one})
        return known
