"""Record what exists without a write: what is not there, or not as desired, is left as it is."""

from collections.abc import Callable, Mapping

from dayone.executor.adopt_existing import adopt_if_identical
from dayone.executor.attempt import Attempt, IdentityCenter, assignment_key
from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.operations import Action, Failed, OperationState, Succeeded
from dayone.model.subjects import ResourceKind
from dayone.planning.existing import compare_boundary, compare_inline

_NOT_THERE = "it was there when the inventory was read and is not any more, or is otherwise: it is planned anew as new"


def only_recorded(attempt: Attempt, *, aws: IdentityCenter) -> Succeeded | Failed | None:
    """Return the outcome of recording what exists; None where a provisioning has something to do.

    Users and groups are nobody's access, and adopted as ever: None as well.
    """
    kind = attempt.operation.resource.kind
    if kind is ResourceKind.PROVISIONING:
        return _provisioned_already(attempt, aws=aws)
    return (_LOOKS[kind](attempt, aws) or Failed(_NOT_THERE)) if kind in _LOOKS else None


def provisioned_before(attempt: Attempt, *, aws: IdentityCenter) -> Succeeded | None:
    """Return the outcome of provisioning a set that was adopted without one call that writes, and as it is everywhere.

    None where it has something to do.
    """
    parts = [each for each in attempt.plan() if each.resource.kind in PARTS_OF_A_SET]
    untouched = bool(parts) and all(
        each.state is OperationState.SUCCEEDED and each.action is Action.CREATE and not each.request_id
        for each in parts
    )
    return _provisioned_already(attempt, aws=aws) if untouched else None


def _provisioned_already(attempt: Attempt, *, aws: IdentityCenter) -> Succeeded | None:
    references = attempt.references
    return None if aws.permission_sets.outdated_accounts(references["permission_set_arn"]) else Succeeded(references)


def _set(attempt: Attempt, aws: IdentityCenter) -> Succeeded | Failed | None:
    found = aws.permission_sets.find(attempt.desired["name"])
    return adopt_if_identical(attempt, found=found, aws=aws) if found else None


def _membership(attempt: Attempt, aws: IdentityCenter) -> Succeeded | None:
    references = attempt.references
    name = aws.directory.find_membership(group_id=references["group_id"], user_id=references["user_id"])
    # Not adopted, as any other membership and assignment: a leaver must lose it.
    return Succeeded({**references, "membership_id": name}) if name else None


def _assignment(attempt: Attempt, aws: IdentityCenter) -> Succeeded | None:
    return Succeeded(attempt.references) if aws.assignments.exists(assignment_key(attempt)) else None


def _part(attempt: Attempt, aws: IdentityCenter) -> Succeeded | None:
    resource = attempt.operation.resource
    attached = aws.set_policies.parts(attempt.references["permission_set_arn"]).attached
    if resource not in attached or not _is_same(attached[resource], attempt=attempt):
        return None
    return Succeeded(attempt.references, adopted=True)


def _is_same(attributes: Mapping[str, str], *, attempt: Attempt) -> bool:
    match attempt.operation.resource.kind:
        case ResourceKind.INLINE_POLICY:
            return not list(compare_inline(attributes["document"], attempt.desired))
        case ResourceKind.BOUNDARY:
            return not list(compare_boundary(attributes, attempt.desired))
        case _:
            return True


_LOOKS: Mapping[ResourceKind, Callable[[Attempt, IdentityCenter], Succeeded | Failed | None]] = {
    ResourceKind.PERMISSION_SET: _set,
    ResourceKind.MEMBERSHIP: _membership,
    ResourceKind.ASSIGNMENT: _assignment,
    ResourceKind.MANAGED_POLICY: _part,
    ResourceKind.CUSTOMER_POLICY: _part,
    ResourceKind.INLINE_POLICY: _part,
    ResourceKind.BOUNDARY: _part,
}
