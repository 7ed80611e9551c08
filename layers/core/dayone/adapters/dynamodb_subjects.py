"""Subjects in DynamoDB: a head that every plan is committed against, and the resources beside it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_change_counts as counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_blame import blame_parts
from dayone.adapters.dynamodb_claims import claim_in, claim_key, claims_in
from dayone.adapters.dynamodb_conditions import IS_NEW, is_taken_by_nobody_but, nothing_moved_since
from dayone.adapters.dynamodb_grants import grants_in, reasons_in
from dayone.adapters.dynamodb_ledger import BUDGETS, budgets_of, room_for, spending
from dayone.adapters.dynamodb_mapping import (
    applied_in,
    change_parts,
    delivery_record,
    head_in,
    head_record,
    notes_record,
    operation_record,
    planned_record,
)
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_transactions import MOST_IN_A_TRANSACTION
from dayone.adapters.dynamodb_writes import Put, Update, Write
from dayone.domain.subject_states import Claim, Head, Plan, SubjectState
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Conflicting

_HEAD, _SUBJECT, _CHANGE, _DELIVERY = "head", "subject", "change", "delivery"


class DynamoSubjects:
    """The port Subjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def load(self, subject: Subject) -> SubjectState:
        """The newest state; a subject never seen before has an empty one."""
        # The head before the resources, never in one Query: what moves between the two reads then moved after the
        # head was read, and a plan made from the mixture is refused.
        record = self._table.get(keys.head_of(subject))
        lies_in = Key("pk").eq(keys.partition_of(subject)) & Key("sk").begins_with(keys.applied_of(subject))
        applied = [applied_in(one) for one in self._table.query(lies_in)]
        head = Head(subject=subject) if record is None else head_in(record)
        return SubjectState(head, {one.resource: one for one in applied})

    def is_planned(self, subject: Subject, *, change: str) -> bool:
        """Whether this change has planned this subject already."""
        return self._table.get(change_keys.planned_key(subject, change=change)) is not None

    def taken_by(self, delivery: str) -> str:
        """The change that took a delivery of this name, or empty."""
        record = self._table.get(keys.delivery_key(delivery))
        return str(record["change"]) if record else ""

    def claimed(self, claim: str) -> Claim:
        """Whose a user name or an e-mail address is, and whose it was before."""
        return claim_in(self._table.get(claim_key(claim)) or {})

    def names(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[str]:
        """Names of known subjects of a kind in order, those after `after`."""
        listed: ConditionBase = Key("listed_in").eq(lists.list_of(kind))
        if after:
            listed &= Key("listed_as").gt(after)
        return [str(one["listed_as"]) for one in self._table.query(listed, index="listing", limit=limit)]

    def commit(self, plan: Plan) -> None:
        """Put a plan in force, whole or not at all; raises Conflicting when `plan.before` is no longer the head."""
        writes = _writes(plan)
        operations: dict[str, Write] = {one.id: Put(operation_record(one)) for one in plan.operations}
        if len(writes) + len(plan.audit) + 1 + len(operations) <= MOST_IN_A_TRANSACTION:
            self._put_in_force(plan, {**writes, **operations})
            return
        # Nobody carries them out before their generation is in force, which comes with the head.
        self._table.put_all(operation_record(one) for one in plan.operations)
        try:
            self._put_in_force(plan, writes)
        except Conflicting:
            # Only here is it certain that it has not come into force.
            self._table.delete_all(change_keys.operation_key(one) for one in plan.operations)
            raise

    def _put_in_force(self, plan: Plan, writes: Mapping[str, Write]) -> None:
        refused = self._table.transact(
            lambda: {**writes, **audit.appended(self._table, plan.audit, lane=audit.facts_lane(plan.after.subject))},
            what=f"planning {plan.after.subject}",
            over_when=[_HEAD, _SUBJECT, _DELIVERY, _CHANGE, *BUDGETS, *claims_in(plan)],
        )
        if refused:
            raise Conflicting(_refusal(plan, refused))


def _refusal(plan: Plan, refused: frozenset[str]) -> str:
    subject = plan.after.subject
    reasons = {
        _SUBJECT: f"{subject} has been planned by change {plan.cause.change}",
        _DELIVERY: f"the delivery behind change {plan.cause.change} has been taken",
        _HEAD: f"{subject} has moved since it was read",
        **dict.fromkeys(claims_in(plan), f"what {subject} claims has become somebody else's"),
    }
    budget = f"what is planned for {subject} is no longer within the limits"
    return next((reason for name, reason in reasons.items() if name in refused), budget)


def _writes(plan: Plan) -> dict[str, Write]:
    head = {**head_record(plan.after), "revision": plan.before.revision + 1}
    writes: dict[str, Write] = {
        _HEAD: Put(head, condition=nothing_moved_since(plan.before)),
        _CHANGE: _counts(plan),
        _SUBJECT: Put(planned_record(plan), condition=IS_NEW),
        **claims_in(plan),
        **grants_in(plan),
        **reasons_in(plan),
    }
    if "held" in counts.share_of(plan.operations):
        writes |= marks.holding(plan.cause.place)
    if plan.notes:
        writes["notes"] = Put(notes_record(plan))
    writes |= spending(plan)
    if plan.delivery:
        taken = is_taken_by_nobody_but(plan.cause.change)
        writes[_DELIVERY] = Put(delivery_record(plan.delivery, change=plan.cause.change), condition=taken)
    return writes


def _counts(plan: Plan) -> Update:
    budgets = budgets_of(plan)
    because = {"held_because": plan.held_because} if plan.held_because else {}
    expected, added = ({}, {"subjects": 1}) if plan.adds_subject else ({"subjects": 1}, {})
    spent = {name: one.count for name, one in budgets.items()}
    return Update(
        change_keys.change_key(plan.cause.change),
        put_once={**change_parts(plan.cause), **expected, **because, **blame_parts(plan.blamed)},
        add={"planned": 1, **added, **counts.added_by(plan.operations), **spent},
        remove=("expires_at",),  # it may have come to nothing before
        condition=room_for(budgets),
    )
