"""The head of a subject as two records: what its plan says, and how that goes on, which each operation counts on."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_conditions import is_as_it_was, is_in_force
from dayone.adapters.dynamodb_mapping import applied_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Update, Write
from dayone.contracts.codec import Record, decode, encode
from dayone.domain.accounts import Account
from dayone.domain.guardrails import released
from dayone.domain.operations import OperationState
from dayone.domain.people import Person
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import Subject
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
                held = [one for head in heads_of(table, [subject]) for one in head.held if one.operation not in may_run]
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
    left = [one for one in plan["released"] if one not in released]
    return {name: Update(key, put={"released": left}, add=add, condition=is_as_it_was(plan))}
