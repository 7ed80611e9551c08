"""Read which account or organizational unit an event is about, and ask for it to be looked at again."""

from dataclasses import dataclass

from dayone.contracts import account_events
from dayone.domain.changes import Cause, CauseKind, ulid_of
from dayone.domain.commands import Command, RefreshAccount, RefreshOrganizationalUnit
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Invalid
from dayone.ports.state import DeadLetters, Inbox


@dataclass(frozen=True, kw_only=True)
class RecordAccountEvent:
    """What recording needs."""

    inbox: Inbox
    dead_letters: DeadLetters


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What has become of an event: what will be looked at again, or why nothing is.

    With `unit` it is every account below that organizational unit. With `is_dead_letter` the event could not be
    understood, and waits among the dead letters.
    """

    name: str
    account: str = ""
    unit: str = ""
    why_not: str = ""
    is_dead_letter: bool = False


def record_account_event(text: str, *, ports: RecordAccountEvent) -> Recorded:
    """Put what one EventBridge event is about on the inbox.

    An event that says that nothing happened is left at that; one that cannot be understood goes to the dead letters
    at once, because no retry would mend it.
    """
    try:
        event = account_events.read(text)
    except Invalid as error:
        ports.dead_letters.put(text, reason=str(error))
        return Recorded(name="", why_not=str(error), is_dead_letter=True)
    if event.ignored:
        return Recorded(name=event.name, why_not=event.ignored)
    ports.inbox.put([command_of(event)])
    return Recorded(name=event.name, account=event.account_id, unit=event.unit_id)


def command_of(event: account_events.AccountEvent) -> Command:
    """The command that an event leads to; the same event leads to the same change."""
    change = ulid_of(event.at, name=f"{event.source}:{event.id}")
    cause = Cause(
        change=change,
        kind=CauseKind.ACCOUNT_EVENT,
        actor=event.source,
        reference=event.id,
        at=event.at,
        # Whoever has moved or tagged it, or renamed the unit, does not approve what that gives.
        authors=(event.caller,) if event.caller else (),
    )
    if event.unit_id:
        unit = Subject(SubjectKind.ORGANIZATIONAL_UNIT, event.unit_id)
        return RefreshOrganizationalUnit(subject=unit, cause=cause)
    return RefreshAccount(subject=Subject(SubjectKind.ACCOUNT, event.account_id), cause=cause)
