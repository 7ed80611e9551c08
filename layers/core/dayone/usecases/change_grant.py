"""Take the wish that a grant lasts longer, or ends before its time; the same wish again is harmless."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from dayone.domain.changes import ulid
from dayone.domain.grants import MOST_EXTENSIONS, End, Ending, Extension, Grant
from dayone.errors import Inapplicable, Invalid
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.grants import Grants
from dayone.ports.state import Inbox, PolicyInForce
from dayone.usecases.give_grant import ask_for, findings_of_time
from dayone.usecases.read_grants import the_grant


class GrantChangePorts(Protocol):
    """Changing a grant: what it needs of the API's context."""

    grants: Grants
    policies: PolicyInForce
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def extend_grant(grant: str, *, until: datetime, actor: str, ports: GrantChangePorts) -> str:
    """Ask for a later end; returns the id of the change. `actor` is the ARN of the caller.

    Raises NotFound for an unknown grant, Inapplicable for one that is over, Invalid for an end that cannot be.
    """
    found, now, until = the_grant(grant, grants=ports.grants), ports.clock(), until.astimezone(UTC)
    _check_is_open(found, now=now)
    if until == found.lasts_until:
        return next((one.change for one in found.extensions if one.until == until), found.id)
    if len(found.extensions) >= MOST_EXTENSIONS:
        raise Inapplicable(
            f"grant {grant} was extended {MOST_EXTENSIONS} times: create a new grant with a current reason"
        )
    change = ulid(now, entropy=ports.entropy())
    extension = Extension(at=now, until=until, by=actor, change=change)
    told = replace(found, extensions=(*found.extensions, extension))
    findings = list(findings_of_time(told, policy=ports.policies.current(), now=now))
    if until < found.lasts_until:
        findings.append(f"`until` is before {found.lasts_until.isoformat()}, when it ends already: to end it, say so")
    if findings:
        raise Invalid("the new end of the grant is not valid", findings=tuple(findings))
    ask_for(told, change=change, actor=actor, at=now, inbox=ports.inbox)
    return change


def end_grant(grant: str, *, because: str, actor: str, ports: GrantChangePorts) -> str:
    """Ask for it to end now; returns the id of the change. `actor` is the ARN of the caller.

    Raises NotFound for an unknown grant, Inapplicable for one that has ended otherwise.
    """
    found, now = the_grant(grant, grants=ports.grants), ports.clock()
    if found.end is not None and found.ending(now=now) is Ending.ENDED_EARLY:
        return found.end.change
    _check_is_open(found, now=now)
    change = ulid(now, entropy=ports.entropy())
    end = End(at=now, how=Ending.ENDED_EARLY, by=actor, change=change, because=because)
    ask_for(replace(found, end=end), change=change, actor=actor, at=now, inbox=ports.inbox)
    return change


def _check_is_open(grant: Grant, *, now: datetime) -> None:
    ending = grant.ending(now=now)
    if ending is not None:
        raise Inapplicable(f"grant {grant.id} has already ended ({ending}): create a new grant if access is needed")
