"""Take the approval of a configuration of HR systems that waits for one."""

from typing import Protocol

from dayone.errors import Forbidden, Inapplicable, NotFound
from dayone.lookups import caused_by
from dayone.model.audit import NOBODY_ELSE, is_same
from dayone.model.changes import CauseKind
from dayone.model.commands import ApproveHrConfiguration
from dayone.model.hr_sources import ALL_SOURCES, HrVersionState
from dayone.ops.health import Overview
from dayone.ports.hr import RecordedHrVersions
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.store import Changes, Inbox


class HrApprovalPorts(Protocol):
    """Ports of an approval request, a part of the API's context."""

    hr_versions: RecordedHrVersions
    inbox: Inbox
    changes: Changes
    overview: Overview
    clock: Clock
    entropy: RandomBytes


def request_hr_approval(digest: str, *, actor: str, ports: HrApprovalPorts) -> str:
    """Request the approval of a configuration; return the id of the change. `actor` is the ARN of the caller.

    Raises NotFound for another digest than the newest version's, Inapplicable when that is not held or its authors are
    unknown, Forbidden for the same principal as any author.
    """
    newest = ports.hr_versions.versions().newest
    if newest is None or newest.digest != digest:
        raise NotFound(f"the newest configuration of HR systems has another digest than {digest}: read it again")
    if newest.state is not HrVersionState.HELD:
        raise Inapplicable(
            f"version {newest.number} of the configuration is {newest.state}: there is nothing to approve"
        )
    if not newest.authors:
        raise Inapplicable(
            f"Systems Manager does not say who has written version {newest.number} of the configuration: write it again"
        )
    is_own = any(is_same(actor, author) for author in newest.authors)
    if is_own and not ports.overview.given.sole_administrator:
        what = f"version {newest.number} was written by this caller, or by their role"
        raise Forbidden(f"{what}: another must approve it. {NOBODY_ELSE}")
    cause = caused_by(actor, reference=digest, ports=ports, kind=CauseKind.HR_CONFIGURATION)
    ports.inbox.put([ApproveHrConfiguration(subject=ALL_SOURCES, cause=cause, digest=digest)])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return cause.change
