"""Carry one operation out against Identity Center, and ask what has become of one that AWS works on."""

from collections.abc import Callable, Mapping

from dayone.domain.operations import Action, Operation, Outcome
from dayone.domain.subjects import ResourceKind
from dayone.ports.identity_center import RequestState
from dayone.usecases import perform_on_directory as directory
from dayone.usecases import perform_on_permission_sets as permission_sets
from dayone.usecases.attempts import Attempt, IdentityCenter

_PERFORMERS: Mapping[tuple[Action, ResourceKind], Callable[[Attempt, IdentityCenter], Outcome]] = {
    (Action.CREATE, ResourceKind.USER): directory.create_user,
    (Action.UPDATE, ResourceKind.USER): directory.update_user,
    (Action.CREATE, ResourceKind.GROUP): directory.create_group,
    (Action.UPDATE, ResourceKind.GROUP): directory.update_group,
    (Action.DELETE, ResourceKind.GROUP): directory.delete_group,
    (Action.CREATE, ResourceKind.MEMBERSHIP): directory.create_membership,
    (Action.DELETE, ResourceKind.MEMBERSHIP): directory.delete_membership,
    (Action.CREATE, ResourceKind.PERMISSION_SET): permission_sets.create_permission_set,
    (Action.UPDATE, ResourceKind.PERMISSION_SET): permission_sets.update_permission_set,
    (Action.DELETE, ResourceKind.PERMISSION_SET): permission_sets.delete_permission_set,
    (Action.CREATE, ResourceKind.MANAGED_POLICY): permission_sets.attach_managed_policy,
    (Action.DELETE, ResourceKind.MANAGED_POLICY): permission_sets.detach_managed_policy,
    (Action.CREATE, ResourceKind.INLINE_POLICY): permission_sets.put_inline_policy,
    (Action.UPDATE, ResourceKind.INLINE_POLICY): permission_sets.put_inline_policy,
    (Action.DELETE, ResourceKind.INLINE_POLICY): permission_sets.delete_inline_policy,
    (Action.CREATE, ResourceKind.PROVISIONING): permission_sets.provision,
    (Action.UPDATE, ResourceKind.PROVISIONING): permission_sets.provision,
    (Action.CREATE, ResourceKind.ASSIGNMENT): permission_sets.create_assignment,
    (Action.DELETE, ResourceKind.ASSIGNMENT): permission_sets.delete_assignment,
}


def perform(attempt: Attempt, *, aws: IdentityCenter) -> Outcome:
    """Call AWS for one operation. Raises Rejected when AWS says no for good, Unavailable when it may say yes later."""
    operation = attempt.operation
    return _PERFORMERS[operation.action, operation.resource.kind](attempt, aws)


def status(operation: Operation, *, aws: IdentityCenter) -> RequestState:
    """What AWS says of a submitted operation; raises NotFound when AWS no longer knows its request id."""
    if operation.resource.kind is ResourceKind.PROVISIONING:
        return aws.permission_sets.provisioning(operation.request_id)
    if operation.action is Action.DELETE:
        return aws.assignments.deletion(operation.request_id)
    return aws.assignments.creation(operation.request_id)
