"""Have a subject looked at once more when the policy in force is no longer the one that it was planned with."""

from collections.abc import Callable
from datetime import datetime

from dayone.domain.changes import Cause, CauseKind
from dayone.domain.commands import ReconcileSubject
from dayone.domain.subjects import Subject
from dayone.domain.ulids import ulid_of
from dayone.ports.state import Inbox, PolicyInForce


def look_again_if_the_policy_moved(
    subject: Subject, *, planned_with: int, policies: PolicyInForce, inbox: Inbox, clock: Callable[[], datetime]
) -> None:
    """Ask for it; `planned_with` is the version of the policy that the subject's plan was made with."""
    # A policy put in force while that plan was made may have listed the subjects before this one was among them.
    version = policies.current_version()
    if version == planned_with:
        return
    now = clock()
    reference = f"version {version}"
    change = ulid_of(now, name=f"{subject} {reference}")
    # Whoever put it in force causes this, too, and may not approve what it removes.
    actor = policies.current().terms.actor or "dayone"
    cause = Cause(change=change, kind=CauseKind.POLICY, actor=actor, reference=reference, at=now)
    inbox.put([ReconcileSubject(subject=subject, cause=cause)])
