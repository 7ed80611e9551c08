"""Which quota of AWS an operation counts against, and where it stands among those that count against the same."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from dayone.domain.operations import Action, Operation
from dayone.domain.subjects import ResourceKind

# About what AWS takes for one assignment. Source: median of the observed range of 1 to 15 seconds.
_USUAL_STEP = timedelta(seconds=3)

SSO_ADMIN = "sso-admin"
SERVICE_CONTROL_POLICIES = "organizations"
MAIL = "sesv2"


class Lane(StrEnum):
    """Operations that may hold each other up; those of different lanes do not."""

    USERS = "users"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"
    PERMISSION_SETS = "permission-sets"
    ASSIGNMENTS = "assignments"
    PEOPLE = "people"


_LANES: Mapping[ResourceKind, Lane] = {
    ResourceKind.USER: Lane.USERS,
    ResourceKind.GROUP: Lane.GROUPS,
    ResourceKind.MEMBERSHIP: Lane.MEMBERSHIPS,
    ResourceKind.ASSIGNMENT: Lane.ASSIGNMENTS,
    ResourceKind.ENDED_SESSIONS: Lane.PEOPLE,
    ResourceKind.WELCOME: Lane.PEOPLE,
}
_ELSEWHERE: Mapping[ResourceKind, str] = {
    ResourceKind.ENDED_SESSIONS: SERVICE_CONTROL_POLICIES,
    ResourceKind.WELCOME: MAIL,
}
# The Identity Store counts each of its APIs for itself. Source: IAM Identity Center quotas.
_IDENTITY_STORE: Mapping[tuple[Action, ResourceKind], str] = {
    (Action.CREATE, ResourceKind.USER): "identitystore:CreateUser",
    (Action.UPDATE, ResourceKind.USER): "identitystore:UpdateUser",
    (Action.DELETE, ResourceKind.USER): "identitystore:DeleteUser",
    (Action.CREATE, ResourceKind.GROUP): "identitystore:CreateGroup",
    (Action.UPDATE, ResourceKind.GROUP): "identitystore:UpdateGroup",
    (Action.DELETE, ResourceKind.GROUP): "identitystore:DeleteGroup",
    (Action.CREATE, ResourceKind.MEMBERSHIP): "identitystore:CreateGroupMembership",
    (Action.DELETE, ResourceKind.MEMBERSHIP): "identitystore:DeleteGroupMembership",
}


def lane_of(operation: Operation) -> Lane:
    """The lane it goes in."""
    return _LANES.get(operation.resource.kind, Lane.PERMISSION_SETS)


def quota_of(operation: Operation) -> str:
    """The rate of calls it counts against: a service as a whole, or `identitystore:` and the name of an API."""
    kind = operation.resource.kind
    return _ELSEWHERE.get(kind) or _IDENTITY_STORE.get((operation.action, kind), SSO_ADMIN)


def order_of(operation: Operation) -> str:
    """Sorts operations of a lane: priority first, then age.

    An assignment with much to follow counts as older: in an account they go one after another, and the longest such
    chain, begun late, would be waited for at the end.
    """
    chain = operation.behind if lane_of(operation) is Lane.ASSIGNMENTS else 0
    rank = operation.created_at - chain * _USUAL_STEP
    when = f"{rank.timestamp():017.6f}"
    return f"{operation.priority:d}#{when}#{operation.subject}#{operation.generation}#{operation.number:04d}"
