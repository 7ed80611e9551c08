"""The record of what somebody has touched, read by AWS's ids, so that it costs what is asked and not what there is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dayone.inventory.compare import Recorded
from dayone.inventory.confirmation import ConfirmingPorts
from dayone.inventory.reading import recorded_states
from dayone.model.people import USER_NAME
from dayone.model.subjects import REFERENCE, ResourceKind, Subject, SubjectKind
from dayone.ports.identity_center import PrincipalType
from dayone.ports.inventory import Inventory
from dayone.ports.records import SubjectIndex
from dayone.ports.store import Company

type Ids = Mapping[str, str]

_PRINCIPALS = {PrincipalType.GROUP: SubjectKind.GROUP, PrincipalType.USER: SubjectKind.PERSON}


@dataclass(frozen=True, kw_only=True)
class LookPorts:
    """Ports of a look at some resources, rather than at everything."""

    inventory: Inventory
    company: Company
    confirming: ConfirmingPorts


def recorded_of(touched: Iterable[Ids], *, subjects: Iterable[Subject] = (), ports: LookPorts) -> Recorded:
    """Return the record of the subjects of these ids, of `subjects`, and of all that is being created.

    Until an inventory has seen that everything recorded can be found by its id, and while a lost record is rebuilt, it
    is the whole record but of accounts.
    """
    every_id = list(touched)
    current = ports.inventory.current()
    found = set(subjects) | {Subject(SubjectKind.ACCOUNT, ids["account"]) for ids in every_id if "account" in ids}
    everything: Iterable[SubjectKind] = ()
    if current is None or not current.is_indexed or ports.confirming.is_idle:
        everything = REFERENCE
    else:
        found |= _identified(every_id, ports=ports)
        found |= _by_membership({ids["membership_id"] for ids in every_id if "membership_id" in ids}, ports=ports)
    read = (state for kind in everything for state in recorded_states(kind, company=ports.company))
    states = {state.head.subject: state for state in read}
    states |= {subject: ports.confirming.records.subject(subject) for subject in sorted(found - states.keys())}
    return Recorded(states=states)


def with_named(recorded: Recorded, users: Mapping[str, Ids], *, ports: LookPorts) -> Recorded:
    """Return the record with the people who have the names of these users: Day One may be creating them just now."""
    names = (user.get("user_name", "") for name, user in users.items() if name not in recorded.by_id)
    holders = (ports.confirming.index.holder_of(f"{USER_NAME}{name.casefold()}") for name in names if name)
    people = {Subject(SubjectKind.PERSON, holder) for holder in holders if holder} - recorded.states.keys()
    return Recorded(
        states={**recorded.states, **{person: ports.confirming.records.subject(person) for person in people}}
    )


def is_indexed(recorded: Recorded, *, index: SubjectIndex) -> bool:
    """Return whether everything recorded can be found by AWS's id: records of earlier releases cannot."""
    for kind, reference in REFERENCE.items():
        found = (recorded.itself(state.head.subject) for state in recorded.of_kind(kind))
        if {itself.references[reference] for itself in found if itself and reference in itself.references} - index.ids(
            kind
        ):
            return False
    return True


def _identified(touched: Iterable[Ids], *, ports: LookPorts) -> set[Subject]:
    index, ids_of = ports.confirming.index, dict[SubjectKind, set[str]]()
    for ids in touched:
        for kind, name in _ids_in(ids):
            ids_of.setdefault(kind, set()).add(name)
    found = {subject for kind, names in ids_of.items() for subject in index.identified(kind, sorted(names)).values()}
    return found | {subject for kind in ids_of for subject in index.begun(kind)}


def _ids_in(ids: Ids) -> Iterator[tuple[SubjectKind, str]]:
    for kind, reference in REFERENCE.items():
        if reference in ids:
            yield kind, ids[reference]
    if "principal_id" in ids:
        yield _PRINCIPALS[PrincipalType(ids["principal_type"])], ids["principal_id"]


def _by_membership(names: set[str], *, ports: LookPorts) -> set[Subject]:
    """Return the people and groups of memberships that are named by their own ids only: all people are read once."""
    return {
        subject
        for state in (recorded_states(SubjectKind.PERSON, company=ports.company) if names else ())
        for resource, applied in state.applied.items()
        if resource.kind is ResourceKind.MEMBERSHIP and applied.references.get("membership_id") in names
        for subject in (state.head.subject, Subject(SubjectKind.GROUP, resource.name))
    }
