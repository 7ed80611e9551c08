"""Have the subjects of what has failed in a change looked at again, on somebody's word; no operation is repeated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Cause, CauseKind, Change, ChangeState
from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid
from dayone.errors import Inapplicable, Invalid, Malformed, Rejected
from dayone.ports.progress import Progress
from dayone.ports.state import Changes, Inbox
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import the_change

MOST_CHOSEN = 100
_IN_A_RUN = 1000


def retry_change(change: str, *, chosen: Sequence[str], actor: str, api: AccessApi) -> Cause:
    """Ask for it; returns the cause of the new change, which is known as soon as its first subject is.

    `chosen` are subjects of the change, none for all that have failed; `actor` is the ARN of the caller. Raises
    NotFound for a change that is unknown, Inapplicable when it is still running or nothing of it has failed, Malformed
    for what is no subject, Invalid for subjects that the change has nothing about.
    """
    found = the_change(change, records=api.records)
    _check_is_over(found)
    subjects = _subjects(chosen)
    _check_belong(subjects, change=change, progress=api.progress)
    now = api.clock()
    new, kind = ulid(now, entropy=api.entropy()), found.cause.origin
    cause = Cause(change=new, kind=CauseKind.RETRY, actor=actor, reference=change, at=now, retries=kind)
    api.inbox.put([PlanRequest(subject=Subject(SubjectKind.CHANGE, change), cause=cause, subjects=subjects)])
    return cause


def _check_is_over(found: Change) -> None:
    if found.state in (ChangeState.PLANNING, ChangeState.RUNNING):
        raise Inapplicable(f"change {found.id} is still {found.state}: what fails is known when it is over")
    if not found.failed:
        raise Inapplicable(f"nothing of change {found.id} has failed: there is nothing to try again")


def _subjects(chosen: Sequence[str]) -> tuple[Subject, ...]:
    if len(chosen) > MOST_CHOSEN:
        raise Malformed(f"{len(chosen)} subjects are more than {MOST_CHOSEN}: name none for all that have failed")
    try:
        return tuple(dict.fromkeys(map(Subject.parse, chosen)))
    except ValueError as error:
        raise Malformed(f"{error}: write them as `account:123456789012` or `person:e-1001`") from error


def _check_belong(subjects: Iterable[Subject], *, change: str, progress: Progress) -> None:
    wanted = tuple(subjects)
    strange = sorted(map(str, set(wanted) - progress.planned(change, wanted)))
    if strange:
        findings = tuple(f"{one}: the change has nothing about it" for one in strange)
        raise Invalid(f"change {change} is not about all of these subjects", findings=findings)


@dataclass(frozen=True, kw_only=True)
class LookAgain:
    """What carrying it out needs."""

    progress: Progress
    changes: Changes
    inbox: Inbox


def look_again(request: PlanRequest, *, ports: LookAgain) -> None:
    """Put the subjects on the inbox, a thousand in a run; safe to repeat, and to be cut off anywhere.

    Should more have failed by the time that a run is repeated, they are looked at, too.
    """
    cause = request.cause
    ports.changes.open(cause, audit=_entry(request))
    count, after = _place(request)
    concerned = request.subjects or ports.progress.failed(request.subject.name, after=after, limit=_IN_A_RUN)
    # What failed in an account may have to do with what became of it.
    ports.inbox.put(
        PlanRequest(subject=one, cause=cause, refresh=one.kind is SubjectKind.ACCOUNT, anew=request.anew)
        for one in concerned
    )
    total = count + len(concerned)
    if request.subjects or len(concerned) < _IN_A_RUN:
        ports.changes.expect(cause.change, subjects=total)
    else:
        ports.inbox.put([_rest(request, cursor=f"{total}@{concerned[-1]}")])


def _place(request: PlanRequest) -> tuple[int, str]:
    """How many were asked for before, and the last of them."""
    count, _, after = request.cursor.partition("@")
    if count and not count.isdecimal():
        raise Rejected(f"nothing goes on at {request.cursor!r}")
    return int(count or "0"), after


def _rest(request: PlanRequest, *, cursor: str) -> PlanRequest:
    return PlanRequest(subject=request.subject, cause=request.cause, cursor=cursor)


def _entry(request: PlanRequest) -> AuditEntry:
    cause = request.cause
    return AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="bootstrap-accounts" if request.anew else "retry-change",
        subject=str(request.subject),
        change=cause.change,
        outcome="recorded",
        detail=", ".join(map(str, request.subjects)) or "all that has failed",
    )
