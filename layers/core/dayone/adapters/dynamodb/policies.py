"""The policy in force in DynamoDB, and every version as it was uploaded."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from boto3.dynamodb.conditions import Attr, Key

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb.audit_log import POLICY, appended
from dayone.adapters.dynamodb.mapping import policy_in, policy_record
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import EXISTS, IS_NEW, Check, Put, Update, Write, is_older_than, is_version
from dayone.errors import Conflicting, NotFound, TooLarge
from dayone.messages.codec import decode, encode, stamp
from dayone.model.audit import AuditEntry
from dayone.model.policy.context import PolicyVersion, Reservation, Terms
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.preconditions import NO_PRECONDITION, Precondition
from dayone.planning.guards import with_reservations
from dayone.ports.records import Page

_KEPT, _CURRENT, _ORIGINS = "kept", "current", "origins"
_ORIGINS_OF_CURRENT = keys.RecordKey(keys.CURRENT_POLICY.pk, "ORIGINS")
_NONE, _UNKNOWN = Reservations(), Origins()
# Each is lifted by itself, since two decisions may meet.
_LIFTED: Mapping[Reservation, tuple[str, ...]] = {
    Reservation.HOLD: ("hold", "replaced", "replaced_ends"),
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
        """Return the policy in force; the empty one, version 0, before the first."""
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
        """Return a stored version, in force or not; raise NotFound for one that was never stored."""
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

    def note_access(self, version: int, *, in_sensitive_accounts: frozenset[str], assigned: frozenset[str]) -> None:
        """Add to what is known of access beside the rules; harmless when the version is not in force."""
        found = {"in_sensitive_accounts": in_sensitive_accounts, "assigned": assigned}

        def noted() -> Mapping[str, Write]:
            record = self._table.get(keys.CURRENT_POLICY) or {}
            new = {name: values for name, values in found.items() if not values <= frozenset(record.get(name, ()))}
            if record.get("version") != version or not new:
                return {}
            # Several subjects may come at once, and nothing is to be forgotten.
            condition = is_version(version)
            for name in new:
                condition &= Attr(name).eq(record[name]) if name in record else Attr(name).not_exists()
            put = {name: encode(values | frozenset(record.get(name, ()))) for name, values in new.items()}
            return {_CURRENT: Update(keys.CURRENT_POLICY, put=put, condition=condition)}

        self._table.transact(noted, what=f"noting access beside the rules of version {version} of the policy")

    def origins(self) -> Origins:
        """Return the authors of the parts of the version in force; empty where that was never recorded."""
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


# DynamoDB takes 400 KB in a record, its names and the other attributes included.
_LONGEST_TEXT = 350_000
_UPLOADS_AT_ONCE = 10
_STORED = "kept"
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
            newest, existing = self._newest(change, at=at)
            if existing is not None:
                return existing
            precondition.check(str(newest) if newest else None)
            version = made(version=newest + 1, names=names or (file,))
            # Somebody else may have taken the number meanwhile; then it is theirs, and the newest.
            if not self._table.transact(lambda kept=version: _kept(kept), what="keeping a policy", over_when=[_STORED]):  # type: ignore[misc]
                return version
        raise Conflicting("others keep uploading policies")

    def current(self) -> PolicyVersion | None:
        """Return the text in force, or None before the first."""
        version = version_in_force(self._table)
        return kept_version(self._table, version) if version else None

    def change_in_force(self) -> str:
        """See PolicyArchive."""
        version = version_in_force(self._table)
        record = self._table.get(keys.policy_key(version)) if version else None
        return str(record["change"]) if record else ""

    def version(self, version: int) -> PolicyVersion:
        """One version, in force or not; raises NotFound for one that was never kept."""
        return kept_version(self._table, version)

    def versions(self, *, cursor: str, limit: int) -> Page[PolicyVersion]:
        """All versions without their texts, the newest first."""
        return _VERSIONS.page(self._table, cursor=cursor, limit=limit, read=policy_in)

    def _newest(self, change: str, *, at: datetime) -> tuple[int, PolicyVersion | None]:
        """Return the number of the newest version, 0 without any, and the version already stored for the change."""
        newest, too_old = 0, stamp(at - _CLOCKS_DIFFER)
        kept = Key("pk").eq(keys.CURRENT_POLICY.pk) & Key("sk").begins_with(keys.VERSION)
        for pair in self._table.query(kept, newest_first=True, page=1):
            newest = newest or int(pair["version"])
            if str(pair["change"]) == change:
                return newest, kept_version(self._table, int(pair["version"]))
            if str(pair["at"]) < too_old:
                break
        return newest, None


def version_in_force(table: DynamoTable) -> int:
    """Return the number of the version in force, 0 before the first."""
    record = table.get(keys.CURRENT_POLICY)
    return int(record["version"]) if record else 0


def kept_version(table: DynamoTable, version: int) -> PolicyVersion:
    """Return a version as it was stored; raise NotFound."""
    record, text = table.get(keys.policy_key(version)), table.get(_text_key(version))
    if record is None or text is None:
        raise unknown_version(version)
    return policy_in(record, text=str(text["text"]))


def _kept(version: PolicyVersion) -> dict[str, Write]:
    text = {**_text_key(version.version)._asdict(), "text": version.text}
    return {_STORED: Put(policy_record(version), condition=IS_NEW), "text": Put(text)}


def _text_key(version: int) -> keys.RecordKey:
    return keys.RecordKey(keys.CURRENT_POLICY.pk, f"TEXT#{version:08d}")


def unknown_version(version: int) -> NotFound:
    """Return the error for a version that was never stored."""
    return NotFound(f"there is no version {version} of the policy")
