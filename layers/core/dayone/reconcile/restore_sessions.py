"""Find whose sessions are ended on record and not in AWS, and have them ended again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RestoreResources
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.sessions import DeniedUsers, RevokedSessions

_ENDED_SESSIONS = Resource(ResourceKind.ENDED_SESSIONS)


@dataclass(frozen=True, kw_only=True)
class SessionsPorts:
    """Ports for finding missing revocations."""

    revoked: RevokedSessions
    denied: DeniedUsers


def missing_revocations(*, ports: SessionsPorts, now: datetime) -> Iterator[RestoreResources]:
    """Yield a request for each person missing from the policies that deny their sessions, as after an edit.

    AWS is not called while nobody's sessions are revoked. Raises NotFound when a policy does not exist.
    """
    recorded = ports.revoked.confirmed()
    if not recorded:
        return
    users = ports.denied.users()
    for person, user_id in recorded:
        if user_id not in users:
            change = ulid_of(now, name=f"{person} is missing from the policy that ends sessions")
            cause = Cause(change=change, kind=CauseKind.DRIFT, actor="dayone", reference="sweep", at=now)
            yield RestoreResources(subject=person, cause=cause, missing=(_ENDED_SESSIONS,))
