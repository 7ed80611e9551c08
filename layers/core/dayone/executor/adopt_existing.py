"""Resolve a creation whose name exists already: the existing resource is adopted if it is entirely as desired.

Anything else belongs to another owner and stays unchanged, unless a human has decided otherwise; then the operation
fails with the differences, and with the command for that decision.
"""

import shlex
from collections.abc import Callable, Mapping

from dayone.errors import Conflicting, Unavailable
from dayone.executor.attempt import NOT_FOUND_YET, Attempt, IdentityCenter, looked_up
from dayone.executor.existing import compare_group, compare_permission_set
from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.operations import Action, Applied, Failed, Operation, Outcome, Succeeded
from dayone.model.subjects import Resource, ResourceKind
from dayone.planning.existing import Comparison, compare_user, how_to_describe, is_same_person
from dayone.ports.identity_center import ExistingResource, Receipt

_NOT_OURS = "one of this name exists, was not made by Day One, and is left as it is"
_ADDRESS_TAKEN = (
    "its e-mail address belongs to a user of another user name: if that is this person's, HR has to give that user name"
)
_NOT_AS_DECIDED = "what exists, or what is wanted of it, is not what was decided on, so it is left as it is"


def resolve_name_conflict(
    attempt: Attempt,
    *,
    found: ExistingResource | None,
    aws: IdentityCenter,
    update: Callable[[ExistingResource], Receipt],
) -> Outcome:
    """Return the outcome of a creation whose name exists already.

    If an earlier attempt of ours may have created the resource, and it has the form desired then, or lies between that
    and the form desired now, it is ours and is updated. Otherwise it is adopted or left to its owner. Raises
    Unavailable while the resource of that name cannot be found yet.
    """
    if found is None:
        if attempt.operation.resource.kind is ResourceKind.USER and not attempt.may_have_happened:
            return Failed(_ADDRESS_TAKEN)
        raise Unavailable(NOT_FOUND_YET)
    if not attempt.may_have_happened:
        return adopt_if_identical(attempt, found=found, aws=aws)
    reject_if_owned(attempt, found=found)
    if dict(found.attributes) == dict(attempt.desired):
        return Succeeded(found.references)
    if attempt.own and _is_between(found.attributes, first=attempt.own.attributes, then=attempt.desired):
        receipt = update(found)
        return Succeeded(found.references, request_id=receipt.request_id)
    return adopt_if_identical(attempt, found=found, aws=aws)


def _is_between(found: Mapping[str, str], *, first: Mapping[str, str], then: Mapping[str, str]) -> bool:
    """Return whether each attribute has its first or its later desired value: an update takes several calls."""
    names = {*found, *first, *then}
    return all(found.get(name) in (first.get(name), then.get(name)) for name in names)


def adopt_if_identical(attempt: Attempt, *, found: ExistingResource, aws: IdentityCenter) -> Succeeded | Failed:
    """Return the outcome of a creation whose name belongs to another owner.

    A user is also adopted when it belongs to the same person and contradicts HR in nothing: it is recorded as it is, so
    that the next plan completes it. A resource that somebody decided to adopt is adopted as long as it is as they saw
    it.
    """
    reject_if_owned(attempt, found=found)
    is_user = attempt.operation.resource.kind is ResourceKind.USER
    if is_user and is_same_person(found.attributes, attempt.desired):
        return Succeeded(found.references, adopted=True, existing=found.attributes)
    comparison = looked_up(lambda: _compared(attempt, found=found, aws=aws))
    if comparison.is_identical:
        return Succeeded(found.references, adopted=True)
    operation = attempt.operation
    if operation.adopts and operation.adopts == comparison.digest and not comparison.unread:
        # Policies of the plan stay if the set leaves the policy, others are to be removed.
        desired = _desired_parts(attempt)
        attached = tuple(
            Applied(resource=resource, attributes=attributes, references=found.references, adopted=resource in desired)
            for resource, attributes in comparison.attached.items()
        )
        return Succeeded(found.references, adopted=True, existing=found.attributes, attached=attached)
    decide = "" if comparison.unread else f". {how_to_adopt(operation, comparison)}"
    return Failed(f"{_NOT_AS_DECIDED if operation.adopts else _NOT_OURS}: {comparison}{decide}")


def how_to_adopt(operation: Operation, comparison: Comparison) -> str:
    """Describe the possible decisions as commands."""
    who = "HR" if operation.resource.kind is ResourceKind.USER else "the policy"
    as_it_is = how_to_describe(operation.subject, name=operation.attributes.get("name", ""))
    subject = shlex.quote(str(operation.subject))
    adopt = f"dayone changes adopt {operation.change} {subject} --digest {comparison.digest} --reason TEXT"
    return f"What {who} has to say to have it as it is: {as_it_is}. To take it on: {adopt}"


def reject_if_owned(attempt: Attempt, *, found: ExistingResource) -> None:
    """Raise Conflicting when the name is one that another subject still has; the policy gives it up there."""
    if looked_up(lambda: attempt.is_anothers(found)):
        raise Conflicting("another resource managed by Day One has this name, and must be renamed or removed first")


def _compared(attempt: Attempt, *, found: ExistingResource, aws: IdentityCenter) -> Comparison:
    match attempt.operation.resource.kind:
        case ResourceKind.GROUP:
            key = attempt.operation.subject.name
            return compare_group(found, desired=attempt.desired, key=key, access=aws.existing)
        case ResourceKind.PERMISSION_SET:
            parts = _desired_parts(attempt)
            return compare_permission_set(found, desired=attempt.desired, parts=parts, access=aws.existing)
        case _:
            return compare_user(found.attributes, attempt.desired)


def _desired_parts(attempt: Attempt) -> Mapping[Resource, Mapping[str, str]]:
    """Return the parts that the same plan attaches to the permission set: for a new one, all of its parts."""
    return {
        operation.resource: operation.attributes
        for operation in attempt.plan()
        if operation.resource.kind in PARTS_OF_A_SET and operation.action is not Action.DELETE
    }
