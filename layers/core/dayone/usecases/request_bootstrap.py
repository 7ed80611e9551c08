"""Take the wish that accounts be given everything again, as if they had just appeared."""

from collections.abc import Sequence
from typing import Protocol

from dayone.domain.changes import CauseKind
from dayone.domain.commands import BootstrapAccounts
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Invalid, Malformed
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.records import KnownSubjects
from dayone.ports.state import Changes, Inbox
from dayone.usecases.put_people import Taken, caused_by

MOST_ACCOUNTS = 100


class BootstrapPorts(Protocol):
    """Asking for a bootstrap: what it needs of the API's context."""

    known: KnownSubjects
    inbox: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


def request_bootstrap(accounts: Sequence[str], *, actor: str, ports: BootstrapPorts) -> Taken:
    """Ask for it, by the accounts' ids; `actor` is the ARN of the caller.

    Each is read from Organizations, and whatever the policy gives there is made again, be it known to be there or not.
    Raises Malformed for more than a hundred, Invalid for those that are unknown.
    """
    if len(accounts) > MOST_ACCOUNTS:
        raise Malformed(f"{len(accounts)} accounts are more than {MOST_ACCOUNTS}: send several requests")
    subjects = tuple(dict.fromkeys(Subject(SubjectKind.ACCOUNT, one) for one in accounts))
    known = ports.known.brief(subjects)
    if unknown := sorted(one.name for one in subjects if one not in known):
        findings = tuple(f"{one}: no such account is known" for one in unknown)
        raise Invalid("some of these accounts are not recorded: nothing was started", findings=findings)
    cause = caused_by(actor, reference="bootstrap", ports=ports, kind=CauseKind.BOOTSTRAP)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([BootstrapAccounts(subject=whole, cause=cause, subjects=subjects)])
    ports.changes.open(cause)
    return Taken(change=cause.change)
