"""Confirm differences by reading each once more, directly, between two looks at the record.

Every operation puts its resource in doubt before AWS is called. So what is recorded alike and without doubt before and
after the read was not being changed by Day One while it was read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dayone.errors import NotFound
from dayone.inventory.differences import changes_between, outdated_in
from dayone.inventory.reading import all_assignments_in, all_members
from dayone.model.inventory import Deviation, DriftKind, has_no_doubt
from dayone.model.operations import OPEN_STATES, Applied
from dayone.model.subjects import ITSELF, Resource, ResourceKind, ResourceOf
from dayone.ports.identity_center import PrincipalType
from dayone.ports.inventory import InventoryReader
from dayone.ports.records import Records, SubjectIndex

type Attributes = Mapping[str, str]
# The attributes that AWS has of what a difference is about; None where that does not exist.
type _Existing = Callable[[Deviation], Attributes | None]

_MISSING_SET: Mapping[Resource, Attributes] = {}


@dataclass(frozen=True, kw_only=True)
class ConfirmingPorts:
    """Ports of confirming; with `is_idle` no operation is carried out, so what is planned is no reason to wait."""

    reader: InventoryReader
    index: SubjectIndex
    records: Records
    is_idle: bool = False


def unit_of(difference: Deviation) -> str:
    """Return what is read to confirm a difference: its permission set, group, user, members, or set in an account."""
    ids = difference.ids
    if "account" in ids:
        return f"assignments {ids['account']} {ids['permission_set_arn']}"
    if "permission_set_arn" in ids:
        return f"permission-set {ids['permission_set_arn']}"
    if "group_id" in ids:
        return f"{'members' if 'user_id' in ids else 'group'} {ids['group_id']}"
    return f"user {ids['user_id']}"


def by_unit(differences: Iterable[Deviation]) -> Mapping[str, list[Deviation]]:
    """Return differences by what is read to confirm them."""
    units: dict[str, list[Deviation]] = {}
    for difference in differences:
        units.setdefault(unit_of(difference), []).append(difference)
    return units


def all_confirmed(differences: Iterable[Deviation], *, ports: ConfirmingPorts) -> Iterator[Deviation]:
    """Yield those that are still there when they are read directly; see `confirmed`."""
    for unit, of_unit in by_unit(differences).items():
        yield from confirmed(unit, of_unit, ports=ports)


def confirmed(unit: str, differences: Sequence[Deviation], *, ports: ConfirmingPorts) -> Sequence[Deviation]:
    """Return those of the differences of a unit that are there; what Day One is about to change is none."""
    targets = [difference.target for difference in differences if difference.target]
    before = _recorded(targets, ports=ports)
    existing = _read(unit, reader=ports.reader)
    after = _recorded(targets, ports=ports)
    unmoved = {target for target in targets if _is_same(before.get(target), after.get(target))}
    by_subject = {} if ports.is_idle else {target.subject: target for target in targets}
    about_to_change = _open_in(by_subject.values(), records=ports.records)
    settled = [
        difference
        for difference in differences
        if difference.target is None or difference.target in unmoved - about_to_change
    ]
    return [
        still
        for difference in settled
        if (still := _still(difference, existing, before=before, reader=ports.reader)) is not None
    ]


def in_work(differences: Iterable[Deviation], *, index: SubjectIndex) -> frozenset[str]:
    """Return the ids of those that Day One has begun to repair, or is to: they go when that is over."""
    targets = {difference.id: difference.target for difference in differences if difference.target}
    applied = index.applied(targets.values())
    return frozenset(name for name, target in targets.items() if not has_no_doubt(applied.get(target)))


def _recorded(targets: Iterable[ResourceOf], *, ports: ConfirmingPorts) -> Mapping[ResourceOf, Applied]:
    """Return what is recorded of resources; while nothing is carried out, without those on which something was begun.

    What a copy of a table remembers as begun was ended long ago, and the resource may have been changed or made once
    more since.
    """
    applied = ports.index.applied(targets)
    if not ports.is_idle:
        return applied
    return {target: entry for target, entry in applied.items() if has_no_doubt(entry)}


def _is_same(before: Applied | None, after: Applied | None) -> bool:
    return before == after and has_no_doubt(before)


def _open_in(targets: Iterable[ResourceOf], *, records: Records) -> frozenset[ResourceOf]:
    """Return the resources that open operations of these subjects are to change."""
    found: set[ResourceOf] = set()
    for target in targets:
        head = records.subject(target.subject).head
        if head.outstanding:
            found |= {operation.target for operation in records.plan_of(head) if operation.state in OPEN_STATES}
    return frozenset(found)


def _still(
    difference: Deviation,
    existing: _Existing,
    *,
    before: Mapping[ResourceOf, Applied],
    reader: InventoryReader,
) -> Deviation | None:
    """Return the difference as it is now, None when it is none."""
    actual = existing(difference)
    recorded = before.get(difference.target) if difference.target else None
    match difference.kind:
        case DriftKind.MISSING:
            return difference if recorded is not None and actual is None and _is_of(recorded, difference) else None
        case DriftKind.UNMANAGED:
            is_other = recorded is None or has_other_ids(recorded, difference)
            return difference if is_other and actual is not None else None
        case DriftKind.ORPHANED:
            return difference if actual is not None and not _has_principal(difference, reader=reader) else None
        case DriftKind.CHANGED:
            changes = changes_between(recorded, actual) if recorded is not None and actual is not None else ()
            return replace(difference, changes=changes) if changes else None
        case DriftKind.UNPROVISIONED:
            outdated = outdated_in({Resource(ResourceKind.PROVISIONING): actual}) if actual is not None else ()
            return replace(difference, accounts=outdated) if outdated else None


def _is_of(recorded: Applied, difference: Deviation) -> bool:
    """Return whether a group, set or user has still the ids of a difference: it may have been made once more since."""
    return recorded.resource not in ITSELF.values() or not has_other_ids(recorded, difference)


def has_other_ids(recorded: Applied, difference: Deviation) -> bool:
    """Return whether a resource is there by other ids than are recorded: it was made once more since."""
    actual = difference.references
    return any(actual.get(name, value) != value for name, value in recorded.references.items())


def _has_principal(difference: Deviation, *, reader: InventoryReader) -> bool:
    name = difference.ids["principal_id"]
    is_user = difference.ids["principal_type"] == PrincipalType.USER
    return (reader.user(name) if is_user else reader.group(name)) is not None


def _read(unit: str, *, reader: InventoryReader) -> _Existing:
    """Read a unit; raise for any failure that does not say that it is gone."""
    kind, *ids = unit.split(" ")
    if kind == "assignments":
        account, arn = ids
        keys = {(key.principal_type, key.principal_id) for key in _or_none(all_assignments_in, account, arn, reader)}
        return lambda difference: (
            {} if (difference.ids["principal_type"], difference.ids["principal_id"]) in keys else None
        )
    if kind == "members":
        members = frozenset(_or_none(all_members, ids[0], reader))
        return lambda difference: {} if difference.ids["user_id"] in members else None
    if kind == "permission-set":
        parts = _parts(ids[0], reader=reader)
        return lambda difference: parts.get(Resource.parse(difference.resource))
    attributes = reader.group(ids[0]) if kind == "group" else reader.user(ids[0])
    return lambda _difference: attributes


def _or_none[T](read: Callable[..., Sequence[T]], *of: object) -> Sequence[T]:
    try:
        return read(*of)
    except NotFound:
        return ()


def _parts(arn: str, *, reader: InventoryReader) -> Mapping[Resource, Attributes]:
    try:
        return reader.permission_set(arn)
    except NotFound:
        return _MISSING_SET
