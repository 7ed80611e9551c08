"""What is stuck, in a partition of its own beside that of what has failed."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_echoes import heard_key
from dayone.adapters.dynamodb_heads import head_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import decode, encode
from dayone.domain.failed_work import FailedWork
from dayone.domain.stuck import Stuck, StuckKind, is_mended, of_failed_work, person_of
from dayone.domain.subject_states import FactVersion
from dayone.domain.subjects import Subject

_PARTITION = "STUCK"
# DynamoDB deletes what has expired within some days.
_KEPT_FOR = timedelta(days=1)


class DynamoStuckNotes:
    """The port StuckNotes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        """See StuckNotes."""
        key = _key(stuck.kind, stuck.subject)
        record = self._table.get(key)
        before = decode(Stuck, record) if record else None
        if before and not before.is_over(now=now):
            stuck = replace(stuck, since=min(before.since, stuck.since))
        expires = {"expires_at": int((stuck.until + _KEPT_FOR).timestamp())} if stuck.until else {}
        self._table.put_all([{**key._asdict(), **encode(stuck), **expires}])

    def forget(self, kind: StuckKind, subject: str) -> None:
        """See StuckNotes."""
        self._table.delete_all([_key(kind, subject)])


class DynamoStuckSubjects:
    """The port StuckSubjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """See StuckSubjects."""
        noted = [decode(Stuck, record) for record in self._table.query(Key("pk").eq(_PARTITION))]
        noted = [stuck for stuck in noted if not stuck.is_over(now=now)]
        failed = [decode(FailedWork, record) for record in self._table.query(Key("pk").eq(keys.FAILED_SUBJECTS))]
        failing = [stuck for stuck in map(of_failed_work, failed) if stuck]
        mended = self._mended({stuck: person for stuck in noted if (person := person_of(stuck))})
        return [*(stuck for stuck in noted if stuck not in mended), *failing]

    def _mended(self, people: Mapping[Stuck, Subject]) -> Collection[Stuck]:
        """Those notes about records of people of which a usable one has come since."""
        heads = map(keys.head_of, people.values())
        echoes = (heard_key(person, stuck.source) for stuck, person in people.items() if stuck.source)
        known = {(one["pk"], one["sk"]): one for one in self._table.get_all([*heads, *echoes])}

        def is_over(stuck: Stuck, person: Subject) -> bool:
            head, echo = known.get(keys.head_of(person)), known.get(heard_key(person, stuck.source))
            tellings = head_in(head).tellings if head else ()
            return is_mended(stuck, tellings=tellings, heard=decode(FactVersion, echo) if echo else None)

        return {stuck for stuck, person in people.items() if is_over(stuck, person)}


def _key(kind: StuckKind, subject: str) -> keys.RecordKey:
    # A sort key holds 1,024 bytes, and HR systems name their records as they like.
    return keys.RecordKey(_PARTITION, f"{kind}#{hashlib.sha256(subject.encode()).hexdigest()}")
