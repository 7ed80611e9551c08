"""The policy in force in DynamoDB: read by all who plan, replaced by a newer version."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit import POLICY, appended
from dayone.adapters.dynamodb_conditions import EXISTS, is_older_than
from dayone.adapters.dynamodb_policy_archive import kept_version, unknown_version, version_in_force
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Check, Put, Write
from dayone.domain.audit import AuditEntry
from dayone.domain.policy import Policy, PolicyVersion
from dayone.domain.terms import Terms

_KEPT, _CURRENT = "kept", "current"


class DynamoPolicyInForce:
    """The port PolicyInForce; `parse` reads a kept version, once for each because a version never changes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem"})

    def __init__(self, table: DynamoTable, *, parse: Callable[[PolicyVersion], Policy]) -> None:
        self._table = table
        self._parse = parse
        self._parsed = Policy()

    def current(self) -> Policy:
        """The policy in force; the empty one, version 0, before the first."""
        record = self._table.get(keys.CURRENT_POLICY)
        version = int(record["version"]) if record else 0
        if version != self._parsed.version:
            self._parsed = self.version(version) if version else Policy()
        hold = str(record.get("hold", "")) if record else ""
        if hold != self._parsed.terms.hold:
            self._parsed = replace(self._parsed, terms=replace(self._parsed.terms, hold=hold))
        return self._parsed

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return version_in_force(self._table)

    def version(self, version: int) -> Policy:
        """A kept version, in force or not; raises NotFound for one that was never kept."""
        kept = kept_version(self._table, version)
        return replace(self._parse(kept), terms=Terms(actor=kept.actor))


class DynamoPolicies(DynamoPolicyInForce):
    """The port Policies."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem"}
    )

    def activate(self, version: int, *, audit: AuditEntry, hold: str = "") -> None:
        """Put a kept version in force; an older one is left aside, the same again is harmless.

        Raises NotFound for a version that was never kept.
        """
        refused = self._table.transact(
            lambda: self._activation(version, entry=audit, hold=hold),
            what=f"activating version {version} of the policy",
            over_when=[_KEPT, _CURRENT],
        )
        if _KEPT in refused:
            raise unknown_version(version)

    def _activation(self, version: int, *, entry: AuditEntry, hold: str) -> Mapping[str, Write]:
        in_force = {**keys.CURRENT_POLICY._asdict(), "version": version, **({"hold": hold} if hold else {})}
        return {
            _KEPT: Check(keys.policy_key(version), condition=EXISTS),
            _CURRENT: Put(in_force, condition=is_older_than(version)),
            **appended(self._table, [entry], lane=POLICY),
        }
