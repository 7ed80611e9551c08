"""Read every account of the organisation, and requeue those below a unit that was moved or renamed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Protocol

from dayone.errors import Conflicting, Invalid, Malformed, Rejected
from dayone.lookups import Taken, caused_by, walk_kind
from dayone.model.accounts import Account, AccountState
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import BootstrapAccounts, DiscoverAccounts, RefreshAccount, RefreshOrganizationalUnit
from dayone.model.subject_state import Head, Plan, Portion, SubjectState
from dayone.model.subjects import THE_ORGANIZATION, Subject, SubjectKind
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.organizations import Organization
from dayone.ports.records import SubjectIndex
from dayone.ports.store import Changes, Company, Inbox, Portions, Subjects

_LOOKED_AT_IN_A_PORTION = 500
# Events about accounts come best effort: what got lost is made good after this.
_LOOK_AGAIN = timedelta(days=1)
_NO_TOKEN = ""
_OURSELVES = "dayone"


@dataclass(frozen=True, kw_only=True)
class DiscoveryPorts:
    """Ports of discovery; after `time_to_run` a run hands over to the next one, at the end of a portion."""

    subjects: Subjects
    company: Company
    portions: Portions
    organization: Organization
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


@dataclass(frozen=True)
class _Place:
    """The number of a portion; `token` continues Organizations' list, None continues the recorded accounts."""

    number: int = 0
    token: str | None = None

    def __str__(self) -> str:
        return str(self.number) if self.token is None else f"{self.number}:{self.token}"


def discover_accounts(command: DiscoverAccounts, *, ports: DiscoveryPorts) -> None:
    """Requeue all accounts, in portions; safe to repeat, and to be interrupted anywhere.

    Accounts found by the initial discovery existed before Day One, so what they are given will be held. In a scheduled
    discovery, only accounts that differ from their record are part of the change.
    """
    cause, until = command.cause, ports.clock() + ports.time_to_run
    ports.changes.open(cause)
    head = _noted(cause, ports=ports)
    is_initial = head.change == cause.change or _is_early(cause, initial=head.change, portions=ports.portions)
    is_routine = cause.actor == _OURSELVES and not is_initial
    if is_routine:
        # The organisation itself; each account adds itself when there is anything to record of it.
        ports.changes.expect(cause.change, subjects=1)
    place: _Place | None = _place(command)
    while place is not None:
        portion, place = _portion(place, cause=cause, ports=ports)
        ports.inbox.put(
            RefreshAccount(subject=subject, cause=cause, is_initial_discovery=is_initial, only_if_changed=is_routine)
            for subject in portion.subjects
        )
        if place is not None and ports.clock() >= until:
            ports.inbox.put([replace(command, cursor=str(place))])
            return
    if not is_routine:
        # The organisation itself was planned, too, and is due again at this time.
        ports.changes.expect(cause.change, subjects=portion.total + 1)
    ports.portions.keep(_over(cause.change), replace(portion, number=0, subjects=(), last=None))


def _noted(cause: Cause, *, ports: DiscoveryPorts) -> Head:
    """Schedule the next discovery; the head keeps the change of the initial one."""
    head = ports.subjects.load(THE_ORGANIZATION).head
    if ports.subjects.is_planned(THE_ORGANIZATION, change=cause.change):
        return head
    after = replace(head, change=head.change or cause.change, due_at=ports.clock() + _LOOK_AGAIN)
    try:
        ports.subjects.commit(Plan(cause=cause, before=head, after=after))
    except Conflicting:
        # Another discovery runs at the same time: by now it is recorded which of the two was first.
        return _noted(cause, ports=ports)
    return after


def _is_early(cause: Cause, *, initial: str, portions: Portions) -> bool:
    """Return whether it began before the initial discovery was complete; it must not find the accounts before that.

    The next run of the same discovery gets the same answer, though the other is complete by then.
    """
    if portions.kept(_over(initial), number=0) is not None:
        return portions.kept(f"{cause.change}~early", number=0) is not None
    portions.keep(f"{cause.change}~early", Portion(number=0, subjects=(), total=0, last=None))
    return True


def _over(change: str) -> str:
    return f"{change}~listed"


def _portion(place: _Place, *, cause: Cause, ports: DiscoveryPorts) -> tuple[Portion, _Place | None]:
    """Return the portion at a place, stored before its accounts are requeued, and the next place."""
    if place.token is None:
        kept = ports.portions.kept(cause.change, number=place.number) or _read_portion(place, cause=cause, ports=ports)
        return kept, _Place(place.number + 1, token=None if kept.last else _NO_TOKEN)
    listed = ports.organization.list_accounts(place.token)
    portion = ports.portions.kept(cause.change, number=place.number) or _keep(
        cause,
        place,
        [
            name
            for name in listed.ids
            if not _may_be_a_member(ports.subjects.load(Subject(SubjectKind.ACCOUNT, name)).head)
        ],
        last=None,
        ports=ports,
    )
    return portion, _Place(place.number + 1, token=listed.cursor) if listed.cursor else None


def _read_portion(place: _Place, *, cause: Cause, ports: DiscoveryPorts) -> Portion:
    before = ports.portions.kept(cause.change, number=place.number - 1) if place.number else None
    after = before.last.name if before and before.last else ""
    states = list(islice(walk_kind(SubjectKind.ACCOUNT, company=ports.company, after=after), _LOOKED_AT_IN_A_PORTION))
    last = states[-1].head.subject if len(states) == _LOOKED_AT_IN_A_PORTION else None
    members = [state.head.subject.name for state in states if _may_be_a_member(state.head)]
    return _keep(cause, place, members, last=last, ports=ports)


def _keep(cause: Cause, place: _Place, ids: list[str], *, last: Subject | None, ports: DiscoveryPorts) -> Portion:
    before = ports.portions.kept(cause.change, number=place.number - 1) if place.number else None
    subjects = tuple(Subject(SubjectKind.ACCOUNT, name) for name in ids)
    total = len(subjects) + (before.total if before else 0)
    return ports.portions.keep(cause.change, Portion(number=place.number, subjects=subjects, total=total, last=last))


def _may_be_a_member(head: Head) -> bool:
    return isinstance(head.fact, Account) and head.fact.state is not AccountState.DEPARTED


def _place(command: DiscoverAccounts) -> _Place:
    number, colon, token = (command.cursor or "0").partition(":")
    try:
        return _Place(int(number), token=token if colon else None)
    except ValueError as error:
        raise Rejected(f"no look at the organisation goes on at {command.cursor!r}") from error


class DiscoveryRequestPorts(Protocol):
    """Ports of a discovery request, a part of the API's context."""

    inbox: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


def request_discovery(*, actor: str, ports: DiscoveryRequestPorts) -> str:
    """Ask for it; returns the id of the change. `actor` is the ARN of the caller."""
    cause = caused_by(actor, reference="discover", ports=ports, kind=CauseKind.DISCOVERY)
    ports.inbox.put([DiscoverAccounts(subject=THE_ORGANIZATION, cause=cause)])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return cause.change


MOST_ACCOUNTS = 100


class BootstrapPorts(Protocol):
    """Ports of a bootstrap request, a part of the API's context."""

    index: SubjectIndex
    inbox: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


def request_bootstrap(accounts: Sequence[str], *, actor: str, ports: BootstrapPorts) -> Taken:
    """Request the bootstrap of accounts by id; `actor` is the ARN of the caller.

    Each is read from Organizations, and everything the policy gives there is created again, recorded or not. Raises
    Malformed for more than a hundred, Invalid for unknown ones.
    """
    if len(accounts) > MOST_ACCOUNTS:
        raise Malformed(f"{len(accounts)} accounts are more than {MOST_ACCOUNTS}: send several requests")
    subjects = tuple(dict.fromkeys(Subject(SubjectKind.ACCOUNT, account) for account in accounts))
    states = ports.index.brief(subjects)
    if unknown := sorted(subject.name for subject in subjects if subject not in states):
        findings = tuple(f"{name}: no such account is known" for name in unknown)
        raise Invalid("some of these accounts are not recorded: nothing was started", findings=findings)
    cause = caused_by(actor, reference="bootstrap", ports=ports, kind=CauseKind.BOOTSTRAP)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([BootstrapAccounts(subject=whole, cause=cause, subjects=subjects)])
    ports.changes.open(cause)
    return Taken(change=cause.change)


_BELOW_A_UNIT_IN_A_PORTION = 1000


@dataclass(frozen=True, kw_only=True)
class UnitPorts:
    """Ports for refreshing the accounts of a unit.

    After `time_to_run` a run hands over to the next one, at the end of a portion.
    """

    organization: Organization
    company: Company
    portions: Portions
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def look_below_unit(command: RefreshOrganizationalUnit, *, ports: UnitPorts) -> None:
    """Requeue the accounts recorded below a unit, in portions; safe to repeat, and to be interrupted anywhere.

    The accounts are selected by their facts, so it costs no call to Organizations, and works for a deleted unit, too.
    An account that is not recorded yet has an event of its own.
    """
    cause, until = command.cause, ports.clock() + ports.time_to_run
    ports.changes.open(cause)
    # Before anybody reads an account: or it would be read with the old name of the unit.
    ports.organization.look_again_at_unit(command.subject.name)
    for number in count(_portion_number(command)):
        portion = ports.portions.kept(cause.change, number=number) or _new_portion(command, number, ports=ports)
        ports.inbox.put(RefreshAccount(subject=subject, cause=cause) for subject in portion.subjects)
        if portion.last is None:
            ports.changes.expect(cause.change, subjects=portion.total)
            return
        if ports.clock() >= until:
            ports.inbox.put([replace(command, cursor=str(number + 1))])
            return


def _new_portion(command: RefreshOrganizationalUnit, number: int, *, ports: UnitPorts) -> Portion:
    before = ports.portions.kept(command.cause.change, number=number - 1) if number else None
    after = before.last.name if before and before.last else ""
    looked_at = list(
        islice(walk_kind(SubjectKind.ACCOUNT, company=ports.company, after=after), _BELOW_A_UNIT_IN_A_PORTION)
    )
    subjects = tuple(state.head.subject for state in _below(command.subject.name, looked_at))
    total = len(subjects) + (before.total if before else 0)
    last = looked_at[-1].head.subject if len(looked_at) == _BELOW_A_UNIT_IN_A_PORTION else None
    portion = Portion(number=number, subjects=subjects, total=total, last=last)
    # Stored before anything is requeued, so that a repetition requeues the same.
    return ports.portions.keep(command.cause.change, portion)


def _below(unit_id: str, states: list[SubjectState]) -> Iterator[SubjectState]:
    for state in states:
        if isinstance(state.head.fact, Account) and unit_id in state.head.fact.ou_ids:
            yield state


def _portion_number(command: RefreshOrganizationalUnit) -> int:
    try:
        return int(command.cursor or "0")
    except ValueError as error:
        raise Rejected(f"nothing goes on at {command.cursor!r}") from error
