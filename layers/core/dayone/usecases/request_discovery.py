"""Take the wish that the whole organisation be looked at."""

from typing import Protocol

from dayone.domain.changes import CauseKind
from dayone.domain.commands import DiscoverAccounts
from dayone.domain.subjects import THE_ORGANIZATION
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.state import Changes, Inbox
from dayone.usecases.put_people import caused_by


class DiscoveryRequestPorts(Protocol):
    """Asking for a discovery: what it needs of the API's context."""

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
