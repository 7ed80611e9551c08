"""Take the wish that the whole organisation be looked at."""

from dayone.domain.changes import Cause, CauseKind
from dayone.domain.commands import DiscoverAccounts
from dayone.domain.subjects import THE_ORGANIZATION
from dayone.domain.ulids import ulid
from dayone.usecases.access_api import AccessApi


def request_discovery(*, actor: str, api: AccessApi) -> str:
    """Ask for it; returns the id of the change. `actor` is the ARN of the caller."""
    at = api.clock()
    change = ulid(at, entropy=api.entropy())
    cause = Cause(change=change, kind=CauseKind.DISCOVERY, actor=actor, reference="discover", at=at)
    api.inbox.put([DiscoverAccounts(subject=THE_ORGANIZATION, cause=cause)])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    api.changes.open(cause)
    return change
