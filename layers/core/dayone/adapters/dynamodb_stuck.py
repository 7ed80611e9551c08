"""What is stuck, in a partition of its own beside that of what has failed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import decode, encode
from dayone.domain.failed_work import FailedWork
from dayone.domain.stuck import Stuck, StuckKind, of_failed_work

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

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """See StuckSubjects."""
        noted = [decode(Stuck, record) for record in self._table.query(Key("pk").eq(_PARTITION))]
        failed = [decode(FailedWork, record) for record in self._table.query(Key("pk").eq(keys.FAILED_SUBJECTS))]
        failing = [stuck for stuck in map(of_failed_work, failed) if stuck]
        return [*(stuck for stuck in noted if not stuck.is_over(now=now)), *failing]


def _key(kind: StuckKind, subject: str) -> keys.RecordKey:
    # A sort key holds 1,024 bytes, and HR systems name their records as they like.
    return keys.RecordKey(_PARTITION, f"{kind}#{hashlib.sha256(subject.encode()).hexdigest()}")
