"""Erasure of a person from DynamoDB by a walk through the whole table."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase

from dayone.adapters.dynamodb import audit_log, keys
from dayone.adapters.dynamodb.hr import DynamoRosters
from dayone.adapters.dynamodb.keys import HEAD, RecordKey
from dayone.adapters.dynamodb.mapping import change_parts, is_progress, progress_key
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import EXISTS, IS_NEW, Delete, Put, Update, Write, nothing_moved_since
from dayone.errors import Conflicting
from dayone.messages.codec import Record, encode
from dayone.model.audit import SEALED, AlteredRecord, AuditEntry, AuditRecord, erase
from dayone.model.changes import Cause
from dayone.model.personal_data import PersonalNames
from dayone.model.subject_state import Head
from dayone.model.subjects import SubjectKind
from dayone.ports.personal_data import Erasure

# What lies where it lies by these, which no record of others has from a person who is at rest.
_PLACES = frozenset({"pk", "sk", "listed_in", "listed_as", "due", "due_at", "runnable", "runnable_order", "expires_at"})
# What an HR system says of somebody else, such as who their manager is: the next record would say it again.
_FACTS = frozenset({"account", "claims", "person", "source_records", "subject", "version"})
_RECORDED = (
    SubjectKind.PERSON,
    SubjectKind.ACCOUNT,
    SubjectKind.GROUP,
    SubjectKind.PERMISSION_SET,
    SubjectKind.POLICY,
    SubjectKind.ORGANIZATION,
)
_OF_SUBJECTS = frozenset(keys.partitions_of(kind)[0].partition("#")[0] for kind in _RECORDED)
# All that is left of an entry about somebody who is forgotten is when, by whom and with what outcome.
_OF_OWN_ENTRIES = frozenset({"subject", "change", "operation", "reasons", "detail"})
_MOST_NAMED = 20
_CHANGE, _PROGRESS = "change", "progress"
_AUDIT, _TEXT, _ROSTER = "AUDIT#", "TEXT#", "HRROSTER#"


class DynamoPersonalData:
    """The port PersonalData; one walk finds everything, so that no kind of record can be left out."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        }
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        self._rosters = DynamoRosters(table)

    def is_forgotten(self, change: str) -> bool:
        """See PersonalData."""
        return self._table.get(keys.change_key(change)) is not None

    def erase(self, names: PersonalNames, before: Erasure, *, is_over: Callable[[], bool]) -> Erasure:
        """See PersonalData."""
        found = before
        while True:
            after = RecordKey(*json.loads(found.place)) if found.place else None
            records, last = self._table.scan(after)
            found = self._erase_page(names, records, found)
            found = replace(found, place=json.dumps(last) if last else "")
            if last is None or is_over():
                return found

    def forget(self, cause: Cause, head: Head, *, notes: tuple[str, ...], audit: AuditEntry) -> None:
        """See PersonalData."""
        subject = head.subject
        change = {**keys.change_key(cause.change)._asdict(), **change_parts(cause), "subjects": 0, "notes": list(notes)}
        refused = self._table.transact(
            lambda: {
                _PROGRESS: Delete(progress_key(subject), condition=nothing_moved_since(head)),
                "head": Delete(keys.head_of(subject)),
                _CHANGE: Put(change, condition=IS_NEW),
                **audit_log.appended(self._table, [audit], lane=audit_log.POLICY),
            },
            what=f"forgetting a person in change {cause.change}",
            over_when=[_PROGRESS, _CHANGE],
        )
        if _PROGRESS in refused:
            raise Conflicting("the person has moved since they were read")

    def _erase_page(self, names: PersonalNames, records: list[Record], found: Erasure) -> Erasure:
        own = [RecordKey(record["pk"], record["sk"]) for record in records if _is_of(names, record)]
        self._table.delete_all(own)
        found = replace(found, deleted=found.deleted + len(own))
        for record in records:
            if RecordKey(record["pk"], record["sk"]) not in own:
                found = self._erase_from(names, record, found)
        return found

    def _erase_from(self, names: PersonalNames, record: Record, found: Erasure) -> Erasure:
        """Take the person out of a record of others."""
        pk, sk = str(record["pk"]), str(record["sk"])
        if pk.startswith(_AUDIT):
            return self._erase_entry(names, record, found)
        if pk == keys.CURRENT_POLICY.pk:
            is_named = sk.startswith(_TEXT) and names.is_in(record.get("text", ""))
            return _with(found, policies=int(sk.removeprefix(_TEXT))) if is_named else found
        if pk.startswith(_ROSTER):
            return self._erase_from_roster(names, record, found) if sk == HEAD else found
        key = RecordKey(pk, sk)
        if key in (keys.head_of(names.person), progress_key(names.person)):
            return found
        is_head, of_subject = keys.is_head(key), pk.partition("#")[0] in _OF_SUBJECTS
        parts = {name: value for name, value in record.items() if name not in _PLACES}
        # What the outside says, and what AWS has, is recorded as it is.
        as_it_is = {name: value for name, value in parts.items() if of_subject and (name in _FACTS or not is_head)}
        if names.is_in(as_it_is):
            found = _with(found, kept=f"what is recorded of {keys.subject_of(key)} names them")
        texts = {name: value for name, value in parts.items() if name not in as_it_is}
        put = {name: clean for name, value in texts.items() if (clean := names.without(value)) != value}
        if put:
            self._rewrite(key, record, put, is_head=is_head)
        return replace(found, rewritten=found.rewritten + bool(put))

    def _rewrite(self, key: RecordKey, record: Record, put: Mapping[str, Any], *, is_head: bool) -> None:
        as_read: list[ConditionBase] = [Attr(name).eq(record[name]) for name in put]
        writes: dict[str, Write] = {"record": Update(key, put=put, condition=reduce(and_, as_read))}
        if is_head:
            # Whoever plans them now would write back what they have read.
            writes["moved"] = Update(progress_key(keys.subject_of(key)), add={"revision": 1}, condition=EXISTS)
        if self._table.transact(lambda: writes, what=f"rewriting {key.sk}", over_when=["record"]):
            raise Conflicting(f"{key.sk} has moved since it was read")

    def _erase_entry(self, names: PersonalNames, record: Record, found: Erasure) -> Erasure:
        stored = audit_log.stored_record(record)
        if isinstance(stored, AlteredRecord) or stored.seals is None:
            is_named = names.is_in({name: value for name, value in record.items() if name not in _PLACES})
            return _with(found, kept="entries of the audit log that were altered") if is_named else found
        fields = frozenset(_fields_about(names, stored))
        if not fields:
            return found
        erased = audit_log.stored(erase(stored, fields), digest=stored.hash)
        put = Put(erased, condition=Attr("hash").eq(stored.hash))
        if not self._table.write(put, what="erasing a person from the audit log"):
            raise Conflicting("an entry of the audit log has moved since it was read")
        return replace(found, entries=found.entries + 1)

    def _erase_from_roster(self, names: PersonalNames, record: Record, found: Erasure) -> Erasure:
        source, person = str(record["pk"]).removeprefix(_ROSTER), names.person.name
        roster = self._rosters.roster(source)
        if roster is None or (person not in roster.people and person not in roster.missing):
            return found
        people = {name: digest for name, digest in roster.people.items() if name != person}
        missing = tuple(name for name in roster.missing if name != person)
        self._rosters.keep(source, replace(roster, people=people, missing=missing))
        if person in roster.people:
            found = _with(found, kept=f"the HR system {source} still sends them, and its next import records them anew")
        return replace(found, rewritten=found.rewritten + 1)


def _with(found: Erasure, *, policies: int | None = None, kept: str = "") -> Erasure:
    versions = sorted({*found.policies, *([policies] if policies is not None else [])})
    texts = dict.fromkeys([*found.kept, *([kept] if kept else [])])
    return replace(found, policies=tuple(versions), kept=tuple(texts)[:_MOST_NAMED])


def _is_of(names: PersonalNames, record: Record) -> bool:
    """Return whether a record is about the person alone; their head is not, which goes last."""
    key, person = RecordKey(str(record["pk"]), str(record["sk"])), names.person
    if key.pk.startswith(_AUDIT):
        return False
    if key.pk == keys.partition_of(person) and key.sk.startswith(keys.all_of(person)):
        return not (keys.is_head(key) or is_progress(key))
    kind, _, rest = key.pk.partition("#")
    return (
        names.is_subject_of(key.sk)
        or names.is_subject_of(key.pk)
        or record.get("subject") == str(person)
        # The next inventory finds what is so.
        or (kind == "DRIFT" and names.is_in({name: value for name, value in record.items() if name not in _PLACES}))
        or (kind == "HRPERSON" and rest.rpartition("#")[2] == person.name)
        or (kind == "HRWAITING" and rest == person.name)
        or (kind in ("HRRECORD", "GRANT") and record.get("person") == person.name)
        or (kind == "CLAIM" and person.name in (record.get("holder"), record.get("former")))
    )


def _fields_about(names: PersonalNames, record: AuditRecord) -> Iterator[str]:
    values = encode(record.entry)
    is_own = record.entry.subject == str(names.person)
    for name in SEALED:
        # Who did something else is not the person's data alone: four eyes go by it.
        is_named = (is_own or name != "actor") and names.is_in(values.get(name, ""))
        if values.get(name) and (is_named or (is_own and name in _OF_OWN_ENTRIES)):
            yield name
