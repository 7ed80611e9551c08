"""Take a human's decision to take on what exists under the name of something that could not be created."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.executor.existing import ExistingNames, parts_in
from dayone.lookups import caused_by, the_change
from dayone.model.accounts import Account
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import AdoptExisting
from dayone.model.dependencies import Adoption, desired_digest
from dayone.model.guardrails import Verdict
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head
from dayone.model.subjects import ITSELF, Desired, Subject, SubjectKind
from dayone.planning.desired_people import EXTERNAL
from dayone.planning.existing import Comparison
from dayone.planning.facts import ResolvedFact, ResolveFact
from dayone.policy.sensitivity import sensitivity_of
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Progress, Records
from dayone.ports.store import Inbox

MEMBERS = ("subject", "digest", "reason")
EXAMPLE = '{"subject": "permission-set:Deploy", "digest": "0123456789abcdef", "reason": "..."}'
_LONGEST_REASON, _LONGEST_DIGEST = 200, 64


@dataclass(frozen=True, kw_only=True)
class AdoptionWish:
    """The subject that is to take on what exists, the digest of what was shown, and why."""

    subject: Subject
    digest: str
    reason: str


def read_adoption(sent: Mapping[str, object]) -> AdoptionWish:
    """Parse the decision; raise Invalid with every mistake."""
    findings, subject = list[str](), None
    try:
        subject = Subject.parse(str(sent.get("subject", "")))
    except ValueError as error:
        findings.append(f"`subject` is missing, or no subject: {error}")
    if subject is not None and subject.kind not in ITSELF:
        findings.append("`subject` is neither a person, a group nor a permission set")
    digest = _line(sent, "digest", longest=_LONGEST_DIGEST, findings=findings)
    reason = _line(sent, "reason", longest=_LONGEST_REASON, findings=findings)
    if findings or subject is None:
        raise Invalid("the decision has mistakes", findings=tuple(findings))
    return AdoptionWish(subject=subject, digest=digest, reason=reason)


def _line(sent: Mapping[str, object], name: str, *, longest: int, findings: list[str]) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > longest:
        findings.append(f"`{name}` is missing, or not a text of one line and 1 to {longest} characters")
    return str(value).strip()


_SEVERAL = 3


class AdoptionPorts(Protocol):
    """Taking the decision: what it needs of the API's context."""

    records: Records
    progress: Progress
    existing: ExistingNames
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def request_adoption(change: str, *, wish: AdoptionWish, actor: str, ports: AdoptionPorts) -> Cause:
    """Ask for a subject of a change to be planned by the decision; returns the cause of the new change.

    What exists is read anew. Raises NotFound for a change that is unknown or has nothing about the subject,
    Inapplicable when there is nothing to decide, or something else than what the digest stands for, and Unavailable
    when that cannot be read now.
    """
    found, subject = the_change(change, records=ports.records, now=ports.clock()), wish.subject
    if not ports.progress.planned(change, [subject]):
        raise NotFound(f"change {change} has nothing about {subject}")
    state = ports.records.subject(subject)
    waiting = [held.change for held in state.head.held if held.is_gift and held.verdict is Verdict.WAITING]
    if waiting:
        raise Inapplicable(f"{state.head.subject} is held by change {waiting[0]}: approve or reject that first")
    if ITSELF[subject.kind] in state.applied:
        raise Inapplicable(f"{subject} is there already: there is nothing to decide")
    desired = ports.existing.access.desired.evaluate().of(subject)
    with ports.existing.access.use.turn():
        comparison = _compared(subject, wish=wish, desired=desired, names=ports.existing)
    adoption = Adoption(
        digest=comparison.digest,
        desired=desired_digest(desired.resources),
        actor=actor,
        reason=wish.reason,
        surplus=tuple(sorted(comparison.attached.keys() - desired.resources.keys())),
        in_use=_in_words(comparison),
        assigned=_assigned_by_others(comparison, policy=ports.existing.access.desired.policies.current(), ports=ports),
    )
    retry_cause = caused_by(actor, reference=change, ports=ports, kind=CauseKind.RETRY)
    cause = replace(retry_cause, retries=found.cause.origin)
    ports.inbox.put([AdoptExisting(subject=subject, cause=cause, adoption=adoption)])
    return cause


def _compared(subject: Subject, *, wish: AdoptionWish, desired: Desired, names: ExistingNames) -> Comparison:
    """Compare the existing resource with the desired one."""
    needed, parts = desired.resources.get(ITSELF[subject.kind]), parts_in(desired)
    if needed is None or desired.left_alone or EXTERNAL in needed.attributes:
        raise Inapplicable(f"nothing is to be created for {subject}: there is nothing to decide")
    found = names.find(subject.kind, attributes=needed.attributes)
    if found is None:
        raise Inapplicable(f"nothing exists under the name of {subject} any more: retry the change")
    if found.attributes.get("name") != needed.attributes.get("name"):
        name = found.attributes["name"]
        raise Inapplicable(f"it is called {name!r} in AWS, and is not renamed: write the name so in the policy")
    reads = names.reads_for_subject()
    comparison = names.compare(subject, found, desired=needed.attributes, parts=parts, reads=reads)
    if comparison.unread:
        raise Inapplicable(f"it cannot be taken on, because not all of it is known. {comparison}")
    if comparison.digest != wish.digest:
        raise Inapplicable(
            f"this is not what the digest {wish.digest} stands for. By now, {comparison}. "
            f"If that is what you want to take on, its digest is {comparison.digest}"
        )
    return comparison


def _assigned_by_others(comparison: Comparison, *, policy: Policy, ports: AdoptionPorts) -> tuple[str, ...]:
    """Return the permission sets that others have assigned a group; "" for one in a sensitive account."""
    sensitivity, found = sensitivity_of(policy), set[str]()
    for mismatch in comparison.mismatches:
        if mismatch.part != "assignment" or mismatch.account:
            continue
        permission_set, _, account = mismatch.existing.rpartition(" in ")
        fact = ports.records.subject(Subject(SubjectKind.ACCOUNT, account)).head.fact
        is_known = isinstance(fact, Account) and not sensitivity.why_account(fact)
        found.add(permission_set if is_known else "")
    return tuple(sorted(found))


def _in_words(comparison: Comparison) -> str:
    if len(comparison.uses) <= _SEVERAL:
        return ", ".join(comparison.uses)
    return f"{', '.join(comparison.uses[:_SEVERAL])} and {len(comparison.uses) - _SEVERAL} more"


def decided_fact(
    command: AdoptExisting, head: Head, now: datetime, *, resolve: ResolveFact[AdoptExisting]
) -> ResolvedFact:
    """Return the fact to plan with, and the audit entry of the decision: its author, its subject, its reason."""
    resolved, adoption, cause = resolve(command, head, now), command.adoption, command.cause
    entry = AuditEntry(
        at=cause.at,
        actor=adoption.actor,
        action="adopt-existing",
        subject=str(command.subject),
        change=cause.change,
        outcome="recorded",
        detail=f"{adoption.reason} (digest {adoption.digest})",
    )
    return replace(resolved, audit=(*resolved.audit, entry))
