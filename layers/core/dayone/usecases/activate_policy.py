"""Put an uploaded policy in force, and ask for every subject it may concern to be looked at again."""

from collections.abc import Iterator
from itertools import chain

from dayone.domain.audit import AuditEntry
from dayone.domain.policy import Policy
from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Rejected
from dayone.ports.state import Changes, Inbox, Policies, Subjects

_PAGE = 500


def activate_policy(
    request: PlanRequest, *, policies: Policies, subjects: Subjects, changes: Changes, inbox: Inbox
) -> None:
    """Safe to repeat: a crash at any point is mended by doing all of it again."""
    if request.policy_version is None:
        raise Rejected("a request to activate a policy must say which version")
    cause = request.cause
    changes.open(cause)
    entry = AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="activate-policy",
        subject=str(request.subject),
        change=cause.change,
        outcome="recorded",
        detail=f"version {request.policy_version}",
    )
    policies.activate(request.policy_version, audit=entry)
    concerned = list(_concerned(policies.current(), subjects=subjects))
    inbox.put(PlanRequest(subject=subject, cause=cause) for subject in concerned)
    changes.expect(cause.change, subjects=len(concerned))


def _concerned(policy: Policy, *, subjects: Subjects) -> Iterator[Subject]:
    # Groups and permission sets first: what people and accounts get depends on them.
    named = {
        SubjectKind.GROUP: [group.name for group in policy.groups],
        SubjectKind.PERMISSION_SET: [one.name for one in policy.permission_sets],
    }
    for kind, in_policy in named.items():
        for name in sorted(set(chain(in_policy, _known(kind, subjects=subjects)))):
            yield Subject(kind, name)
    for kind in (SubjectKind.ACCOUNT, SubjectKind.PERSON):
        for name in _known(kind, subjects=subjects):
            yield Subject(kind, name)


def _known(kind: SubjectKind, *, subjects: Subjects) -> Iterator[str]:
    after = ""
    while names := subjects.names(kind, after=after, limit=_PAGE):
        yield from names
        after = names[-1]
