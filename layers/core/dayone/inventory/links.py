"""Recognise by their names what a lost record no longer knows: users of people, groups and permission sets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.inventory.compare import Recorded, Snapshot, compare, id_of, name_of
from dayone.inventory.confirmation import has_other_ids
from dayone.inventory.differences import unmanaged
from dayone.lookups import ids_of
from dayone.model.inventory import Deviation, has_no_doubt
from dayone.model.operations import Applied
from dayone.model.people import Person
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, REFERENCE, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ports.recovery import Fence

type Links = Mapping[Subject, Applied]


@dataclass(frozen=True, kw_only=True)
class WhileRecovering:
    """Port for reading anew what a lost record may have had."""

    fence: Fence

    def since(self) -> datetime | None:
        """Return the moment after which all has to be read anew, None while no recovery is open and noted."""
        recovery = self.fence.recovery()
        return recovery.read_after if recovery else None


def noticed(snapshot: Snapshot, recorded: Recorded, *, is_rebuilding: bool) -> Iterator[Deviation]:
    """Yield all differences; while a record is rebuilt, with what is recognised as if that were recorded."""
    if not is_rebuilding:
        yield from compare(snapshot, recorded)
        return
    links = _linked(snapshot, recorded)
    linked = _with_links(recorded, {**_settled(snapshot, recorded), **links})
    for subject, applied in links.items():
        yield unmanaged(subject, applied.resource, applied.references)
    yield from _made_once_more(snapshot, linked)
    yield from compare(snapshot, linked, is_rebuilding=True)


def _linked(snapshot: Snapshot, recorded: Recorded) -> Links:
    """Return what Identity Center has by the name of subjects of which nothing that is there is recorded.

    A name that two of them have, or that something recorded has, links nothing.
    """
    found: dict[Subject, Applied] = {}
    for kind, reference in REFERENCE.items():
        whole = ITSELF[kind]
        there = _existing(snapshot, kind)
        nameless = [state for state in recorded.of_kind(kind) if id_of(state) not in there]
        times = Counter(_named(state) for state in nameless)
        existing = {
            name_of(attributes).casefold(): (name, attributes)
            for name, attributes in there.items()
            if name not in recorded.by_id
        }
        for state in nameless:
            called = _named(state)
            if called and times[called] == 1 and called in existing:
                name, attributes = existing[called]
                applied = Applied(resource=whole, attributes=attributes, references={reference: name})
                found[state.head.subject] = applied
    return found


def _settled(snapshot: Snapshot, recorded: Recorded) -> Links:
    """Return what is in doubt and there, without its doubt: what the record remembers as begun was ended long ago.

    Otherwise nobody would see the members of such a group, or the parts of such a permission set.
    """
    return {
        state.head.subject: replace(state.applied[whole], doubt=None)
        for kind, whole in ITSELF.items()
        for state in recorded.of_kind(kind)
        if not has_no_doubt(state.applied.get(whole)) and id_of(state) in _existing(snapshot, kind)
    }


def _with_links(recorded: Recorded, links: Links) -> Recorded:
    """Return the record as if what was recognised were in it."""
    if not links:
        return recorded
    more = {
        subject: replace(state, applied={**state.applied, links[subject].resource: links[subject]})
        for subject, state in recorded.states.items()
        if subject in links
    }
    return Recorded(states={**recorded.states, **more})


def _made_once_more(snapshot: Snapshot, recorded: Recorded) -> Iterator[Deviation]:
    """Yield memberships and assignments that are there by other ids than are recorded, as if they were not recorded."""
    for state in recorded.states.values():
        subject = state.head.subject
        for resource, applied in state.applied.items():
            ids = _ids_in(snapshot, recorded, ResourceOf(subject, resource))
            if ids and has_other_ids(applied, difference := unmanaged(subject, resource, ids)):
                yield difference


def _ids_in(snapshot: Snapshot, recorded: Recorded, target: ResourceOf) -> Mapping[str, str]:
    """Return the ids of a membership or an assignment that is there, empty for any other."""
    if target.resource.kind is ResourceKind.ASSIGNMENT:
        key = recorded.key_of(target.subject, target.resource)
        return ids_of(key) if key in snapshot.assignments else {}
    if target.resource.kind is not ResourceKind.MEMBERSHIP:
        return {}
    user, group = recorded.itself(target.subject), recorded.itself(Subject(SubjectKind.GROUP, target.resource.name))
    ids = {**(group.references if group else {}), **(user.references if user else {})}
    return ids if ids.get("user_id") in snapshot.members.get(ids.get("group_id", ""), ()) else {}


def _existing(snapshot: Snapshot, kind: SubjectKind) -> Mapping[str, Mapping[str, str]]:
    if kind is SubjectKind.PERMISSION_SET:
        return {arn: parts[ITSELF[kind]] for arn, parts in snapshot.sets.items()}
    return snapshot.groups if kind is SubjectKind.GROUP else snapshot.users


def _named(state: SubjectState) -> str:
    fact = state.head.fact
    return (fact.user_name if isinstance(fact, Person) else state.head.subject.name).casefold()
