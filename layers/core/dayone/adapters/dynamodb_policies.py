"""The policy's versions in DynamoDB: each kept as it was uploaded, and one of them in force."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit import POLICY, appended
from dayone.adapters.dynamodb_conditions import EXISTS, IS_NEW, is_older_than
from dayone.adapters.dynamodb_mapping import policy_in, policy_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Check, Put, Write
from dayone.domain.audit import AuditEntry
from dayone.domain.policy import Policy, PolicyVersion
from dayone.errors import Conflicting, NotFound, TooLarge

# DynamoDB takes 400 KB in a record, its names and the other attributes included.
_LONGEST_TEXT = 350_000
_UPLOADS_AT_ONCE = 10

_KEPT, _CURRENT = "kept", "current"


class DynamoPolicies:
    """The port Policies; `parse` reads a kept version, which is done once for each because a version never changes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem"}
    )

    def __init__(self, table: DynamoTable, *, parse: Callable[[PolicyVersion], Policy]) -> None:
        self._table = table
        self._parse = parse
        self._parsed = Policy()

    def current(self) -> Policy:
        """The policy in force; the empty one, version 0, before the first."""
        version = self.current_version()
        if version != self._parsed.version:
            self._parsed = self._parse(_kept(self._table, version)) if version else Policy()
        return self._parsed

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return _version_in_force(self._table)

    def activate(self, version: int, *, audit: AuditEntry) -> None:
        """Put a kept version in force; an older one is left aside, the same again is harmless.

        Raises NotFound for a version that was never kept.
        """
        refused = self._table.transact(
            lambda: self._activation(version, entry=audit),
            what=f"activating version {version} of the policy",
            over_when=[_KEPT, _CURRENT],
        )
        if _KEPT in refused:
            raise _unknown(version)

    def _activation(self, version: int, *, entry: AuditEntry) -> Mapping[str, Write]:
        in_force = {**keys.CURRENT_POLICY._asdict(), "version": version}
        return {
            _KEPT: Check(keys.policy_key(version), condition=EXISTS),
            _CURRENT: Put(in_force, condition=is_older_than(version)),
            **appended(self._table, [entry], lane=POLICY),
        }


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
        version = _version_in_force(self._table)
        return _kept(self._table, version) if version else None

    def _newest(self) -> int:
        kept = Key("pk").eq(keys.CURRENT_POLICY.pk) & Key("sk").begins_with(keys.VERSION)
        return max((int(one["version"]) for one in self._table.query(kept, newest_first=True, limit=1)), default=0)


def _version_in_force(table: DynamoTable) -> int:
    record = table.get(keys.CURRENT_POLICY)
    return int(record["version"]) if record else 0


def _kept(table: DynamoTable, version: int) -> PolicyVersion:
    record = table.get(keys.policy_key(version))
    if record is None:
        raise _unknown(version)
    return policy_in(record)


def _unknown(version: int) -> NotFound:
    return NotFound(f"there is no version {version} of the policy")
