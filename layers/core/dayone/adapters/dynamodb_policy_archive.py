"""The policy's versions in DynamoDB, each kept as it was uploaded."""

from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_mapping import policy_in, policy_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put, Write
from dayone.contracts.codec import stamp
from dayone.domain.policy import PolicyVersion
from dayone.domain.preconditions import NO_PRECONDITION, Precondition
from dayone.errors import Conflicting, NotFound, TooLarge
from dayone.ports.records import Page

# DynamoDB takes 400 KB in a record, its names and the other attributes included.
_LONGEST_TEXT = 350_000
_UPLOADS_AT_ONCE = 10
_KEPT = "kept"
# What two processes may take for the same moment is not further apart.
_CLOCKS_DIFFER = timedelta(minutes=1)
_VERSIONS = Listing(partition=("pk", keys.CURRENT_POLICY.pk), sort_key="sk", prefix=keys.VERSION, newest_first=True)


class DynamoPolicyArchive:
    """The port PolicyArchive."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def add(
        self,
        text: str,
        *,
        file: str,
        actor: str,
        at: datetime,
        change: str,
        authors: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        precondition: Precondition = NO_PRECONDITION,
    ) -> PolicyVersion:
        """Keep a text as the next version, not yet in force; raises TooLarge for one that no record can hold."""
        if len(text.encode()) > _LONGEST_TEXT:
            raise TooLarge(f"a policy has at most {_LONGEST_TEXT:,} bytes")
        made = partial(PolicyVersion, text=text, file=file, actor=actor, at=at, change=change, authors=authors)
        for _ in range(_UPLOADS_AT_ONCE):
            newest, known = self._newest(change, at=at)
            if known is not None:
                return known
            precondition.check(str(newest) if newest else None)
            version = made(version=newest + 1, names=names or (file,))
            # Somebody else may have taken the number meanwhile; then it is theirs, and the newest.
            if not self._table.transact(lambda kept=version: _kept(kept), what="keeping a policy", over_when=[_KEPT]):  # type: ignore[misc]
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
        """All versions without their texts, the newest first."""
        return _VERSIONS.page(self._table, cursor=cursor, limit=limit, read=policy_in)

    def _newest(self, change: str, *, at: datetime) -> tuple[int, PolicyVersion | None]:
        """The number of the newest version, 0 when there is none, and the version that the change has kept already."""
        newest, too_old = 0, stamp(at - _CLOCKS_DIFFER)
        kept = Key("pk").eq(keys.CURRENT_POLICY.pk) & Key("sk").begins_with(keys.VERSION)
        for one in self._table.query(kept, newest_first=True, page=1):
            newest = newest or int(one["version"])
            if str(one["change"]) == change:
                return newest, kept_version(self._table, int(one["version"]))
            if str(one["at"]) < too_old:
                break
        return newest, None


def version_in_force(table: DynamoTable) -> int:
    """The number of the version in force, 0 before the first."""
    record = table.get(keys.CURRENT_POLICY)
    return int(record["version"]) if record else 0


def kept_version(table: DynamoTable, version: int) -> PolicyVersion:
    """A version as it was kept; raises NotFound."""
    record, text = table.get(keys.policy_key(version)), table.get(_text_key(version))
    if record is None or text is None:
        raise unknown_version(version)
    return policy_in(record, text=str(text["text"]))


def _kept(version: PolicyVersion) -> dict[str, Write]:
    text = {**_text_key(version.version)._asdict(), "text": version.text}
    return {_KEPT: Put(policy_record(version), condition=IS_NEW), "text": Put(text)}


def _text_key(version: int) -> keys.RecordKey:
    return keys.RecordKey(keys.CURRENT_POLICY.pk, f"TEXT#{version:08d}")


def unknown_version(version: int) -> NotFound:
    """What is wrong with a version that was never kept."""
    return NotFound(f"there is no version {version} of the policy")
