"""Subjects in DynamoDB: a head that every plan is committed against, its resources, and claims of unique names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters.dynamodb import audit_log, keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb import ledger as plan_counts
from dayone.adapters.dynamodb.guardrails import doubts_in, grants_in, reasons_in
from dayone.adapters.dynamodb.keys import HEAD, RecordKey
from dayone.adapters.dynamodb.ledger import BUDGETS, spending
from dayone.adapters.dynamodb.mapping import (
    applied_record,
    delivery_record,
    head_record,
    notes_record,
    operation_record,
    planned_record,
    progress_key,
    progress_record,
    state_in,
)
from dayone.adapters.dynamodb.table import MOST_IN_A_TRANSACTION, DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Write, is_taken_by_nobody_but, nothing_moved_since
from dayone.errors import Conflicting
from dayone.model.operations import OperationState
from dayone.model.subject_state import NameClaim, Plan, SubjectState
from dayone.model.subjects import Principal, ResourceOf, Subject, SubjectKind

_HOLDER, _FORMER = "holder", "former"
# Until then AWS has long renamed the user of whoever gave it up.
_REMEMBERED_FOR = timedelta(days=30)


def claim_key(claim: str) -> RecordKey:
    """Return the key of a user name or an e-mail address, such as `email:ada@example.com`."""
    return RecordKey(f"CLAIM#{claim}", HEAD)


def name_claim_in(record: Mapping[str, Any]) -> NameClaim:
    """Return the claim in its record, which may be empty."""
    return NameClaim(holder=str(record.get(_HOLDER, "")), former=str(record.get(_FORMER, "")))


def claims_in(plan: Plan) -> dict[str, Write]:
    """Return the writes by which a plan's subject gains new claims and gives up former ones, by their names."""
    name, before, after = plan.after.subject.name, set(plan.before.claims), set(plan.after.claims)
    # Another subject may have claimed the same since it was read.
    is_to_be_had = IS_NEW | Attr(_HOLDER).not_exists() | Attr(_HOLDER).eq(name)
    taken: dict[str, Write] = {
        f"claim {value}": Put({**claim_key(value)._asdict(), _HOLDER: name}, condition=is_to_be_had)
        for value in sorted(after - before)
    }
    expired = {_FORMER: name, "expires_at": int((plan.cause.at + _REMEMBERED_FOR).timestamp())}
    given_up: dict[str, Write] = {
        f"claim {value}": Put({**claim_key(value)._asdict(), **expired}, condition=Attr(_HOLDER).eq(name))
        for value in sorted(before - after)
    }
    return {**taken, **given_up}


_HEAD, _PROGRESS, _SUBJECT, _DELIVERY = "head", "progress", "subject", "delivery"


class DynamoSubjects:
    """The port Subjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def load(self, subject: Subject) -> SubjectState:
        """Return the newest state; a subject never seen before has an empty one."""
        # The progress, which has the revision, before all else, never in one Query: what moves between the two reads
        # then moved after the revision was read, and a plan made from the mixture is refused.
        progress = self._table.get(progress_key(subject)) or {}
        lies_in = Key("pk").eq(keys.partition_of(subject)) & Key("sk").begins_with(keys.all_of(subject))
        return state_in(self._table.query(lies_in), subject=subject, progress=progress)

    def is_planned(self, subject: Subject, *, change: str) -> bool:
        """Return whether this change has planned this subject already."""
        if self._table.get(change_keys.planned_key(subject, change=change)) is None:
            return False
        # Whoever planned it may have died before that was counted.
        plan_counts.count(self._table, subject, change=change)
        return True

    def taken_by(self, delivery: str) -> str:
        """Return the change that took a delivery of this name, or empty."""
        record = self._table.get(keys.delivery_key(delivery))
        return str(record["change"]) if record else ""

    def claimed(self, claim: str) -> NameClaim:
        """Return the current and the former holders of a user name or an e-mail address."""
        return name_claim_in(self._table.get(claim_key(claim)) or {})

    def names(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[str]:
        """Return names of recorded subjects of a kind in order, those after `after`."""
        listed: ConditionBase = Key("listed_in").eq(lists.list_of(kind))
        if after:
            listed &= Key("listed_as").gt(after)
        return [str(pair["listed_as"]) for pair in self._table.query(listed, index="listing", limit=limit)]

    def accounts_with(self, person: str) -> Sequence[Subject]:
        """Return the accounts in which AWS has something assigned to a person alone."""
        listed = Key("listed_in").eq(lists.assignments_of(str(Principal(person=person))))
        names = (str(pair["listed_as"]).partition("#")[0] for pair in self._table.query(listed, index="listing"))
        return [Subject(SubjectKind.ACCOUNT, name) for name in dict.fromkeys(names)]

    def commit(self, plan: Plan) -> None:
        """Put a plan in force, whole or not at all; raises Conflicting when `plan.before` is no longer the head."""
        writes = _writes(plan)
        held = [operation for operation in plan.operations if operation.state is OperationState.HELD]
        if len(writes) + len(plan.audit) + 1 + len(held) > MOST_IN_A_TRANSACTION:
            held = []
        together = {operation.id: Put(operation_record(operation)) for operation in held}
        # At half the price. Nobody carries them out before their generation is in force; what is held comes with it,
        # where there is room, because nobody would see to what is held by no plan.
        beforehand = [operation for operation in plan.operations if operation.id not in together]
        self._table.put_all(map(operation_record, beforehand))
        # AWS has it, whatever becomes of the plan.
        subject = plan.after.subject
        self._table.put_all(applied_record(each, of=ResourceOf(subject, each.resource)) for each in plan.corrections)
        try:
            self._put_in_force(plan, {**writes, **together})
        except Conflicting:
            # Only here is it certain that it has not come into force.
            self._table.delete_all(map(change_keys.operation_key, beforehand))
            raise
        plan_counts.count(self._table, plan.after.subject, change=plan.cause.change)

    def _put_in_force(self, plan: Plan, writes: Mapping[str, Write]) -> None:
        refused = self._table.transact(
            lambda: {
                **writes,
                **audit_log.appended(self._table, plan.audit, lane=audit_log.facts_lane(plan.after.subject)),
            },
            what=f"planning {plan.after.subject}",
            over_when=[_PROGRESS, _SUBJECT, _DELIVERY, plan_counts.CHANGE, *BUDGETS, *claims_in(plan)],
        )
        if refused:
            raise Conflicting(_refusal(plan, refused))


def _refusal(plan: Plan, refused: frozenset[str]) -> str:
    subject = plan.after.subject
    reasons = {
        _SUBJECT: f"{subject} has been planned by change {plan.cause.change}",
        _DELIVERY: f"the delivery behind change {plan.cause.change} has been taken",
        _PROGRESS: f"{subject} has moved since it was read",
        **dict.fromkeys(claims_in(plan), f"what {subject} claims has become somebody else's"),
    }
    budget = f"what is planned for {subject} is no longer within the limits"
    return next((reason for name, reason in reasons.items() if name in refused), budget)


def _writes(plan: Plan) -> dict[str, Write]:
    progress = progress_record(replace(plan.after, revision=plan.before.revision + 1))
    head = head_record(plan.after)
    writes: dict[str, Write] = {
        # Most repeated records contain nothing new.
        **({_HEAD: Put(head)} if head != head_record(plan.before) or not plan.before.revision else {}),
        _PROGRESS: Put(progress, condition=nothing_moved_since(plan.before)),
        **plan_counts.count_of_plan(plan),
        _SUBJECT: Put(planned_record(plan), condition=IS_NEW),
        **claims_in(plan),
        **grants_in(plan),
        **reasons_in(plan),
        **doubts_in(plan),
    }
    if plan.notes:
        writes["notes"] = Put(notes_record(plan))
    writes |= spending(plan)
    if plan.delivery:
        taken = is_taken_by_nobody_but(plan.cause.change)
        writes[_DELIVERY] = Put(delivery_record(plan.delivery, change=plan.cause.change), condition=taken)
    return writes
