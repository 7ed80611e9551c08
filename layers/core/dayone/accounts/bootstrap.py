"""Take the wish that accounts be given everything again, as if they had just appeared."""

from collections.abc import Sequence
from typing import Protocol

from dayone.errors import Invalid, Malformed
from dayone.lookups import Taken, caused_by
from dayone.model.changes import CauseKind
from dayone.model.commands import BootstrapAccounts
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import SubjectIndex
from dayone.ports.store import Changes, Inbox

MOST_ACCOUNTS = 100


class BootstrapPorts(Protocol):
    """Ports of a bootstrap request, a part of the API's context."""

    index: SubjectIndex
    inbox: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


def request_bootstrap(accounts: Sequence[str], *, actor: str, ports: BootstrapPorts) -> Taken:
    """Request the bootstrap of accounts by id; `actor` is the ARN of the caller.

    Each is read from Organizations, and everything the policy gives there is created again, recorded or not. Raises
    Malformed for more than a hundred, Invalid for unknown ones.
    """
    if len(accounts) > MOST_ACCOUNTS:
        raise Malformed(f"{len(accounts)} accounts are more than {MOST_ACCOUNTS}: send several requests")
    subjects = tuple(dict.fromkeys(Subject(SubjectKind.ACCOUNT, account) for account in accounts))
    states = ports.index.brief(subjects)
    if unknown := sorted(subject.name for subject in subjects if subject not in states):
        findings = tuple(f"{name}: no such account is known" for name in unknown)
        raise Invalid("some of these accounts are not recorded: nothing was started", findings=findings)
    cause = caused_by(actor, reference="bootstrap", ports=ports, kind=CauseKind.BOOTSTRAP)
    whole = Subject(SubjectKind.CHANGE, cause.change)
    ports.inbox.put([BootstrapAccounts(subject=whole, cause=cause, subjects=subjects)])
    ports.changes.open(cause)
    return Taken(change=cause.change)
