"""The open operations as the executor finds them: those that wait, lane by lane, and those that have begun."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_heads import head_in, heads_of
from dayone.adapters.dynamodb_mapping import applied_in, operation_in
from dayone.adapters.dynamodb_parked import DynamoParkedOperations, prefix_of
from dayone.domain.accounts import UNUSABLE, Account
from dayone.domain.operations import OPEN_STATES, Applied, Lane, Operation
from dayone.domain.subjects import ResourceOf, Subject, SubjectKind
from dayone.ports.operations import Listed


class DynamoOpenOperations(DynamoParkedOperations):
    """The reading side of the port OperationQueue; an index follows its table late, so records are read as they are."""

    def begun(self) -> Sequence[Operation]:
        """Open operations of which an attempt has begun."""
        return self._found(self._table.query(Key("runnable").eq(lists.BEGUN), index="runnable"))

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        """The other open operations of a lane, the most urgent first, from behind `after`."""
        wanted = Key("runnable").eq(lists.waiting_in(lane)) & Key("runnable_order").gt(after or " ")
        listed = self._table.query(wanted, index="runnable", limit=limit)
        return [Listed(str(one["runnable_order"]), *change_keys.operation_of(one)) for one in listed]

    def parked(self, on: ResourceOf, *, after: str, limit: int) -> tuple[Sequence[Operation], str]:
        """See OperationQueue."""
        first, last = (f"{after}~" if after else prefix_of(on)), f"{prefix_of(on)}~"
        lies_in = Key("runnable").eq(lists.PARKED) & Key("runnable_order").between(first, last)
        listed = list(self._table.query(lies_in, index="runnable", limit=limit))
        after = str(listed[-1]["runnable_order"]) if len(listed) == limit else ""
        return [one for one in self._found(listed) if one.is_parked and one.awaits == on], after

    def has_parked(self) -> bool:
        """See OperationQueue."""
        return any(True for _ in self._table.query(Key("runnable").eq(lists.PARKED), index="runnable", limit=1))

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        """Those of the listed ones that are open, as they now stand."""
        found = [change_keys.operation_named(one.id, change=one.change) for one in listed]
        return self._found(one._asdict() for one in found)

    def _found(self, listed: Iterable[Mapping[str, str]]) -> Sequence[Operation]:
        # The index follows the table late: what it lists may have been begun, submitted or finished a moment ago.
        found = [keys.RecordKey(one["pk"], one["sk"]) for one in listed]
        records = {(one["pk"], one["sk"]): one for one in self._table.get_all(found)}
        current = (operation_in(records[key]) for key in found if key in records)
        return [one for one in current if one.state in OPEN_STATES]

    def siblings(self, operation: Operation) -> Sequence[Operation]:
        """The operations of the same plan, itself included, by number."""
        first = change_keys.operation_key(operation)
        plan = first.sk.rpartition("/")[0]
        same_plan = Key("pk").eq(first.pk) & Key("sk").begins_with(f"{plan}/")
        return [operation_in(one) for one in self._table.query(same_plan)]

    def applied(self, wanted: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that AWS has confirmed or that are in doubt."""
        records = self._table.get_all(keys.applied_key(one) for one in wanted)
        known = ((keys.subject_of(keys.RecordKey(one["pk"], one["sk"])), applied_in(one)) for one in records)
        return {ResourceOf(subject, one.resource): one for subject, one in known}

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        """The same resource of every other subject of that kind, confirmed or in doubt."""
        kind = target.subject.kind
        listed = self._table.query(Key("listed_in").eq(lists.list_of(kind)), index="listing")
        others = (Subject(kind, str(one["listed_as"])) for one in listed)
        return list(self.applied(ResourceOf(one, target.resource) for one in others if one != target.subject).values())

    def in_use_by(self, group: str) -> ResourceOf | None:
        """A membership or an assignment of this group that is on record; may say so for a moment too long."""
        of_group = (lists.members_of(group), lists.assignments_of(group))
        queries = (self._table.query(Key("listed_in").eq(one), index="listing", limit=1) for one in of_group)
        record = next(chain.from_iterable(queries), None)
        if record is None:
            return None
        return ResourceOf(keys.subject_of(keys.RecordKey(record["pk"], record["sk"])), applied_in(record).resource)

    def closed_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        """Those of these account ids that are suspended, closed or no longer members."""
        heads = self._table.get_all(keys.head_of(Subject(SubjectKind.ACCOUNT, one)) for one in sorted(accounts))
        facts = (head_in(record).fact for record in heads)
        return frozenset(fact.id for fact in facts if isinstance(fact, Account) and fact.state in UNUSABLE)

    def is_at_rest(self, subject: Subject) -> bool:
        """Whether no operation of its plan is open, and none waits for a human."""
        return all(head.is_at_rest for head in heads_of(self._table, [subject]))

    def failed_in(self, subject: Subject) -> str:
        """The change in which the plan in force of a subject has ended with failures, or empty."""
        return next((head.failed_change for head in heads_of(self._table, [subject])), "")
