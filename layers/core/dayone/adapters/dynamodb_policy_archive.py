"""The policy's versions in DynamoDB, each kept as it was uploaded."""

from datetime import datetime
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_mapping import policy_in, policy_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.domain.policy import PolicyVersion
from dayone.errors import Conflicting, NotFound, TooLarge
from dayone.ports.records import Page

# DynamoDB takes 400 KB in a record, its names and the other attributes included.
_LONGEST_TEXT = 350_000
_UPLOADS_AT_ONCE = 10
_VERSIONS = Listing(partition=("pk", keys.CURRENT_POLICY.pk), sort_key="sk", prefix=keys.VERSION, newest_first=True)


class DynamoPolicyArchive:
    """The port PolicyArchive."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def add(self, text: str, *, file: str, actor: str, at: datetime, change: str) -> PolicyVersion:
        """Keep a text as the next version, not yet in force; raises TooLarge for one that no record can hold."""
        if len(text.encode()) > _LONGEST_TEXT:
            raise TooLarge(f"a policy has at most {_LONGEST_TEXT:,} bytes")
        for _ in range(_UPLOADS_AT_ONCE):
            number = self._newest() + 1
            version = PolicyVersion(version=number, text=text, file=file, actor=actor, at=at, change=change)
            # Somebody else may have taken the number meanwhile; then it is theirs.
            if self._table.write(Put(policy_record(version), condition=IS_NEW), what="keeping a policy"):
                return version
        raise Conflicting("others keep uploading policies")

    def current(self) -> PolicyVersion | None:
        """The text in force, or None before the first."""
        version = version_in_force(self._table)
        return kept_version(self._table, version) if version else None

    def version(self, version: int) -> PolicyVersion:
        """One version, in force or not; raises NotFound for one that was never kept."""
        return kept_version(self._table, version)

    def versions(self, *, cursor: str, limit: int) -> Page[PolicyVersion]:
        """All versions, the newest first."""
        return _VERSIONS.page(self._table, cursor=cursor, limit=limit, read=policy_in)

    def _newest(self) -> int:
        kept = Key("pk").eq(keys.CURRENT_POLICY.pk) & Key("sk").begins_with(keys.VERSION)
        return max((int(one["version"]) for one in self._table.query(kept, newest_first=True, limit=1)), default=0)


def version_in_force(table: DynamoTable) -> int:
    """The number of the version in force, 0 before the first."""
    record = table.get(keys.CURRENT_POLICY)
    return int(record["version"]) if record else 0


def kept_version(table: DynamoTable, version: int) -> PolicyVersion:
    """A version as it was kept; raises NotFound."""
    record = table.get(keys.policy_key(version))
    if record is None:
        raise unknown_version(version)
    return policy_in(record)


def unknown_version(version: int) -> NotFound:
    """What is wrong with a version that was never kept."""
    return NotFound(f"there is no version {version} of the policy")
