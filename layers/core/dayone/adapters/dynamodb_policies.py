"""The policy in force in DynamoDB: read by all who plan, replaced by a newer version."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit import POLICY, appended
from dayone.adapters.dynamodb_conditions import EXISTS, is_older_than, is_version
from dayone.adapters.dynamodb_policy_archive import kept_version, unknown_version, version_in_force
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Check, Put, Update, Write
from dayone.contracts.codec import decode, encode
from dayone.domain.audit import AuditEntry
from dayone.domain.guards import with_reservations
from dayone.domain.origins import Origins
from dayone.domain.policy import Policy, PolicyVersion, Reservation, Reservations
from dayone.domain.terms import Terms

_KEPT, _CURRENT, _ORIGINS = "kept", "current", "origins"
_ORIGINS_OF_CURRENT = keys.RecordKey(keys.CURRENT_POLICY.pk, "ORIGINS")
_NONE, _UNKNOWN = Reservations(), Origins()
# Each is lifted by itself, since two decisions may meet.
_LIFTED: Mapping[Reservation, tuple[str, ...]] = {
    Reservation.HOLD: ("hold", "replaced"),
    Reservation.GUARD: ("guard",),
}


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
        if record is None:
            return Policy()
        version, reservations = int(record["version"]), decode(Reservations, record)
        if (version, reservations) != (self._parsed.version, self._parsed.reservations):
            before = tuple(map(self.version, reservations.replaced))
            self._parsed = with_reservations(self.version(version), reservations=reservations, before=before)
        return self._parsed

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return version_in_force(self._table)

    def version(self, version: int) -> Policy:
        """A kept version, in force or not; raises NotFound for one that was never kept."""
        kept = kept_version(self._table, version)
        return replace(self._parse(kept), terms=Terms(actor=kept.actor, authors=kept.authors))


class DynamoPolicies(DynamoPolicyInForce):
    """The port Policies."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    )

    def activate(
        self, version: int, *, audit: AuditEntry, reservations: Reservations = _NONE, origins: Origins = _UNKNOWN
    ) -> None:
        """Put a kept version in force; an older one is left aside, the same again is harmless.

        Raises NotFound for a version that was never kept.
        """
        refused = self._table.transact(
            lambda: self._activation(version, entry=audit, reservations=reservations, origins=origins),
            what=f"activating version {version} of the policy",
            over_when=[_KEPT, _CURRENT],
        )
        if _KEPT in refused:
            raise unknown_version(version)

    def lift(self, version: int, reservation: Reservation) -> None:
        """Lift one of the reservations that a version is in force under; harmless when it is not in force."""
        lifted = Update(keys.CURRENT_POLICY, remove=_LIFTED[reservation], condition=is_version(version))
        self._table.write(lifted, what=f"lifting a reservation of version {version} of the policy")

    def approve(self, version: int, parts: frozenset[str]) -> None:
        """Remember that these parts of a version were approved, and no others; harmless when it is not in force."""
        noted = Update(keys.CURRENT_POLICY, put={"approved": encode(parts)}, condition=is_version(version))
        self._table.write(noted, what=f"approving parts of version {version} of the policy")

    def origins(self) -> Origins:
        """Who brought the parts of the version in force; without any where that was never recorded."""
        record = self._table.get(_ORIGINS_OF_CURRENT)
        return decode(Origins, json.loads(zlib.decompress(bytes(record["packed"])))) if record else _UNKNOWN

    def _activation(
        self, version: int, *, entry: AuditEntry, reservations: Reservations, origins: Origins
    ) -> Mapping[str, Write]:
        in_force = {**keys.CURRENT_POLICY._asdict(), "version": version, **encode(reservations)}
        return {
            _KEPT: Check(keys.policy_key(version), condition=EXISTS),
            _CURRENT: Put(in_force, condition=is_older_than(version)),
            # Thousands of digests, each with whoever put it in force: packed, they fit into a record.
            _ORIGINS: Put(
                {**_ORIGINS_OF_CURRENT._asdict(), "packed": zlib.compress(json.dumps(encode(origins)).encode())}
            ),
            **appended(self._table, [entry], lane=POLICY),
        }
