"""The domain as records of the state table and back; the head of a subject is two records."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import fields, replace
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
from dayone.model.changes import Cause, CauseKind, Change, Share
from dayone.model.guardrails import after_ends, released
from dayone.model.operations import OPEN_STATES, Action, Applied, Operation, OperationState, lane_of, order_of
from dayone.model.people import Person
from dayone.model.policy.context import PolicyVersion
from dayone.model.subject_state import Head, Plan, ReceivedMessage, SubjectState
from dayone.model.subjects import ITSELF, REFERENCE, ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in
from dayone.ports.operations import Finished

# Of a subject's records, behind its name and a "#".
_HEAD, _PROGRESS = "HEAD", "PROGRESS"
# Attributes of a head that the record of its progress has, and its own has not.
_COUNTED = ("outstanding", "failed", "revision")
# That a person lacks what the first of the HR sources says word for word.
_AS_IN_SOURCE = "is_as_source_says"
_ATTRIBUTES = frozenset(attribute.name for attribute in fields(Person))
_FACTS: dict[type[Person] | type[Account], str] = {Person: "person", Account: "account"}


def progress_key(subject: Subject) -> keys.RecordKey:
    """Return the key of the progress of a subject's plan in force, beside the head, which is longer and listed."""
    head = keys.head_of(subject)
    return head._replace(sk=f"{head.sk.partition('#')[0]}#{_PROGRESS}")


def is_progress(key: keys.RecordKey) -> bool:
    """Return whether a record of a subject is that of its progress."""
    return key.sk.partition("#")[2] == _PROGRESS


def head_record(head: Head) -> Record:
    """Return the record of a head: listed under its subject's kind, and under due work while it has a due time."""
    record = {**keys.head_of(head.subject)._asdict(), **encode(head)}
    for name in _COUNTED:
        record.pop(name)
    fact = record.pop("fact", None)
    if head.fact is not None:
        record[_FACTS[type(head.fact)]] = fact
    repeated = _from_first_source(record) if isinstance(head.fact, Person) else {}
    if repeated and repeated.keys() <= record["person"].keys():
        # What the first HR source says word for word the head has as well.
        person = {name: value for name, value in record["person"].items() if repeated.get(name) != value}
        record |= {"person": person, _AS_IN_SOURCE: True}
    if head.due_at is not None:
        record["due"] = lists.DUE
    return {**record, "listed_in": lists.list_of(head.subject.kind), "listed_as": head.subject.name}


def _from_first_source(record: Mapping[str, Any]) -> Mapping[str, Any]:
    sources = record.get("source_records", ())
    attributes = sources[0].get("attributes", {}) if sources else {}
    return {name: value for name, value in attributes.items() if value and name in _ATTRIBUTES}


def progress_record(head: Head) -> Record:
    """Return the record of a plan's progress: short and in no list, because every operation writes it twice.

    `released` are the held operations that may run, for use in conditions. For a bootstrap in progress it has enough
    for the table's stream to detect its end.
    """
    record: Record = {**progress_key(head.subject)._asdict(), "generation": head.generation}
    may_run = released(head.held)
    record |= {"released": list(may_run)} if may_run else {}
    record |= {"bootstrap": encode(head.bootstrap)} if head.bootstrap and head.bootstrap.is_under_way else {}
    return {**record, **{name: getattr(head, name) for name in _COUNTED}}


def head_in(record: Mapping[str, Any], progress: Mapping[str, Any] | None = None) -> Head:
    """Return the head from its two records, of which the second may be omitted."""
    if record.get(_AS_IN_SOURCE):
        record = {**record, "person": {**_from_first_source(record), **record["person"]}}
    facts = [decode(kind, record[name]) for kind, name in _FACTS.items() if name in record]
    counted = {name: int((progress or {}).get(name, 0)) for name in _COUNTED}
    return decode(Head, record, fact=facts[0] if facts else None, **counted)


def progress_in(record: Mapping[str, Any]) -> Head:
    """Return the part of a head that the record of its progress contains."""
    return decode(Head, record, subject=keys.subject_of(keys.RecordKey(record["pk"], record["sk"])))


def heads_of(table: DynamoTable, subjects: Iterable[Subject]) -> list[Head]:
    """Return the heads of the recorded ones of these subjects."""
    records: dict[Subject, dict[bool, Record]] = {}
    record_keys = [key for subject in subjects for key in (keys.head_of(subject), progress_key(subject))]
    for record in table.get_all(record_keys):
        key = keys.RecordKey(record["pk"], record["sk"])
        records.setdefault(keys.subject_of(key), {})[keys.is_head(key)] = record
    return [head_in(parts[True], parts.get(False)) for parts in records.values() if True in parts]


def state_in(records: Iterable[Record], *, subject: Subject, progress: Record | None = None) -> SubjectState:
    """Return a subject from the records under its name; `progress` is that record, or empty, if it was read before."""
    head, applied = None, {}
    for record in records:
        part = record["sk"].partition("#")[2]
        if part == _HEAD:
            head = record
        elif part == _PROGRESS:
            progress = record if progress is None else progress
        else:
            resource = applied_in(record)
            applied[resource.resource] = resource
    return SubjectState(head_in(head, progress) if head else Head(subject=subject), applied)


def progress_writes(
    table: DynamoTable, ends: Sequence[Finished], *, recorded: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, Write]:
    """Return the writes that count ends of operations on their subjects' plans; `recorded` has their progress."""
    writes: dict[str, Write] = {}
    for subject in dict.fromkeys(end.operation.subject for end in ends):
        # Operations of a large plan are there before their plan is, and stay when it never comes.
        if (plan := recorded.get(progress_key(subject))) is not None:
            of_subject = [end for end in ends if end.operation.subject == subject]
            may_run = {end.operation.id for end in of_subject} & set(plan.get("released", ()))
            writes |= _counting(subject, plan, of_subject, released=may_run)
            if may_run:
                failed = {end.operation.id for end in of_subject if end.state is OperationState.FAILED}
                before = [removal for head in heads_of(table, [subject]) for removal in head.held]
                held = after_ends(before, ended=may_run, failed=failed, at=max(end.at for end in of_subject))
                writes[f"head {subject}"] = Update(keys.head_of(subject), put={"held": encode(held)})
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
    """Return the record of a resource as confirmed by AWS; those looked up without their subject are also listed."""
    return {**keys.applied_key(of)._asdict(), **encode(applied), **_listing(applied, of=of)}


def applied_in(record: Mapping[str, Any]) -> Applied:
    """Return the resource in its record."""
    return decode(Applied, record)


def operation_record(operation: Operation) -> Record:
    """Return the record of an operation, listed as runnable while it is open, and nowhere while it is held."""
    record = {**change_keys.operation_key(operation)._asdict(), **encode(operation)}
    if operation.state is OperationState.HELD:
        return record
    if operation.state not in OPEN_STATES:
        return {**record, "final": True}
    begun = operation.state is OperationState.SUBMITTED
    return {**record, **runnable(operation, begun=begun)}


def runnable(operation: Operation, *, begun: bool) -> Record:
    """Return the list attributes of an open operation."""
    return {
        "runnable": lists.BEGUN if begun else lists.waiting_in(lane_of(operation)),
        "runnable_order": order_of(operation),
    }


def attempt_parts(operation: Operation) -> Record:
    """Return the parts of an operation's record for how often it was tried, and when it was last."""
    at = {"attempted_at": stamp(operation.attempted_at)} if operation.attempted_at else {}
    return {"attempts": operation.attempts, **at}


def refusal_parts(operation: Operation) -> Record:
    """Return the parts of an open operation's record for its kind of refusal, and since when."""
    since = {"refused_since": stamp(operation.refused_since)} if operation.refused_since else {}
    return {"refusal": encode(operation.refusal), **since}


def operation_in(record: Mapping[str, Any]) -> Operation:
    """Return the operation in its record."""
    return decode(Operation, record)


# Lists, in the index `due`, of the changes of a kind. Most are HR's: their list would be nearly that of all, and each
# joiner would pay for it.
OF_KIND: Mapping[CauseKind, str] = {kind: f"CHANGES#{kind}" for kind in CauseKind if kind is not CauseKind.HR_EVENT}


def change_parts(cause: Cause) -> Record:
    """Return the initial parts of a change's record."""
    listed = {"due": OF_KIND[cause.kind], "due_at": cause.place} if cause.kind in OF_KIND else {}
    return {"cause": encode(cause), "listed_in": lists.CHANGES, "listed_as": cause.place, **listed}


def change_in(record: Mapping[str, Any], *, notes: tuple[str, ...] = ()) -> Change:
    """Return the change in its record, with notes from elsewhere."""
    return decode(Change, record, left=counts.left_in(record), notes=notes, blamed=blamed_in(record))


def planned_record(plan: Plan) -> Record:
    """Return the record that a change planned a subject, with the resulting generation.

    It lists the change under the subject.
    """
    key = change_keys.planned_key(plan.after.subject, change=plan.cause.change)
    share = counts.share_of(plan.operations)
    listed = {"listed_in": lists.changes_of(plan.after.subject), "listed_as": plan.cause.place}
    made = {"generation": plan.after.generation, "at": stamp(plan.cause.at)}
    return {**key._asdict(), **share, **made, **listed}


def notes_record(plan: Plan) -> Record:
    """Return the record of a plan's notes."""
    key = change_keys.notes_key(plan.after.subject, change=plan.cause.change)
    return {**key._asdict(), "notes": list(plan.notes)}


def share_in(record: Mapping[str, Any]) -> Share:
    """Return a change's counts for a subject from the record that it planned it."""
    return decode(Share, record, subject=change_keys.planned_of(record))


def delivery_record(delivery: ReceivedMessage, *, change: str) -> Record:
    """Return the record that a delivery was received; DynamoDB deletes it some time after `expires_at`, in seconds."""
    key = keys.delivery_key(delivery.name)
    return {**key._asdict(), "change": change, "expires_at": int(delivery.forget_at.timestamp())}


def policy_record(version: PolicyVersion) -> Record:
    """Return a version of the policy without its text, which is read separately."""
    return {**keys.policy_key(version.version)._asdict(), **encode(replace(version, text=""))}


def policy_in(record: Mapping[str, Any], *, text: str = "") -> PolicyVersion:
    """Return the version in its record, with its text from elsewhere."""
    return decode(PolicyVersion, record, text=text)


def ids_partition(kind: SubjectKind) -> str:
    """Return the list of AWS's ids of the users, groups or permission sets that are recorded."""
    return f"ids:{kind}"


def begun_of(kind: SubjectKind) -> str:
    """Return the list of the subjects whose group or permission set is being created."""
    return f"begun:{kind}"


def _listing(applied: Applied, *, of: ResourceOf) -> Record:
    name, subject = of.resource.name, of.subject.name
    is_itself = of.resource == ITSELF.get(of.subject.kind)
    # What was begun and never confirmed is nobody's yet; what is being deleted is there until AWS confirms its end.
    if applied.doubt is Action.CREATE:
        # A person's user name is claimed, which costs nothing more.
        is_listed = is_itself and of.subject.kind is not SubjectKind.PERSON
        return {"listed_in": begun_of(of.subject.kind), "listed_as": subject} if is_listed else {}
    if is_itself and (aws_id := applied.references.get(REFERENCE[of.subject.kind])):
        return {"listed_in": ids_partition(of.subject.kind), "listed_as": aws_id}
    if of.resource.kind is ResourceKind.MEMBERSHIP:
        return {"listed_in": lists.member_list_of(name), "listed_as": subject}
    if of.resource.kind is ResourceKind.ASSIGNMENT:
        permission_set, principal = assignment_in(of.resource)
        return {"listed_in": lists.assignments_of(str(principal)), "listed_as": f"{subject}#{permission_set}"}
    if of.resource.kind is ResourceKind.ENDED_SESSIONS:
        return {"listed_in": lists.REVOKED_SESSIONS, "listed_as": subject}
    return {}
