"""Take the wish that the whole organisation be looked at."""

from typing import Protocol

from dayone.domain.changes import Cause, CauseKind, ulid
from dayone.domain.commands import DiscoverAccounts
from dayone.domain.subjects import THE_ORGANIZATION
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.state import Changes, Inbox


class DiscoveryRequestPorts(Protocol):
    """Asking for a discovery: what it needs of the API's context."""

    inbox: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


def request_discovery(*, actor: str, ports: DiscoveryRequestPorts) -> str:
    """Ask for it; returns the id of the change. `actor` is the ARN of the caller."""
    at = ports.clock()
    change = ulid(at, entropy=ports.entropy())
    cause = Cause(change=change, kind=CauseKind.DISCOVERY, actor=actor, reference="discover", at=at)
    ports.inbox.put([DiscoverAccounts(subject=THE_ORGANIZATION, cause=cause)])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return change
