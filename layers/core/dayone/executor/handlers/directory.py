"""Users, groups and memberships: each operation on them, so that doing it twice does no harm."""

from dayone.errors import AlreadyExists, Awaited, NotFound, Unavailable
from dayone.executor.adopt_existing import reject_if_owned, resolve_name_conflict
from dayone.executor.attempt import NOT_FOUND_YET, Attempt, IdentityCenter, deleted, done, looked_up
from dayone.model.operations import ALREADY_DELETED, Outcome, Succeeded
from dayone.planning.desired_people import EXTERNAL
from dayone.planning.former_names import vacated_name
from dayone.ports.identity_center import ExistingResource, Receipt

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
    """Take a user out of a group."""
    references = attempt.references
    membership_id = references.get("membership_id")
    if membership_id is None and "group_id" in references and "user_id" in references:
        membership_id = aws.directory.find_membership(group_id=references["group_id"], user_id=references["user_id"])
    return deleted(lambda: aws.directory.remove_member(membership_id)) if membership_id else ALREADY_DELETED
