"""Carry one operation out against Identity Center, and ask what has become of one that AWS works on.

Each operation on users, groups and memberships is here, so that doing it twice does no harm.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from dayone.errors import AlreadyExists, Awaited, NotFound, Unavailable
from dayone.executor.adopt_existing import adopt_if_identical, reject_if_owned, resolve_name_conflict
from dayone.executor.attempt import (
    NOT_FOUND_YET,
    Attempt,
    IdentityCenter,
    assignment_key,
    deleted,
    done,
    looked_up,
    made_lately,
)
from dayone.executor.handlers import people, permission_sets
from dayone.executor.handlers import permission_sets as set_policies
from dayone.executor.handlers.only_existing import only_recorded, provisioned_before
from dayone.model.accounts import ENDED_WITH, AccountState
from dayone.model.operations import (
    ALREADY_DELETED,
    Action,
    DeletionOutcome,
    Failed,
    Operation,
    Outcome,
    Submitted,
    Succeeded,
)
from dayone.model.subjects import ResourceKind
from dayone.planning.desired_people import EXTERNAL, vacated_name
from dayone.ports.identity_center import ExistingResource, Receipt, RequestState

# Each look is a call, and an identity provider hands users on in minutes to an hour.
_LOOK_FOR_USERS_EVERY = 300.0


def await_user(attempt: Attempt, aws: IdentityCenter) -> Succeeded:
    """Take a user over from the identity provider; raises Awaited while there is none of this name."""
    found = aws.directory.find_user(attempt.desired["user_name"])
    if found is None:
        raise Awaited("the identity provider has not created this user yet", retry_after=_LOOK_FOR_USERS_EVERY)
    if found.references["user_id"] in attempt.others:
        # Whoever gets an address that was another's gets a user of their own.
        message = "the identity provider still has the user of somebody who has left under this name"
        raise Awaited(message, retry_after=_LOOK_FOR_USERS_EVERY)
    return Succeeded(found.references, adopted=True)


def delete_user(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a user; one whose creation was interrupted only if it has the attributes of that creation."""
    own, user_id = attempt.own, attempt.references.get("user_id")
    if user_id is None and own is not None and (user_name := own.attributes.get("user_name")):
        found = aws.directory.find_user(user_name)
        is_ours = found is not None and dict(found.attributes) == dict(own.attributes)
        user_id = found.references["user_id"] if found and is_ours else None
    return deleted(lambda: aws.directory.delete_user(user_id)) if user_id else ALREADY_DELETED


def create_user(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a user, or adopt the very same one."""
    if EXTERNAL in attempt.desired:
        return await_user(attempt, aws)
    try:
        return done(aws.directory.create_user(attempt.desired))
    except AlreadyExists:
        found = looked_up(lambda: aws.directory.find_user(attempt.desired["user_name"]))
        return resolve_name_conflict(
            attempt, found=found, aws=aws, update=lambda found: _set_user(found, attempt=attempt, aws=aws)
        )


def update_user(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a user up to date; one that vanished is created again."""
    if EXTERNAL in attempt.desired:
        return await_user(attempt, aws)
    existing = ExistingResource(references=attempt.references, attributes=attempt.own.attributes if attempt.own else {})
    try:
        return done(_set_user(existing, attempt=attempt, aws=aws))
    except NotFound:
        # Of somebody who has left nothing but the name was to go.
        is_gone = attempt.desired["user_name"] == vacated_name(attempt.operation.subject.name)
        return Succeeded() if is_gone else create_user(attempt, aws)


def _set_user(existing: ExistingResource, *, attempt: Attempt, aws: IdentityCenter) -> Receipt:
    unset = {name: "" for name in existing.attributes if name not in attempt.desired and name != EXTERNAL}
    return aws.directory.update_user(existing.references["user_id"], attributes={**unset, **attempt.desired})


def create_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a group, or adopt the very same one."""
    try:
        return done(aws.directory.create_group(attempt.desired))
    except AlreadyExists:
        found = looked_up(lambda: aws.directory.find_group(attempt.desired["name"]))
        return resolve_name_conflict(
            attempt, found=found, aws=aws, update=lambda found: _set_group(found, attempt=attempt, aws=aws)
        )


def update_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a group up to date, its name as well; one that vanished is created again."""
    existing = ExistingResource(references=attempt.references, attributes={})
    try:
        return done(_set_group(existing, attempt=attempt, aws=aws))
    except NotFound:
        return create_group(attempt, aws)
    except AlreadyExists:
        # Two groups of ours can be renamed in one policy, one to what the other has been called so far.
        found = looked_up(lambda: aws.directory.find_group(attempt.desired["name"]))
        if found is not None:
            reject_if_owned(attempt, found=found)
        raise


def delete_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a group."""
    group_id = attempt.references.get("group_id")
    if group_id is None:
        found = aws.directory.find_group(attempt.recorded_name)
        group_id = found.references["group_id"] if found and not attempt.is_anothers(found) else None
    return deleted(lambda: aws.directory.delete_group(group_id)) if group_id else ALREADY_DELETED


def _set_group(existing: ExistingResource, *, attempt: Attempt, aws: IdentityCenter) -> Receipt:
    done_by = aws.directory.update_group(existing.references["group_id"], attributes=attempt.desired)
    return Receipt(request_id=done_by.request_id, references=existing.references)


def create_membership(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Put a user in a group."""
    group_id, user_id = attempt.references["group_id"], attempt.references["user_id"]
    try:
        return done(aws.directory.add_member(group_id=group_id, user_id=user_id))
    except AlreadyExists as error:
        membership_id = aws.directory.find_membership(group_id=group_id, user_id=user_id)
        if membership_id is None:
            raise Unavailable(NOT_FOUND_YET) from error
        # Not adopted, whoever made it: the policy determines the members, and a leaver must lose this one too.
        return Succeeded({"membership_id": membership_id})


def delete_membership(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Take a user out of a group; whoever was taken out and put in once more is there by another id than recorded."""
    references = attempt.references
    recorded = references.get("membership_id")
    outcome = deleted(lambda: aws.directory.remove_member(recorded)) if recorded else ALREADY_DELETED
    if outcome is not ALREADY_DELETED or not {"group_id", "user_id"} <= references.keys():
        return outcome
    found = aws.directory.find_membership(group_id=references["group_id"], user_id=references["user_id"])
    return deleted(lambda: aws.directory.remove_member(found)) if found else ALREADY_DELETED


def _delete_assignment(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    # In an account that has left the organisation there is nobody to ask.
    if attempt.desired.get(ENDED_WITH) == AccountState.DEPARTED:
        return ALREADY_DELETED
    try:
        return Submitted(aws.assignments.delete(assignment_key(attempt)))
    except NotFound:
        return ALREADY_DELETED


_PERFORMERS: Mapping[tuple[Action, ResourceKind], Callable[[Attempt, IdentityCenter], Outcome]] = {
    (Action.CREATE, ResourceKind.USER): create_user,
    (Action.UPDATE, ResourceKind.USER): update_user,
    (Action.DELETE, ResourceKind.USER): delete_user,
    (Action.CREATE, ResourceKind.ENDED_SESSIONS): people.end_sessions,
    (Action.UPDATE, ResourceKind.ENDED_SESSIONS): people.end_sessions,
    (Action.DELETE, ResourceKind.ENDED_SESSIONS): people.release_sessions,
    (Action.CREATE, ResourceKind.WELCOME): people.welcome,
    (Action.UPDATE, ResourceKind.WELCOME): people.welcome,
    (Action.CREATE, ResourceKind.GROUP): create_group,
    (Action.UPDATE, ResourceKind.GROUP): update_group,
    (Action.DELETE, ResourceKind.GROUP): delete_group,
    (Action.CREATE, ResourceKind.MEMBERSHIP): create_membership,
    (Action.DELETE, ResourceKind.MEMBERSHIP): delete_membership,
    (Action.CREATE, ResourceKind.PERMISSION_SET): permission_sets.create_permission_set,
    (Action.UPDATE, ResourceKind.PERMISSION_SET): permission_sets.update_permission_set,
    (Action.DELETE, ResourceKind.PERMISSION_SET): permission_sets.delete_permission_set,
    (Action.CREATE, ResourceKind.MANAGED_POLICY): set_policies.attach_managed_policy,
    (Action.DELETE, ResourceKind.MANAGED_POLICY): set_policies.detach_managed_policy,
    (Action.CREATE, ResourceKind.CUSTOMER_POLICY): set_policies.attach_customer_policy,
    (Action.DELETE, ResourceKind.CUSTOMER_POLICY): set_policies.detach_customer_policy,
    (Action.CREATE, ResourceKind.INLINE_POLICY): set_policies.put_inline_policy,
    (Action.UPDATE, ResourceKind.INLINE_POLICY): set_policies.put_inline_policy,
    (Action.DELETE, ResourceKind.INLINE_POLICY): set_policies.delete_inline_policy,
    (Action.CREATE, ResourceKind.BOUNDARY): set_policies.put_boundary,
    (Action.UPDATE, ResourceKind.BOUNDARY): set_policies.put_boundary,
    (Action.DELETE, ResourceKind.BOUNDARY): set_policies.delete_boundary,
    (Action.CREATE, ResourceKind.PROVISIONING): permission_sets.provision,
    (Action.UPDATE, ResourceKind.PROVISIONING): permission_sets.provision,
    # AWS accepts a duplicate without a word.
    (Action.CREATE, ResourceKind.ASSIGNMENT): lambda attempt, aws: Submitted(
        aws.assignments.create(assignment_key(attempt))
    ),
    (Action.DELETE, ResourceKind.ASSIGNMENT): _delete_assignment,
    # The approval itself has loosened them; what is left is to put that on record.
    (Action.CREATE, ResourceKind.GUARDRAILS): lambda _attempt, _aws: Succeeded(),
}

# What is made under a name that somebody else may have taken, by the attributes that it was to have.
_FINDERS: Mapping[ResourceKind, Callable[[IdentityCenter, Mapping[str, str]], ExistingResource | None]] = {
    ResourceKind.USER: lambda aws, desired: aws.directory.find_user(desired["user_name"]),
    ResourceKind.GROUP: lambda aws, desired: aws.directory.find_group(desired["name"]),
    ResourceKind.PERMISSION_SET: lambda aws, desired: aws.permission_sets.find(desired["name"]),
}


def perform(attempt: Attempt, *, aws: IdentityCenter) -> Outcome:
    """Perform one operation in AWS. Raises Rejected for a final refusal, Unavailable for one that may pass."""
    operation = attempt.operation
    if operation.action is Action.DELETE and attempt.own is None and not operation.adopts:
        # The creation that it was to undo came to nothing after this was planned.
        return ALREADY_DELETED
    if operation.action is Action.DELETE and attempt.own is not None and attempt.own.adopted:
        # The creation has met what was there before.
        return Succeeded(outcome=DeletionOutcome.LEFT_IN_PLACE)
    return _PERFORMERS[attempt.action, operation.resource.kind](attempt, aws)


def there_before(attempt: Attempt, *, aws: IdentityCenter) -> Succeeded | Failed | None:
    """Return the outcome of a first creation whose name is taken already, or None if the name is free.

    The same applies to the removal of a resource that was deleted since it was planned: once begun, it would leave a
    doubt about a resource whose ids are unknown.

    A user that only an identity provider can create is looked up, and Awaited raised while it does not exist. Otherwise
    only groups and permission sets are checked: once a creation of ours was begun, a resource found by its name counts
    as ours and can be deleted with all that depends on it, so resources made by humans must be found before. What is
    only to be recorded is looked for, and never created; and a permission set that was adopted without a write is
    provisioned only where an account has an earlier form. Raises Conflicting while the name belongs to another subject,
    which the policy renames or removes.
    """
    operation = attempt.operation
    if operation.action is Action.DELETE and attempt.own is None and not operation.adopts:
        return ALREADY_DELETED
    if operation.only_existing and (met := looked_up(lambda: only_recorded(attempt, aws=aws))):
        return met
    if operation.action is not Action.CREATE or attempt.own is not None:
        return None
    match operation.resource.kind:
        case ResourceKind.USER if EXTERNAL in attempt.desired:
            return looked_up(lambda: await_user(attempt, aws))
        case ResourceKind.GROUP:
            found = aws.directory.find_group(attempt.desired["name"])
        case ResourceKind.PERMISSION_SET:
            found = aws.permission_sets.find(attempt.desired["name"])
        case ResourceKind.PROVISIONING if any(applied.adopted for applied in attempt.required.values()):
            return looked_up(lambda: provisioned_before(attempt, aws=aws))
        case _:
            return None
    return adopt_if_identical(attempt, found=found, aws=aws) if found else None


def looked_after(attempt: Attempt, *, aws: IdentityCenter, now: datetime) -> Attempt:
    """Return the attempt, updated with the result of an unconfirmed earlier creation in another form.

    Only one form is stored for a resource in doubt, so the earlier one is looked up before this one may exist as well:
    in the form desired then it is ours, and is updated; if it does not exist, only this form is in doubt from now on.
    Raises Unavailable while it is too early to conclude that it does not exist.
    """
    own, find = attempt.own, _FINDERS.get(attempt.operation.resource.kind)
    is_begun = attempt.action is Action.CREATE and attempt.may_have_happened
    if own is None or find is None or not is_begun or EXTERNAL in attempt.desired or own.attributes == attempt.desired:
        return attempt
    found = looked_up(lambda: find(aws, own.attributes))
    if found is None:
        if own.doubt is Action.CREATE and made_lately([own], at=now):
            raise Unavailable(NOT_FOUND_YET)
        return replace(attempt, own=replace(own, attributes=attempt.desired))
    if dict(found.attributes) != dict(own.attributes) or attempt.is_anothers(found):
        return attempt
    return replace(attempt, own=replace(own, doubt=None, references={**own.references, **found.references}))


def status(operation: Operation, *, aws: IdentityCenter) -> RequestState:
    """Return AWS's state of a submitted operation; raise NotFound when AWS no longer has its request id."""
    if operation.resource.kind is ResourceKind.PROVISIONING:
        return aws.permission_sets.provisioning(operation.request_id)
    if operation.action is Action.DELETE:
        return aws.assignments.deletion(operation.request_id)
    return aws.assignments.creation(operation.request_id)
