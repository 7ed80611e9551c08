"""Decide what is done about findings without a request: what is repaired or removed, and what a human decides about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.inventory.confirmation import ConfirmingPorts, confirmed, unit_of
from dayone.inventory.edits import SETTLES
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RestoreResources
from dayone.model.failures import SWEEP
from dayone.model.inventory import (
    OF_OTHERS,
    Deviation,
    DriftFinding,
    Repair,
    RepairPause,
    RepairState,
    RepairStatus,
    has_no_doubt,
)
from dayone.model.operations import Action, Applied
from dayone.model.policy.rules import Policy, Protection
from dayone.model.subjects import (
    ITSELF,
    Assignment,
    Principal,
    Reason,
    Resource,
    ResourceKind,
    ResourceOf,
    Subject,
    assignment_in,
)
from dayone.ports.identity_center import PrincipalType
from dayone.ports.inventory import Inventory, KeptFindings, Repairs
from dayone.ports.records import Records
from dayone.ports.store import Inbox, PolicyInForce

# Whoever is working there is left alone for a working day.
LEFT_ALONE = timedelta(hours=8)
# CloudTrail delivers an event about five minutes after the call. Source: AWS CloudTrail User Guide.
EDITS_ARE_KNOWN = timedelta(minutes=15)
NEVER_TWICE_WITHIN = timedelta(days=1)
_MOST_SUBJECTS, _MOST_OF_A_SUBJECT = 100, 20
# Groups and permission sets that Control Tower makes begin so, and it fails without them. Source: AWS Control Tower
# User Guide, "IAM Identity Center groups for AWS Control Tower".
_OF_AWS = "AWS"
_SERVICE = ".amazonaws.com"
_TIME = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, kw_only=True)
class RepairRules:
    """The policy in force, the last repair of each resource, the pause, if any, and whether a recovery is open."""

    policy: Policy
    repairs: Mapping[ResourceOf, Repair]
    pause: RepairPause | None
    now: datetime
    is_recovering: bool = False


def repair_rules(
    repairs: Iterable[Repair], *, policy: Policy, pause: RepairPause | None, is_recovering: bool, now: datetime
) -> RepairRules:
    """Return the rules with those repairs that are under way, or of the last day."""
    lately = [repair for repair in repairs if repair.looked_at is None or now - repair.at < NEVER_TWICE_WITHIN]
    paused = pause if pause is not None and pause.until > now else None
    last = {repair.target: repair for repair in lately}
    return RepairRules(policy=policy, repairs=last, pause=paused, is_recovering=is_recovering, now=now)


def repair_status(finding: DriftFinding, *, rules: RepairRules) -> RepairStatus | None:
    """Return the state of what Day One does about a finding without a request, None where that is nothing.

    Nothing is done about the baseline, what is ignored, and what is only to be reported.
    """
    target = _target(finding.difference, policy=rules.policy)
    if target is None or not finding.is_to_be_decided(rules.now):
        return None
    if last := rules.repairs.get(target):
        return _after(last, finding=finding)
    if reason := why_kept(finding, protection=rules.policy.protection):
        return RepairStatus(state=RepairState.HELD, reason=reason)
    if rules.is_recovering:
        # What was given by the record that was lost looks like others' doing.
        return RepairStatus(state=RepairState.HELD, reason="a recovery is open: see `dayone recover --check`")
    if rules.pause is not None:
        reason = f"repairs are paused by {rules.pause.actor}: {rules.pause.reason}"
        return RepairStatus(state=RepairState.HELD, reason=reason, until=rules.pause.until)
    edit, known = finding.edit, finding.first_seen_at + EDITS_ARE_KNOWN
    if edit is not None and edit.at + LEFT_ALONE > rules.now:
        reason = f"{edit.actor} has done this by {edit.action} at {edit.at:{_TIME}}: ask them, or decide about it"
        return RepairStatus(state=RepairState.HELD, reason=reason, until=edit.at + LEFT_ALONE)
    if known > rules.now:
        reason = "it is not known yet who has done it"
        return RepairStatus(state=RepairState.HELD, reason=reason, until=known)
    return RepairStatus(state=RepairState.DUE)


def _after(last: Repair, *, finding: DriftFinding) -> RepairStatus:
    if last.looked_at is None or finding.seen_at <= last.at:
        return RepairStatus(state=RepairState.REQUESTED, change=last.change)
    until = last.at + NEVER_TWICE_WITHIN
    reason = f"its repair was requested at {last.at:{_TIME}}, and it differs still, or again: decide about it"
    return RepairStatus(state=RepairState.HELD, reason=reason, change=last.change, until=until)


def why_kept(finding: DriftFinding, *, protection: Protection) -> str:
    """Return the reason why what others have given is never removed, or empty: AWS needs it, or it is protected."""
    difference = finding.difference
    if difference.kind not in OF_OTHERS:
        return ""
    names = _names_in(difference)
    is_of_service = finding.edit is not None and finding.edit.actor.endswith(_SERVICE)
    if is_of_service or any(each.startswith(_OF_AWS) for each in names):
        return "an AWS service has made it, such as Control Tower, and may need it: Day One does not remove it"
    protected = protection.people | protection.groups | protection.accounts | protection.users
    is_protected = {each.casefold() for each in names} & {each.casefold() for each in protected}
    return "the policy protects it" if is_protected else ""


def _names_in(difference: Deviation) -> frozenset[str]:
    """Return the names of who has been given something, of what that is, and of where."""
    resource, subject = Resource.parse(difference.resource), Subject.parse(difference.subject).name
    if resource.kind is ResourceKind.MEMBERSHIP:
        return frozenset({resource.name, subject})
    if resource.kind is not ResourceKind.ASSIGNMENT:
        return frozenset()
    permission_set, principal = assignment_in(resource)
    name = principal.person or principal.group.removeprefix("user:")
    return frozenset({permission_set, name, principal.group, subject} - {""})


def _target(difference: Deviation, *, policy: Policy) -> ResourceOf | None:
    """Return the resource that is repaired, or removed, without a request; None where nothing is done."""
    if difference.kind not in OF_OTHERS:
        return difference.target if difference.kind in policy.repairs else None
    found = unmanaged_in(difference) if policy.guardrails.removes_unmanaged else None
    return ResourceOf(Subject.parse(difference.subject), found.resource) if found else None


def with_unmanaged(command: RestoreResources, *, findings: KeptFindings, policy: Policy) -> RestoreResources:
    """Return the command with what others have given, by its findings as they are now and by what the policy says.

    Nothing of the baseline is removed without a request.
    """
    found = [finding for name in command.findings if (finding := findings.finding(name))]
    if command.cause.actor == SWEEP:
        found = [finding for finding in found if not finding.is_baseline]
    unmanaged = [
        given
        for finding in found
        if (target := _target(finding.difference, policy=policy)) and target.subject == command.subject
        if not why_kept(finding, protection=policy.protection)
        if (given := unmanaged_in(finding.difference))
    ]
    return replace(command, unmanaged=tuple(unmanaged))


def unmanaged_in(difference: Deviation) -> Applied | None:
    """Return access that others have given, as a resource to be removed; None for what gives nothing by itself.

    Assignments of or to what Day One does not manage are named by AWS's ids. Source: see `Deviation`.
    """
    ids, known = difference.ids, difference.target
    if difference.kind not in OF_OTHERS:
        return None
    if "account" in ids:
        is_user = ids["principal_type"] == PrincipalType.USER
        of_aws = Principal(person=ids["principal_id"]) if is_user else Principal(group=ids["principal_id"])
        permission_set = ids["permission_set_arn"].rpartition("/")[2]
        resource = known.resource if known else Assignment(permission_set, of_aws).resource
        return _given(resource, difference)
    if known is None or known.resource in ITSELF.values():
        return None
    return _given(known.resource, difference)


def _given(resource: Resource, difference: Deviation) -> Applied:
    reasons = (Reason("guardrails.unmanaged", f"others have given it: {difference.resource}"),)
    return Applied(resource=resource, references=difference.references, reasons=reasons, doubt=Action.DELETE)


@dataclass(frozen=True, kw_only=True)
class RepairPorts:
    """Ports of repairs that nobody has requested."""

    repairs: Repairs
    policies: PolicyInForce
    records: Records
    inbox: Inbox


def request_repairs(*, ports: RepairPorts, is_recovering: bool, now: datetime) -> int:
    """Request what is due, as one change for each subject; return the number of findings.

    A subject with open operations waits for the next time. Interrupted, it requests the same again, which is harmless.
    """
    policy = ports.policies.current()
    if not (policy.repairs or policy.guardrails.removes_unmanaged):
        return 0
    findings = [finding for finding in ports.repairs.findings() if finding.is_to_be_decided(now)]
    if not findings:
        return 0
    repairs, pause = ports.repairs.repairs(), ports.repairs.pause()
    rules = repair_rules(repairs, policy=policy, pause=pause, is_recovering=is_recovering, now=now)
    due: dict[Subject, dict[ResourceOf, DriftFinding]] = {}
    for finding in findings:
        status, target = repair_status(finding, rules=rules), _target(finding.difference, policy=policy)
        if target is not None and status is not None and status.state is RepairState.DUE:
            due.setdefault(target.subject, {})[target] = finding
    number = 0
    for subject, of_subject in list(due.items())[:_MOST_SUBJECTS]:
        if not ports.records.subject(subject).head.outstanding:
            now_due = dict(list(of_subject.items())[:_MOST_OF_A_SUBJECT])
            _request(subject, now_due, ports=ports, now=now)
            number += len(now_due)
    return number


def _request(
    subject: Subject, findings: Mapping[ResourceOf, DriftFinding], *, ports: RepairPorts, now: datetime
) -> None:
    change = ulid_of(now, name=f"{subject} differs in Identity Center")
    cause = Cause(change=change, kind=CauseKind.DRIFT, actor=SWEEP, reference="drift", at=now)
    ports.inbox.put([repair_command(findings.values(), subject=subject, cause=cause)])
    for target, finding in findings.items():
        ports.repairs.note_repair(Repair(target=target, finding=finding.id, change=change, at=now))


def repair_command(findings: Iterable[DriftFinding], *, subject: Subject, cause: Cause) -> RestoreResources:
    """Return the command that repairs findings about one subject."""
    findings = list(findings)
    return RestoreResources(
        subject=subject,
        cause=cause,
        missing=tuple(
            each.difference.target.resource
            for each in findings
            if each.difference.target and each.difference.kind not in OF_OTHERS
        ),
        findings=tuple(each.id for each in findings if each.difference.kind in OF_OTHERS),
    )


def look_at_repairs(*, inventory: Inventory, confirming: ConfirmingPorts, now: datetime) -> int:
    """Read once more what was repaired, when nothing is left to do about it; return how many were looked at.

    What is as it should be is no finding any more. Raises Unavailable when AWS cannot be reached.
    """
    number = 0
    for repair in inventory.repairs():
        if repair.looked_at or now - repair.at < SETTLES or _is_under_way(repair.target, confirming=confirming):
            continue
        finding = inventory.finding(repair.finding)
        if finding is not None:
            for still in confirmed(unit_of(finding.difference), [finding.difference], ports=confirming):
                inventory.put([replace(finding, difference=still, seen_at=now)])
                break
            else:
                inventory.close([finding.id])
        inventory.note_repair(replace(repair, looked_at=now))
        number += 1
    return number


def _is_under_way(target: ResourceOf, *, confirming: ConfirmingPorts) -> bool:
    state = confirming.records.subject(target.subject)
    return bool(state.head.outstanding) or not has_no_doubt(state.applied.get(target.resource))
