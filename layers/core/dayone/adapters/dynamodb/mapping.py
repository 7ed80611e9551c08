"""The domain as records of the state table and back; the head of a subject is two records."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from dayone.adapters.dynamodb import change_counts as counts
from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.change_counts import blamed_in
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import Update, Write, is_as_it_was, is_in_force
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.accounts import Account
from dayone.model.changes import Cause, Change, Share
from dayone.model.guardrails import released
from dayone.model.operations import OPEN_STATES, Action, Applied, Operation, OperationState, lane_of, order_of
from dayone.model.people import Person
from dayone.model.policy.rules import PolicyVersion
from dayone.model.subject_state import Delivery, Head, Plan, SubjectState
from dayone.model.subjects import ResourceKind, ResourceOf, Subject, assignment_in
from dayone.ports.operations import Finished

_PROGRESS = "#PROGRESS"
# Attributes of a head that the record of its progress has, and its own has not.
_COUNTED = ("outstanding", "failed", "revision")
_FACTS: dict[type[Person] | type[Account], str] = {Person: "person", Account: "account"}


def progress_key(subject: Subject) -> keys.RecordKey:
    """Where it is noted how the plan in force of a subject has gone on: beside the head, which is longer and listed."""
    head = keys.head_of(subject)
    return head._replace(sk=f"{head.sk.partition('#')[0]}{_PROGRESS}")


def is_progress(key: keys.RecordKey) -> bool:
    """Whether a record of a subject is that of its progress."""
    return key.sk == f"{key.sk.partition('#')[0]}{_PROGRESS}"


def head_record(head: Head) -> Record:
    """What a plan says: listed under its subject's kind, and under what comes due while there is a due time."""
    record = {**keys.head_of(head.subject)._asdict(), **encode(head)}
    for name in _COUNTED:
        record.pop(name)
    fact = record.pop("fact", None)
    if head.fact is not None:
        record[_FACTS[type(head.fact)]] = fact
    if head.due_at is not None:
        record["due"] = lists.DUE
    return {**record, "listed_in": lists.list_of(head.subject.kind), "listed_as": head.subject.name}


def progress_record(head: Head) -> Record:
    """How it goes on: short and listed nowhere, because every operation writes it twice.

    `released` are the operations that were held and may run, for conditions to look into. Of a bootstrap that is under
    way it says enough for the table's stream to tell its end.
    """
    record: Record = {**progress_key(head.subject)._asdict(), "generation": head.generation}
    may_run = released(head.held)
    record |= {"released": list(may_run)} if may_run else {}
    record |= {"bootstrap": encode(head.bootstrap)} if head.bootstrap and head.bootstrap.is_under_way else {}
    return {**record, **{name: getattr(head, name) for name in _COUNTED}}


def head_in(record: Mapping[str, Any], progress: Mapping[str, Any] | None = None) -> Head:
    """The head in its two records, of which the second may not matter."""
    facts = [decode(kind, record[name]) for kind, name in _FACTS.items() if name in record]
    counted = {name: int((progress or {}).get(name, 0)) for name in _COUNTED}
    return decode(Head, record, fact=facts[0] if facts else None, **counted)


def progress_in(record: Mapping[str, Any]) -> Head:
    """What the record of the progress says of a head, which is nothing else of it."""
    return decode(Head, record, subject=keys.subject_of(keys.RecordKey(record["pk"], record["sk"])))


def heads_of(table: DynamoTable, subjects: Iterable[Subject]) -> list[Head]:
    """The heads of those of the subjects that are known."""
    records: dict[Subject, dict[bool, Record]] = {}
    wanted = [key for subject in subjects for key in (keys.head_of(subject), progress_key(subject))]
    for record in table.get_all(wanted):
        key = keys.RecordKey(record["pk"], record["sk"])
        records.setdefault(keys.subject_of(key), {})[keys.is_head(key)] = record
    return [head_in(parts[True], parts.get(False)) for parts in records.values() if True in parts]


def state_in(records: Iterable[Record], *, subject: Subject, progress: Record | None = None) -> SubjectState:
    """A subject in all that lies under its name; `progress` is that record, or empty, where it was read before."""
    head, applied = None, {}
    for record in records:
        key = keys.RecordKey(record["pk"], record["sk"])
        if keys.is_head(key):
            head = record
        elif is_progress(key):
            progress = record if progress is None else progress
        else:
            resource = applied_in(record)
            applied[resource.resource] = resource
    return SubjectState(head_in(head, progress) if head else Head(subject=subject), applied)


def counting(
    table: DynamoTable, ends: Sequence[Finished], *, known: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, Write]:
    """The writes that count ends of operations on the plans of their subjects; `known` has the progress of these."""
    writes: dict[str, Write] = {}
    for subject in dict.fromkeys(end.operation.subject for end in ends):
        # Operations of a large plan are there before their plan is, and stay when it never comes.
        if (plan := known.get(progress_key(subject))) is not None:
            of_subject = [end for end in ends if end.operation.subject == subject]
            may_run = {end.operation.id for end in of_subject} & set(plan.get("released", ()))
            writes |= _counting(subject, plan, of_subject, released=may_run)
            if may_run:
                # They were approved and have ended: whoever asks for the removals again asks the guardrail again.
                held = [
                    removal
                    for head in heads_of(table, [subject])
                    for removal in head.held
                    if removal.operation not in may_run
                ]
                writes[f"head {subject}"] = Update(keys.head_of(subject), put={"held": encode(tuple(held))})
    return writes


def _counting(
    subject: Subject, plan: Mapping[str, Any], ends: Sequence[Finished], *, released: Set[str]
) -> dict[str, Write]:
    generation = str(plan["generation"])
    others = [end for end in ends if end.operation.id not in released]
    own = [end for end in others if end.operation.generation == generation]
    moved = len(released) + len(own) + sum(not end.untouched for end in others if end not in own)
    if not moved:
        return {}
    counts = {"outstanding": -len(own), "failed": sum(end.state is OperationState.FAILED for end in own)}
    add = {"revision": moved, **{name: by for name, by in counts.items() if by}}
    key, name = progress_key(subject), f"progress {subject}"
    if not released:
        return {name: Update(key, add=add, condition=is_in_force(generation))}
    left = [entry for entry in plan["released"] if entry not in released]
    return {name: Update(key, put={"released": left}, add=add, condition=is_as_it_was(plan))}


def applied_record(applied: Applied, *, of: ResourceOf) -> Record:
    """A resource as AWS confirmed it; what is looked for without its subject is also listed."""
    return {**keys.applied_key(of)._asdict(), **encode(applied), **_listing(applied, of=of)}


def applied_in(record: Mapping[str, Any]) -> Applied:
    """The resource in its record."""
    return decode(Applied, record)


def operation_record(operation: Operation) -> Record:
    """An operation of a change; while it is open it lies among the runnable ones, while it is held nowhere."""
    record = {**change_keys.operation_key(operation)._asdict(), **encode(operation)}
    if operation.state is OperationState.HELD:
        return record
    if operation.state not in OPEN_STATES:
        return {**record, "final": True}
    begun = operation.state is OperationState.SUBMITTED
    return {**record, **runnable(operation, begun=begun)}


def runnable(operation: Operation, *, begun: bool) -> Record:
    """What an open operation is listed by."""
    return {
        "runnable": lists.BEGUN if begun else lists.waiting_in(lane_of(operation)),
        "runnable_order": order_of(operation),
    }


def refusal_parts(operation: Operation) -> Record:
    """What an open operation's record says of the way in which it is refused, and since when."""
    since = {"refused_since": stamp(operation.refused_since)} if operation.refused_since else {}
    return {"refusal": encode(operation.refusal), **since}


def operation_in(record: Mapping[str, Any]) -> Operation:
    """The operation in its record."""
    return decode(Operation, record)


def change_parts(cause: Cause) -> Record:
    """What a change's record says from its first writing on."""
    return {"cause": encode(cause), "listed_in": lists.CHANGES, "listed_as": cause.place}


def change_in(record: Mapping[str, Any], *, notes: tuple[str, ...] = ()) -> Change:
    """The change in its record, with notes from elsewhere."""
    return decode(Change, record, left=counts.left_in(record), notes=notes, blamed=blamed_in(record))


def planned_record(plan: Plan) -> Record:
    """The proof that a change planned a subject, and which generation came of it.

    It lists the change under the subject.
    """
    key = change_keys.planned_key(plan.after.subject, change=plan.cause.change)
    share = counts.share_of(plan.operations)
    listed = {"listed_in": lists.changes_of(plan.after.subject), "listed_as": plan.cause.place}
    made = {"generation": plan.after.generation, "at": stamp(plan.cause.at)}
    return {**key._asdict(), **share, **made, **listed}


def notes_record(plan: Plan) -> Record:
    """What a plan had to say."""
    key = change_keys.notes_key(plan.after.subject, change=plan.cause.change)
    return {**key._asdict(), "notes": list(plan.notes)}


def share_in(record: Mapping[str, Any]) -> Share:
    """What a change has to do about a subject, in the proof that it planned it."""
    return decode(Share, record, subject=change_keys.planned_of(record))


def delivery_record(delivery: Delivery, *, change: str) -> Record:
    """The note that a delivery was taken; DynamoDB deletes it some time after `expires_at`, in seconds."""
    key = keys.delivery_key(delivery.name)
    return {**key._asdict(), "change": change, "expires_at": int(delivery.forget_at.timestamp())}


def policy_record(version: PolicyVersion) -> Record:
    """A version of the policy without its text, which is read by itself."""
    return {**keys.policy_key(version.version)._asdict(), **encode(replace(version, text=""))}


def policy_in(record: Mapping[str, Any], *, text: str = "") -> PolicyVersion:
    """The version in its record, with its text from elsewhere."""
    return decode(PolicyVersion, record, text=text)


def _listing(applied: Applied, *, of: ResourceOf) -> Record:
    # What was begun and never confirmed is nobody's yet; what is being deleted is there until AWS confirms its end.
    if applied.doubt is Action.CREATE:
        return {}
    name, subject = of.resource.name, of.subject.name
    if of.resource.kind is ResourceKind.MEMBERSHIP:
        return {"listed_in": lists.members_of(name), "listed_as": subject}
    if of.resource.kind is ResourceKind.ASSIGNMENT:
        permission_set, principal = assignment_in(of.resource)
        return {"listed_in": lists.assignments_of(str(principal)), "listed_as": f"{subject}#{permission_set}"}
    if of.resource.kind is ResourceKind.ENDED_SESSIONS:
        return {"listed_in": lists.REVOKED_SESSIONS, "listed_as": subject}
    return {}
