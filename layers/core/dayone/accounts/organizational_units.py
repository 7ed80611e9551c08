"""Requeue every account below an organizational unit after the unit was renamed, moved or deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, islice

from dayone.errors import Rejected
from dayone.lookups import walk_kind
from dayone.model.accounts import Account
from dayone.model.commands import RefreshAccount, RefreshOrganizationalUnit
from dayone.model.subject_state import Portion, SubjectState
from dayone.model.subjects import SubjectKind
from dayone.ports.organizations import Organization
from dayone.ports.store import Changes, Company, Inbox, Portions

_LOOKED_AT_IN_A_PORTION = 1000


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
    for number in count(_place(command)):
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
        islice(walk_kind(SubjectKind.ACCOUNT, company=ports.company, after=after), _LOOKED_AT_IN_A_PORTION)
    )
    subjects = tuple(state.head.subject for state in _below(command.subject.name, looked_at))
    total = len(subjects) + (before.total if before else 0)
    last = looked_at[-1].head.subject if len(looked_at) == _LOOKED_AT_IN_A_PORTION else None
    portion = Portion(number=number, subjects=subjects, total=total, last=last)
    # Stored before anything is requeued, so that a repetition requeues the same.
    return ports.portions.keep(command.cause.change, portion)


def _below(unit_id: str, states: list[SubjectState]) -> Iterator[SubjectState]:
    for state in states:
        if isinstance(state.head.fact, Account) and unit_id in state.head.fact.ou_ids:
            yield state


def _place(command: RefreshOrganizationalUnit) -> int:
    try:
        return int(command.cursor or "0")
    except ValueError as error:
        raise Rejected(f"nothing goes on at {command.cursor!r}") from error
