"""Read which account an event is about, and ask for that account to be looked at again."""

from dataclasses import dataclass

from dayone.contracts import account_events
from dayone.contracts.account_events import AccountEvent
from dayone.domain.changes import Cause, CauseKind
from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid_of
from dayone.ports.state import Inbox


@dataclass(frozen=True, kw_only=True)
class RecordAccountEvent:
    """What recording needs."""

    inbox: Inbox


def record_account_event(text: str, *, ports: RecordAccountEvent) -> AccountEvent:
    """Put the account of one EventBridge event on the inbox, unless the event says that nothing happened.

    Returns what the event said. Raises Malformed or Invalid when no account can be read out of it.
    """
    event = account_events.read(text)
    if event.ignored:
        return event
    change = ulid_of(event.at, name=f"{event.source}:{event.id}")
    cause = Cause(change=change, kind=CauseKind.ACCOUNT_EVENT, actor=event.source, reference=event.id, at=event.at)
    subject = Subject(SubjectKind.ACCOUNT, event.account_id)
    ports.inbox.put([PlanRequest(subject=subject, cause=cause, refresh=True)])
    return event
