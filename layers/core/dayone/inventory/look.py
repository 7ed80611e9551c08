"""Look at what Identity Center still has of a person who has left, as soon as all that Day One gave them is gone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dayone.errors import NotFound
from dayone.inventory.compare import Snapshot, compare
from dayone.inventory.confirmation import all_confirmed
from dayone.inventory.reading import every
from dayone.inventory.touched import LookPorts, recorded_of
from dayone.lookups import ids_of
from dayone.model.inventory import Counts, Deviation, DriftFinding, DriftKind, Pass, ReadMethod
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, Resource, SubjectKind
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.inventory import Inventory, InventoryReader

_ITSELF = ITSELF[SubjectKind.PERSON]


def look_at_leavers(*, ports: LookPorts, is_delegated: bool, now: datetime) -> int:
    """Look at each person that is to be looked at and has nothing left to be done; return how many were.

    What they still have is kept as findings. A delegated administrator sees their groups only: AWS lists a user's own
    assignments in the management account, and the next inventory finds them. Raises Unavailable when AWS cannot be
    reached; whoever was not looked at by then is by the next run.
    """
    number, inventory = 0, ports.inventory
    for subject in inventory.looks():
        state = ports.confirming.records.subject(subject)
        if not state.head.outstanding:
            left = list(_left_of(state, ports=ports, is_delegated=is_delegated, now=now))
            inventory.put(_finding(each, inventory=inventory, now=now) for each in left)
            inventory.looked_at(subject)
            number += 1
    return number


def _finding(difference: Deviation, *, inventory: Inventory, now: datetime) -> DriftFinding:
    existing = inventory.finding(difference.id)
    if existing is not None:
        return replace(existing, difference=difference, seen_at=now, is_baseline=False)
    return DriftFinding(difference=difference, first_seen_at=now, seen_at=now)


def _left_of(state: SubjectState, *, ports: LookPorts, is_delegated: bool, now: datetime) -> Iterator[Deviation]:
    """Yield what a person has in Identity Center that is not recorded."""
    user = state.applied.get(_ITSELF)
    user_id = user.references.get("user_id", "") if user else ""
    if not user_id:
        return
    try:
        snapshot = _snapshot(user_id, reader=ports.confirming.reader, is_delegated=is_delegated, now=now)
    except NotFound:
        return
    touched = [{"group_id": group} for group in snapshot.groups] + [dict(ids_of(key)) for key in snapshot.assignments]
    recorded = recorded_of(touched, subjects=[state.head.subject], ports=ports)
    unmanaged = (each for each in compare(snapshot, recorded) if each.kind is DriftKind.UNMANAGED)
    yield from all_confirmed((each for each in unmanaged if _is_theirs(each, user_id)), ports=ports.confirming)


def _is_theirs(difference: Deviation, user_id: str) -> bool:
    ids = difference.ids
    return user_id == ids.get("principal_id") or (user_id == ids.get("user_id") and "group_id" in ids)


def _snapshot(user_id: str, *, reader: InventoryReader, is_delegated: bool, now: datetime) -> Snapshot:
    groups = every(lambda *, cursor: reader.groups_of(user_id, cursor=cursor))
    assignments = [] if is_delegated else _own_assignments(user_id, reader=reader)
    return Snapshot(
        of=pass_of_a_look(now),
        sets={arn: _named(arn, reader=reader) for arn in sorted({key.permission_set_arn for key in assignments})},
        groups={group: reader.group(group) or {"name": group} for group in groups},
        users={user_id: reader.user(user_id) or {}},
        members={group: frozenset({user_id}) for group in groups},
        assignments=frozenset(assignments),
    )


def _own_assignments(user_id: str, *, reader: InventoryReader) -> Sequence[AssignmentKey]:
    principal = AwsPrincipal(kind=PrincipalType.USER, id=user_id)
    found = every(lambda *, cursor: reader.assignments_of(principal, cursor=cursor))
    return [key for key in found if key.principal_id == user_id]


def _named(arn: str, *, reader: InventoryReader) -> dict[Resource, dict[str, str]]:
    whole = ITSELF[SubjectKind.PERMISSION_SET]
    return {whole: dict(reader.permission_set(arn)[whole])}


def pass_of_a_look(now: datetime) -> Pass:
    """Return the pass that a snapshot is of which has nothing but what was looked at."""
    return Pass(id="", began_at=now, method=ReadMethod.BY_PRINCIPAL, costs=(), counts=Counts())
