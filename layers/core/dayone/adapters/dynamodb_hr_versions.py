"""The versions of the configuration of HR systems in DynamoDB, the newest and the one in force named by a head."""

from typing import ClassVar

from dayone.adapters import dynamodb_audit as audit_log
from dayone.adapters.dynamodb_conditions import IS_NEW, has_newest
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.contracts.codec import decode, encode
from dayone.domain.audit import AuditEntry
from dayone.domain.hr_versions import ALL_SOURCES, HrVersion, HrVersions
from dayone.errors import Conflicting

_PK = "HRCONFIGURATION"
_HEAD_KEY = RecordKey(_PK, HEAD)
_HEAD = "head"


class DynamoRecordedHrVersions:
    """The port RecordedHrVersions."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def versions(self) -> HrVersions:
        """See HrVersionLog."""
        head = self._table.get(_HEAD_KEY)
        if head is None:
            return HrVersions()
        newest = self._version(int(head["newest"]))
        in_force = int(head.get("in_force", 0))
        if in_force == newest.number:
            return HrVersions(in_force=newest, newest=newest)
        return HrVersions(in_force=self._version(in_force) if in_force else None, newest=newest)

    def _version(self, number: int) -> HrVersion:
        record = self._table.get(_version_key(number))
        if record is None:
            raise Conflicting(f"version {number} of the configuration of HR systems is not in the table")
        return decode(HrVersion, record)


class DynamoHrVersions(DynamoRecordedHrVersions):
    """The port HrVersionLog."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem"})

    def keep(self, version: HrVersion, *, before: HrVersions, audit: AuditEntry) -> None:
        """See HrVersionLog."""
        after = before.with_version(version)
        head = {**_HEAD_KEY._asdict(), "newest": version.number, "state": version.state.value}
        if after.in_force:
            head["in_force"] = after.in_force.number
        newest = before.newest
        condition = has_newest(newest.number, state=newest.state.value) if newest else IS_NEW
        moved = self._table.transact(
            lambda: {
                _HEAD: Put(head, condition=condition),
                "version": Put({**_version_key(version.number)._asdict(), **encode(version)}),
                **audit_log.appended(self._table, [audit], lane=audit_log.facts_lane(ALL_SOURCES)),
            },
            what="recording a configuration of HR systems",
            over_when=[_HEAD],
        )
        if moved:
            raise Conflicting("somebody else has recorded a configuration of HR systems")


def _version_key(number: int) -> RecordKey:
    return RecordKey(_PK, f"VERSION#{number:08d}")
