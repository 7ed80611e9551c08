"""The difference between desired and applied, written down as ordered operations."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.model.accounts import ENDED_WITH, AccountState
from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import ApplyHrRecord, Command, CorrectRecord, ReconcileSubject, RestoreResources
from dayone.model.dependencies import (
    FORGOTTEN,
    PARTS_OF_A_SET,
    ROOTS,
    WITHOUT_ATTRIBUTES,
    Denies,
    Difference,
    in_order,
    predecessors,
    requirements,
    with_parts,
)
from dayone.model.operations import Action, Applied, Operation, Priority
from dayone.model.people import Person
from dayone.model.policy.rules import Protection
from dayone.model.subject_state import Head
from dayone.model.subjects import (
    Desired,
    DesiredResource,
    Reason,
    Resource,
    ResourceKind,
    ResourceOf,
    Subject,
    SubjectKind,
    assignment_in,
)
from dayone.policy.managed_policies import HARMLESS, ONLY_DENY, SENSITIVE, WITH_DENY

_MANAGED = {
    **dict.fromkeys(HARMLESS | SENSITIVE, Denies.NOTHING),
    **dict.fromkeys(WITH_DENY, Denies.SOMETHING),
    **dict.fromkeys(ONLY_DENY, Denies.ONLY),
}

_KEPT = frozenset({ResourceKind.USER, ResourceKind.PROVISIONING, ResourceKind.WELCOME, ResourceKind.GUARDRAILS})
# What takes access away goes first, whether it is by something that ends or by something that begins.
_TAKING = frozenset({(Action.CREATE, ResourceKind.ENDED_SESSIONS), (Action.UPDATE, ResourceKind.ENDED_SESSIONS)})
_WHOLE_SET = Resource(ResourceKind.PERMISSION_SET)
_WHOLE_GROUP = Resource(ResourceKind.GROUP)
# Kept on record, it would be what the policy means when it uses the key anew, under whatever name.
_FORGETTING = DesiredResource(
    {FORGOTTEN: "was there before Day One"},
    (Reason("policy", "no longer in the policy, and there before Day One: it stays as it is, and is forgotten"),),
)
_NOT_RENAMED = (
    "the group {is_called!r} was there before Day One, which does not rename it: take the name back, or give "
    "{desired!r} a key of its own"
)
_CANNOT_RENAME = (
    "AWS cannot rename a permission set, so this one stays {is_called!r} and as it is: take the new name back, or give "
    "{desired!r} a key of its own, move the assignments there, and remove this one"
)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Properties common to all operations of a plan: its cause, subject, generation and time.

    `announced` are removals at the end of a grant, which are urgent whatever noticed it. `vacated_by` are users whose
    names a user of this plan takes over. `adopts` is the digest of the existing resources to be adopted. `leavers`
    are those whose end was just reported, and `called` the policy's names of groups and permission sets.
    """

    cause: Cause
    subject: Subject
    generation: str
    now: datetime
    announced: frozenset[Resource] = frozenset()
    vacated_by: tuple[ResourceOf, ...] = ()
    adopts: str = ""
    leavers: frozenset[str] = frozenset()
    called: Mapping[Subject, str] = field(default_factory=dict)


def differences(
    desired: Desired, *, applied: Mapping[Resource, Applied], subject: Subject, protection: Protection
) -> list[Difference]:
    """Return the differences to resolve, revocations first; the same input gives the same list.

    Resources in doubt differ from any desired form, so an action whose result was lost is repeated or undone. Not in
    the list: resources of a subject that is left alone or of a protected group, users (kept without access), and the
    removal of resources that Day One did not create.
    """
    if left_alone(desired, applied=applied):
        return []
    found = _additions(desired, applied=applied)
    if applied:
        found += _removals(desired, applied=applied)
    if protection.groups or protection.people:
        found = [each for each in found if not _is_protected(each.resource, subject=subject, protection=protection)]
    if subject.kind is SubjectKind.PERMISSION_SET:
        found += _provisioning(found, desired=desired, applied=applied)
    return in_order(found, managed=_MANAGED)


def doubts(
    applied: Mapping[Resource, Applied], *, command: RestoreResources | CorrectRecord
) -> dict[Resource, Applied]:
    """Return what a command names with how it is resolved: others' as being removed, what is `gone` as not created."""
    unmanaged, gone = (command.unmanaged, ()) if isinstance(command, RestoreResources) else ((), command.gone)
    found = {each.resource: each for each in unmanaged if each.resource not in applied}
    for resource in with_parts(command.missing, recorded=applied):
        action = Action.CREATE if resource in gone or resource.kind in WITHOUT_ATTRIBUTES else Action.UPDATE
        found[resource] = replace(applied[resource], doubt=applied[resource].doubt or action)
    return found


def left_alone(desired: Desired, *, applied: Mapping[Resource, Applied]) -> str:
    """Return the reason why the subject must stay unchanged, or empty: by `desired`, or because AWS cannot do it."""
    for whole, message in ((_WHOLE_SET, _CANNOT_RENAME), (_WHOLE_GROUP, _NOT_RENAMED)):
        have, needed = applied.get(whole), desired.resources.get(whole)
        if desired.left_alone or have is None or needed is None:
            continue
        is_called, name = have.attributes.get("name"), needed.attributes.get("name")
        # Source: IAM Identity Center API, UpdatePermissionSet: it takes no name.
        if is_called not in (None, name) and (whole == _WHOLE_SET or have.adopted):
            return message.format(is_called=is_called, desired=name)
    return desired.left_alone


def operations(ordered: Sequence[Difference], *, planned: Planned) -> tuple[Operation, ...]:
    """Return the operations that resolve the differences, numbered in order."""
    # The attachments of an adopted set are recorded together with the set.
    adopted = [at for at, each in enumerate(ordered) if planned.adopts and each.resource == _WHOLE_SET]
    return tuple(
        Operation(
            change=planned.cause.change,
            actor=planned.cause.actor,
            subject=planned.subject,
            generation=planned.generation,
            number=number,
            action=difference.action,
            resource=difference.resource,
            priority=Priority.REPAIR if ENDED_WITH in difference.desired.attributes else _priority(difference, planned),
            created_at=planned.now,
            attributes=difference.desired.attributes,
            reasons=difference.desired.reasons,
            requires=(required := requirements(difference, subject=planned.subject, adopts=bool(planned.adopts))),
            called=tuple(planned.called.get(each.subject, "") for each in required),
            after=(
                *(adopted if difference.action is Action.DELETE else ()),
                *predecessors(difference, ordered=ordered[:number], managed=_MANAGED),
            ),
            covers=difference.covers,
            vacated_by=planned.vacated_by if difference.resource.kind is ResourceKind.USER else (),
            behind=len(ordered) - number - 1,
            adopts=planned.adopts,
            ends=_ends(difference, planned=planned),
        )
        for number, difference in enumerate(ordered)
    )


_ABOUT_PEOPLE = frozenset({CauseKind.HR_EVENT, CauseKind.BY_HAND})


def reported_leavers(
    command: Command, *, after: Head, applied: Iterable[Resource], employed: frozenset[str]
) -> frozenset[str]:
    """Return the people without access whose end a command reports, or follows."""
    is_of_end = isinstance(command, CorrectRecord) and command.is_end
    if isinstance(after.fact, Person):
        is_of_end = is_of_end or isinstance(command, ApplyHrRecord)
        return frozenset({after.subject.name}) if is_of_end and not after.has_access else frozenset()
    if not is_of_end and not (isinstance(command, ReconcileSubject) and command.cause.kind in _ABOUT_PEOPLE):
        return frozenset()
    given = (assignment_in(each) for each in applied if each.kind is ResourceKind.ASSIGNMENT)
    return frozenset(each.principal.person for each in given) - employed - {""}


def _ends(difference: Difference, *, planned: Planned) -> str:
    """Return the person whose access this ends because their end was reported, empty for everything else."""
    resource, takes, person = difference.resource, difference.action is Action.DELETE, planned.subject.name
    if planned.subject.kind is SubjectKind.PERSON:
        takes = takes or resource.kind is ResourceKind.ENDED_SESSIONS
    else:
        person = assignment_in(resource).principal.person if resource.kind is ResourceKind.ASSIGNMENT else ""
    return person if takes and person in planned.leavers else ""


def fingerprint(found: Iterable[Difference]) -> str:
    """Equal for two lists of differences exactly when they ask for the same changes."""
    rows = [
        [difference.action, str(difference.resource), sorted(difference.desired.attributes.items())]
        for difference in found
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _removals(desired: Desired, *, applied: Mapping[Resource, Applied]) -> list[Difference]:
    if applied.keys() <= desired.resources.keys():
        return []
    extra = {resource: applied[resource] for resource in sorted(applied.keys() - desired.resources.keys())}
    whole_set = extra.get(_WHOLE_SET)
    if whole_set is not None and not whole_set.adopted:
        attached = tuple(resource for resource in extra if resource != whole_set.resource)
        return [
            Difference(Action.DELETE, whole_set.resource, DesiredResource({}, _no_longer(whole_set)), covers=attached)
        ]
    if desired.gone:
        return [_ended(resource, state=desired.gone) for resource in extra]
    given_up = [
        Difference(Action.DELETE, resource, DesiredResource({}, _no_longer(applied)))
        for resource, applied in extra.items()
        if not applied.adopted and (resource.kind not in _KEPT or resource in desired.gives_up)
    ]
    for whole in (_WHOLE_SET, _WHOLE_GROUP):
        if whole in extra and extra[whole].adopted:
            # All that is on record of it goes with it, once what Day One has added to it has gone in AWS.
            rest = extra.keys() - {whole, *(difference.resource for difference in given_up)}
            given_up.append(Difference(Action.DELETE, whole, _FORGETTING, covers=tuple(sorted(rest))))
    return given_up


def _ended(resource: Resource, *, state: AccountState) -> Difference:
    return Difference(
        Action.DELETE,
        resource,
        DesiredResource({ENDED_WITH: state}, (Reason("organisation", f"the account is {state}"),)),
    )


def _additions(desired: Desired, *, applied: Mapping[Resource, Applied]) -> list[Difference]:
    if not applied:
        return [Difference(Action.CREATE, resource, needed) for resource, needed in desired.resources.items()]
    found = []
    whole_set = applied.get(_WHOLE_SET)
    # One whose removal was begun may be gone, and all that was attached to it with it.
    may_be_gone = whole_set is not None and whole_set.doubt is Action.DELETE
    for resource, needed in desired.resources.items():
        have = applied.get(resource)
        if have is None or may_be_gone:
            found.append(Difference(Action.CREATE, resource, needed))
        elif have.doubt is not None:
            action = Action.UPDATE if have.doubt is Action.UPDATE else Action.CREATE
            found.append(Difference(action, resource, needed))
        elif have.attributes != needed.attributes:
            found.append(Difference(Action.UPDATE, resource, needed))
    return found


def _provisioning(
    found: list[Difference], *, desired: Desired, applied: Mapping[Resource, Applied]
) -> list[Difference]:
    # A change of mind can lead back to the form that was provisioned last, while accounts assigned since then have
    # got the form in between; and an adopted set that leaves the policy gives up what was attached to it.
    stays = [difference for difference in found if FORGOTTEN not in difference.desired.attributes]
    changed = [difference for difference in stays if difference.resource.kind in PARTS_OF_A_SET]
    mark = Resource(ResourceKind.PROVISIONING)
    is_there = any(difference.resource == mark for difference in found)
    is_going = any(difference.action is Action.DELETE and difference.resource.kind in ROOTS for difference in stays)
    if not changed or is_there or is_going:
        return []
    action = Action.UPDATE if mark in applied else Action.CREATE
    return [Difference(action, mark, desired.resources.get(mark) or DesiredResource({}, changed[0].desired.reasons))]


def _no_longer(have: Applied) -> tuple[Reason, ...]:
    ended = tuple(Reason(reason.rule, f"no longer: {reason.because}") for reason in have.reasons)
    return ended or (Reason("policy", "no rule gives it any more"),)


def _is_protected(resource: Resource, *, subject: Subject, protection: Protection) -> bool:
    match resource.kind:
        case ResourceKind.GROUP:
            return subject.name in protection.groups
        case ResourceKind.MEMBERSHIP:
            return resource.name in protection.groups
        case ResourceKind.ASSIGNMENT:
            group, person = assignment_in(resource).principal
            return person in protection.people if person else group in protection.groups
        case _:
            return False


def _priority(difference: Difference, planned: Planned) -> Priority:
    origin = planned.cause.origin
    if difference.resource in planned.announced:
        return Priority.REVOCATION
    is_taking = (difference.action, difference.resource.kind) in _TAKING
    if origin is CauseKind.DRIFT and not is_taking:
        return Priority.REPAIR
    if origin in (CauseKind.POLICY, CauseKind.DISCOVERY):
        return Priority.POLICY
    takes_away = difference.action is Action.DELETE or is_taking
    return Priority.REVOCATION if takes_away else Priority.ONBOARDING
