"""Take what somebody has decided about what a change holds: all of it, or a part."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from dayone.changes.decision_request import DecidedPart
from dayone.errors import Forbidden, Inapplicable, Outdated
from dayone.lookups import the_change
from dayone.model.audit import AUTHOR, NOBODY_ELSE, AuditEntry, by_oneself, is_same
from dayone.model.changes import Change, ChangeState, Decision
from dayone.model.commands import ApplyDecision
from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import OperationState
from dayone.model.people import Person
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.ops.dead_letters import stuck_subjects_of
from dayone.ops.health import Overview
from dayone.planning.blame import with_gainers
from dayone.planning.judgement import is_blamed
from dayone.ports.operations import Clock
from dayone.ports.records import Progress, Records
from dayone.ports.store import Changes, Inbox

EVERYTHING, LEAVERS = DecidedPart(), DecidedPart(only_leavers=True)
_PAGE, _MOST_PAGES, _MOST_NAMED, _FEW = 1000, 20, 5, 20
_DECIDED_TOGETHER = PARTS_OF_A_SET | {ResourceKind.PROVISIONING}
_HOLDS, _HOLDS_ONLY = "holds", "holds only"
_OTHERS = "; what others have brought about can be decided on by naming its `subjects`"


class DecidingPorts(Protocol):
    """Deciding: what it needs of the API's context."""

    records: Records
    changes: Changes
    inbox: Inbox
    overview: Overview
    progress: Progress
    clock: Clock


def decide_change(
    change: str, *, is_approved: bool, actor: str, ports: DecidingPorts, part: DecidedPart = EVERYTHING
) -> Decision:
    """Keep the decision and ask for it to be carried out; the same decision about all of it again is harmless.

    A decision about a part leaves the rest held, to be decided on as before. `actor` is the ARN of the caller: of a
    user, or of a role with its session. Raises NotFound for a change that is unknown, Forbidden for whoever caused it
    or has brought about what is decided on, Inapplicable when it is not planned yet or still being planned, holds
    nothing of the kind, or the opposite was decided, and Outdated when it holds more than was shown.
    """
    _check_is_whole(part)
    found = the_change(change, records=ports.records, now=ports.clock())
    own_part = _own_part(found, actor=actor, part=part, ports=ports)
    if own_part and not ports.overview.given.sole_administrator:
        has_others = own_part.startswith(_HOLDS) and not own_part.startswith(_HOLDS_ONLY)
        others = _OTHERS if has_others and not (part.subjects or part.only_leavers) else ""
        raise Forbidden(f"change {change} {own_part}: another caller must approve or reject it{others}. {NOBODY_ELSE}")
    if found.decision is not None and found.is_decided and not _is_left(found, part=part, ports=ports):
        decision = found.decision
    else:
        _check_is_held(found, part=part, ports=ports)
        decision = _kept(found, is_approved=is_approved, actor=actor, part=part, own_part=own_part, ports=ports)
    if decision.is_approved is not is_approved or (not part.is_all and not decision.is_of_part):
        message = "approved" if decision.is_approved else "rejected"
        raise Inapplicable(
            f"change {change} was already {message} by {decision.actor}: the decision is being carried out"
        )
    # Whoever decides once more decides on what is left, such as what the first to decide would be given.
    theirs = decision if is_same(actor, decision.actor) else replace(decision, actor=actor, at=ports.clock())
    theirs = replace(theirs, includes_own=ports.overview.given.sole_administrator)
    subject = Subject(SubjectKind.CHANGE, found.id)
    ports.inbox.put([ApplyDecision(subject=subject, cause=found.cause, decision=theirs)])
    return decision


def _check_is_whole(part: DecidedPart) -> None:
    """Refuse a decision on some parts of a permission set: without its Deny the rest would be what nobody was shown."""
    parts = [str(resource) for resource in part.resources if resource.kind in _DECIDED_TOGETHER]
    if parts:
        raise Inapplicable(
            f"all that a permission set is to have is approved or rejected together: instead of {_listed(parts)} in "
            "`resources`, name it in `subjects`, such as permission-set:Admin"
        )


def _is_left(found: Change, *, part: DecidedPart, ports: DecidingPorts) -> bool:
    """Return whether the named subjects are those whose operations the first to decide could not decide on."""
    first = found.decision.actor if found.decision else ""
    waiting = list(_waiting(found, part=part, ports=ports))
    return bool(waiting) and all(_is_own(subject, removal, actor=first, ports=ports) for subject, removal in waiting)


def _is_own(subject: Subject, removal: HeldPart, *, actor: str, ports: DecidingPorts) -> bool:
    """Return whether a caller caused a held operation, or gains by it under their present name."""
    resource = removal.resource
    person = assignment_in(resource).principal.person if resource.kind is ResourceKind.ASSIGNMENT else ""
    holder = Subject(SubjectKind.PERSON, person) if person else subject
    fact = ports.records.subject(holder).head.fact if removal.sensitive else None
    gains = isinstance(fact, Person) and bool(fact.user_name) and is_same(actor, f"{AUTHOR}{fact.user_name}")
    return gains or is_blamed(removal, actor=actor)


def _own_part(found: Change, *, actor: str, part: DecidedPart, ports: DecidingPorts) -> str:
    """Describe the caller's own part in the decided operations, to follow the change's id; else empty."""
    if any(is_same(actor, each) for each in (found.cause.actor, *found.cause.authors)):
        return "was caused by this caller"
    blamed = (blame for blame in found.blamed if blame.of_leavers or not part.only_leavers)
    reasons = [blame.reason for blame in blamed if is_same(actor, blame.actor)]
    brought = f"what this caller has brought about, who {'; '.join(reasons)}" if reasons else "what this caller gains"
    if not part.subjects:
        if reasons:
            return f"{_HOLDS} {brought}"
        own, is_all = _own(found, actor=actor, part=_in_full(found, part=part, ports=ports), ports=ports)
        return f"{_HOLDS_ONLY} {_listed(own)}, {brought}" if own and is_all else ""
    own, _ = _own(found, actor=actor, part=part, ports=ports)
    return f"{_HOLDS} {_listed(own)}, {brought}" if own else ""


def _own(found: Change, *, actor: str, part: DecidedPart, ports: DecidingPorts) -> tuple[list[str], bool]:
    """Return the waiting operations that the caller may not decide on, and whether these are all that wait."""
    waiting = list(_waiting(found, part=part, ports=ports))
    own = [
        f"{subject} {removal.resource}"
        for subject, removal in waiting
        if _is_own(subject, removal, actor=actor, ports=ports)
    ]
    return own, len(own) == len(waiting)


def _in_full(found: Change, *, part: DecidedPart, ports: DecidingPorts) -> DecidedPart:
    """Return the part with the subjects that it is about, if these are few; else unchanged."""
    if not 0 < found.held <= _FEW:
        return part
    page = ports.records.operations(found.id, cursor="", limit=_PAGE)
    held = (operation.subject for operation in page.entries if operation.state is OperationState.HELD)
    return replace(part, subjects=tuple(dict.fromkeys(held)))


def _check_is_held(found: Change, *, part: DecidedPart, ports: DecidingPorts) -> None:
    if not part.subjects and _is_being_planned(found, ports=ports):
        raise Inapplicable(f"change {found.id} is still being planned: decide once it is held, or name `subjects`")
    if not found.held:
        raise Inapplicable(f"change {found.id} holds nothing: there is nothing to approve or reject")
    if part.subjects:
        held = {subject for subject, _ in _waiting(found, part=part, ports=ports)}
        missing = [str(subject) for subject in part.subjects if subject not in held]
        if missing:
            raise Inapplicable(f"change {found.id} holds nothing of the kind for {_listed(missing)}: leave these out")
    elif part.resources:
        missing = [str(resource) for resource in _not_held(part.resources, found=found, ports=ports)]
        if missing:
            raise Inapplicable(f"change {found.id} holds no {_listed(missing)}: leave these out")


def _kept(
    found: Change, *, is_approved: bool, actor: str, part: DecidedPart, own_part: str, ports: DecidingPorts
) -> Decision:
    version = found.held_version if part.expected_version is None else part.expected_version
    if version != found.held_version:
        raise Outdated(f"change {found.id} does not hold what was shown any more: read it again, then decide")
    decision = Decision(
        is_approved=is_approved,
        actor=actor,
        at=ports.clock(),
        only_leavers=part.only_leavers,
        subjects=part.subjects,
        resources=part.resources,
        by_oneself=bool(own_part),
    )
    entry = AuditEntry(
        at=decision.at,
        actor=actor,
        action="approve-change" if is_approved else "reject-change",
        subject=f"{SubjectKind.CHANGE}:{found.id}",
        change=found.id,
        outcome="recorded",
        detail=f"{found.held} held: {found.held_reason}{_in_words(part)}{by_oneself(own_part)}",
    )
    return ports.changes.decide(found.id, decision, expected_version=version, audit=entry)


def _in_words(part: DecidedPart) -> str:
    of = "; of these the removals of people who have left" if part.only_leavers else ""
    named = [_listed(list(map(str, each))) for each in (part.subjects, part.resources) if each]
    return f"; of these {', '.join(named)}" if named else of


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _waiting(found: Change, *, part: DecidedPart, ports: DecidingPorts) -> Iterator[tuple[Subject, HeldPart]]:
    """Yield the undecided operations that the change holds of the named subjects and resources."""
    for subject in part.subjects:
        for removal in ports.records.subject(subject).head.held:
            is_meant = removal.resource in part.resources or not part.resources
            if is_meant and removal.change == found.id and removal.verdict is Verdict.WAITING:
                yield subject, with_gainers(removal, subject=subject, state_of=ports.records.subject)


def _not_held(resources: Iterable[Resource], *, found: Change, ports: DecidingPorts) -> set[Resource]:
    """Those that are not among what the change holds, of a very long one among its first twenty thousand operations."""
    missing, cursor = set(resources), ""
    for _ in range(_MOST_PAGES):
        page = ports.records.operations(found.id, cursor=cursor, limit=_PAGE)
        missing -= {operation.resource for operation in page.entries if operation.state is OperationState.HELD}
        cursor = page.cursor
        if not missing or not cursor:
            break
    return missing


def _is_being_planned(found: Change, *, ports: DecidingPorts) -> bool:
    """Return whether more subjects are to be planned than the stuck ones, whose removals others need not wait for."""
    if found.state is not ChangeState.PLANNING:
        return False
    return found.subjects is None or found.missing > len(stuck_subjects_of(found, ports=ports))
