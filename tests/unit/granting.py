"""Grants in a world in memory: what the API puts on the inbox when somebody gives, extends or ends one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ApplyGrant, Command
from dayone.model.grants import End, Ending, Extension, Grant
from dayone.model.subjects import Resource, Subject
from tests.builders import NOON, assignment, membership, the_account, the_person
from tests.unit.world import World

ADMIN = "arn:aws:iam::111122223333:user/admin"
HOUR = timedelta(hours=1)


def a_grant(
    name: str = "g-1",
    *,
    subject: Subject | None = None,
    resource: Resource | None = None,
    **said: Any,  # noqa: ANN401
) -> Grant:
    """A membership in `engineers` of e-1, for an hour from noon on."""
    told: dict[str, Any] = {
        "reason": "on call",
        "begins": NOON,
        "until": NOON + HOUR,
        "granted_by": ADMIN,
        "granted_at": NOON,
    }
    subject, resource = subject or the_person(), resource or membership()
    return Grant(**{**told, "id": name, "subject": subject, "resource": resource, **said})


def in_account(name: str = "g-1", *, to: str = "engineers", permission_set: str = "ViewOnly", **said: Any) -> Grant:  # noqa: ANN401
    """An assignment in the account, for an hour from noon on."""
    return a_grant(name, subject=the_account(), resource=assignment(to, permission_set), **said)


def extended(grant: Grant, *, until: datetime, at: datetime) -> Grant:
    """Return the API's grant after an extension."""
    extension = Extension(at=at, until=until, by=ADMIN, change=ulid_of(at, name=f"extend {grant.id} {until}"))
    return replace(grant, extensions=(*grant.extensions, extension))


def ended(grant: Grant, *, at: datetime) -> Grant:
    """Return the API's grant after an early end."""
    return replace(grant, end=End(at=at, how=Ending.ENDED_EARLY, by=ADMIN, change=ulid_of(at, name=f"end {grant.id}")))


def is_said(world: World, grant: Grant) -> Command:
    """Somebody has said something about a grant, and the API has put it on the inbox."""
    change = ulid_of(world.now, name=f"{grant.id} {next(world.numbers)}")
    cause = Cause(change=change, kind=CauseKind.GRANT, actor=ADMIN, reference=grant.id, at=world.now)
    command = ApplyGrant(subject=grant.subject, cause=cause, grant=grant)
    world.inbox.put([command])
    return command


def passes(world: World, *, until: datetime) -> None:
    """Time goes by, with the sweep of each minute."""
    while world.now < until:
        world.now = min(until, world.now + timedelta(minutes=1))
        world.sweep()
        world.settle()
