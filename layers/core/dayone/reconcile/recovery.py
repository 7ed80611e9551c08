"""Rebuild the record of a table that was lost or copied: correct each subject, plan it, and end the recovery then.

While a recovery is open the executor carries out nothing but the ends of people who are reported to have left.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from dayone.lookups import planning_again, walk_company
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import (
    Command,
    CorrectRecord,
    DiscoverAccounts,
    RebuildRecord,
)
from dayone.model.inventory import DriftFinding, DriftKind
from dayone.model.operations import Operation, OperationState
from dayone.model.people import Person
from dayone.model.recovery import Correction, Recovery, corrections, gone_in, hanging_on, recorded_from
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import THE_ORGANIZATION, ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in
from dayone.planning.facts import ResolvedFact, ResolveFact
from dayone.ports.inventory import InventoryView, KeptFindings
from dayone.ports.operations import BegunOperations
from dayone.ports.records import Records, SubjectIndex
from dayone.ports.recovery import EndingRecoveries, Recoveries
from dayone.ports.store import Changes, Company, Inbox, PolicyInForce
from dayone.reconcile.retry import request_entry, requeued_before

_IN_A_RUN = 1000
# Before it, a request is only noted.
_BEGINNING = "0@"


def corrected(
    command: CorrectRecord,
    head: Head,
    now: datetime,
    *,
    resolve: ResolveFact[Command],
    fence: Recoveries,
    findings: KeptFindings,
) -> ResolvedFact:
    """Return the recorded fact with what AWS has of the subject besides; nothing besides while no recovery is open."""
    resolved = resolve(command, head, now)
    if fence.recovery() is None:
        return resolved
    known = (finding for name in command.findings if (finding := findings.finding(name)))
    recorded = (recorded_from(each, subject=command.subject, change=command.cause.change) for each in known)
    return replace(resolved, corrections=tuple(applied for applied in recorded if applied is not None))


@dataclass(frozen=True, kw_only=True)
class RebuildPorts:
    """Ports for rebuilding the record."""

    fence: Recoveries
    findings: KeptFindings
    company: Company
    policies: PolicyInForce
    changes: Changes
    inbox: Inbox
    state_of: Callable[[Subject], SubjectState]
    clock: Callable[[], datetime]


def rebuild_record(command: RebuildRecord, *, ports: RebuildPorts) -> None:
    """Have all subjects corrected and planned, a thousand in a run; safe to repeat, and to be cut off anywhere.

    A request is noted first; the sweep goes on with it. Accounts are read from Organizations, others planned as
    recorded. Does nothing when the recovery is over, and for that of another table.
    """
    cause, recovery = command.cause, ports.fence.recovery()
    detail = "from Identity Center, HR and Organizations"
    ports.changes.open(cause, audit=request_entry(command, action="rebuild-record", detail=detail))
    if recovery is None or recovery.since is None or recovery.table_id != cause.reference:
        ports.changes.expect(cause.change, subjects=0)
        return
    if not command.cursor:
        ports.fence.note(replace(recovery, requested=recovery.requested or cause))
        return
    count, last = requeued_before(command)
    after = Subject.parse(last) if last else None
    walk = walk_company(ports.policies.current(), company=ports.company, after=after)
    states = list(islice(walk, _IN_A_RUN))
    ports.inbox.put(_plannings(states, cause=cause, since=recovery.since, ports=ports))
    total = count + len(states)
    if len(states) == _IN_A_RUN:
        ports.inbox.put([replace(command, cursor=f"{total}@{states[-1].head.subject}")])
        return
    ports.changes.expect(cause.change, subjects=total)
    others = replace(cause, change=ulid_of(cause.at, name=f"accounts beside {cause.change}"), kind=CauseKind.DISCOVERY)
    ports.inbox.put([DiscoverAccounts(subject=THE_ORGANIZATION, cause=others)])
    ports.fence.note(replace(recovery, change=cause.change))


def _plannings(
    states: Sequence[SubjectState], *, cause: Cause, since: datetime, ports: RebuildPorts
) -> Iterator[Command]:
    findings, here = ports.findings.findings(), {state.head.subject for state in states}
    theirs = [each for each in findings if each.difference.target and each.difference.target.subject in here]
    # What the end of somebody's access has recorded by this finding may be removed by now: it is recorded once.
    yield from (ends := list(_endings(theirs, since=since, heads_of=_loaded(ports), now=ports.clock())))
    ended = {finding for command in ends for finding in command.findings}
    known = corrections((each for each in theirs if each.id not in ended), since=since)
    gone = gone_in(findings)
    for state in states:
        subject = state.head.subject
        correction, hanging = known.get(subject, Correction()), hanging_on(gone, state=state)
        if correction == Correction() and not hanging:
            yield planning_again(subject, cause=cause)
            continue
        yield CorrectRecord(
            subject=subject,
            cause=cause,
            missing=tuple(dict.fromkeys((*correction.restored, *hanging))),
            gone=tuple(target.resource for target in gone if target.subject == subject),
            findings=correction.findings,
        )


@dataclass(frozen=True, kw_only=True)
class RecoveringPorts:
    """Ports of the sweep while a recovery is open."""

    fence: EndingRecoveries
    findings: InventoryView
    index: SubjectIndex
    operations: BegunOperations


def attend_recovery(*, ports: RecoveringPorts, records: Records, inbox: Inbox, now: datetime) -> bool:
    """Note a recovery that has opened, take from leavers what AWS has of them besides, and end it once it is over.

    The record is rebuilt once Identity Center was read completely since that was requested; the recovery is over when
    every subject was planned on it, and the executor waits for no request of before any more. Returns whether it is
    open.
    """
    recovery = ports.fence.begin(at=now)
    if recovery is None:
        return False
    change = records.change(recovery.change) if recovery.change else None
    is_planned = change is not None and change.subjects is not None and not change.missing
    if is_planned and not _awaits_answers(recovery, begun=ports.operations.begun()):
        ports.fence.end()
        return False
    since, complete = recovery.since or now, ports.findings.complete()
    if (cause := recovery.requested) and not recovery.change and complete and complete.began_at > cause.at:
        inbox.put([RebuildRecord(subject=Subject(SubjectKind.CHANGE, cause.change), cause=cause, cursor=_BEGINNING)])
    briefly = ports.index.brief

    def heads_of(people: Iterable[Subject]) -> Mapping[Subject, Head]:
        return {person: state.head for person, state in briefly(people).items()}

    inbox.put(_endings(ports.findings.findings(), since=since, heads_of=heads_of, now=now))
    return True


def _awaits_answers(recovery: Recovery, *, begun: Iterable[Operation]) -> bool:
    """Return whether the answer to a request of before would be believed if the recovery ended now."""
    return any(each.state is OperationState.SUBMITTED and not recovery.permits(each) for each in begun)


type _HeadsOf = Callable[[Iterable[Subject]], Mapping[Subject, Head]]


def _loaded(ports: RebuildPorts) -> _HeadsOf:
    return lambda people: {person: ports.state_of(person).head for person in people}


def _endings(
    found: Iterable[DriftFinding], *, since: datetime, heads_of: _HeadsOf, now: datetime
) -> Iterator[CorrectRecord]:
    """Yield the commands about what leavers have besides."""
    besides = (each for each in found if each.first_seen_at >= since and each.difference.kind is DriftKind.UNMANAGED)
    held = [
        (each.id, target, holder)
        for each in besides
        if (target := each.difference.target) and (holder := _holder(target))
    ]
    people = heads_of(dict.fromkeys(holder for *_, holder in held))
    for finding, target, holder in held:
        if holder in people and _has_left(people[holder], since=since):
            change = ulid_of(since, name=f"{target} of somebody who has left")
            cause = Cause(change=change, kind=CauseKind.DRIFT, actor="dayone", reference="sweep", at=now)
            yield CorrectRecord(subject=target.subject, cause=cause, findings=(finding,), is_end=True)


def _holder(target: ResourceOf) -> Subject | None:
    """Return the person who has a resource, None where it is nobody's own."""
    if target.resource.kind is not ResourceKind.ASSIGNMENT:
        return target.subject if target.subject.kind is SubjectKind.PERSON else None
    person = assignment_in(target.resource).principal.person
    return Subject(SubjectKind.PERSON, person) if person else None


def _has_left(head: Head, *, since: datetime) -> bool:
    # A fact of before may be one of the past: whether they are here is known once the record is rebuilt.
    is_new = head.version is not None and max(head.version.rank[:2]) >= since
    return is_new and not head.has_access and isinstance(head.fact, Person)
