"""Users, groups and memberships: each operation on them, so that doing it twice does no harm."""

from dayone.domain.operations import Outcome, Succeeded
from dayone.errors import AlreadyExists, NotFound
from dayone.ports.identity_center import Found, Receipt
from dayone.usecases.attempts import Attempt, IdentityCenter, deleted, done, looked_up, taken_over


def create_user(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a user, or adopt the very same one."""
    try:
        return done(aws.directory.create_user(attempt.wanted))
    except AlreadyExists:
        found = looked_up(lambda: aws.directory.find_user(attempt.wanted["user_name"]))
        return taken_over(attempt, found=found, update=lambda one: _set_user(one, attempt=attempt, aws=aws))


def update_user(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a user up to date; one that vanished is created again."""
    known = Found(references=attempt.references, attributes=attempt.own.attributes if attempt.own else {})
    try:
        return done(_set_user(known, attempt=attempt, aws=aws))
    except NotFound:
        return create_user(attempt, aws)


def _set_user(known: Found, *, attempt: Attempt, aws: IdentityCenter) -> Receipt:
    unset = {name: "" for name in known.attributes if name not in attempt.wanted}
    return aws.directory.update_user(known.references["user_id"], attributes={**unset, **attempt.wanted})


def create_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a group, or adopt the very same one."""
    name, description = attempt.operation.subject.name, attempt.wanted.get("description", "")
    try:
        return done(aws.directory.create_group(name, description=description))
    except AlreadyExists:
        return taken_over(
            attempt,
            found=looked_up(lambda: aws.directory.find_group(name)),
            update=lambda one: aws.directory.update_group(one.references["group_id"], description=description),
        )


def update_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a group up to date; one that vanished is created again."""
    description = attempt.wanted.get("description", "")
    try:
        return done(aws.directory.update_group(attempt.references["group_id"], description=description))
    except NotFound:
        return create_group(attempt, aws)


def delete_group(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a group."""
    group_id = attempt.references.get("group_id")
    if group_id is None:
        found = aws.directory.find_group(attempt.operation.subject.name)
        group_id = found.references["group_id"] if found else None
    return deleted(lambda: aws.directory.delete_group(group_id)) if group_id else Succeeded()


def create_membership(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Put a user in a group."""
    group_id, user_id = attempt.references["group_id"], attempt.references["user_id"]
    try:
        return done(aws.directory.add_member(group_id=group_id, user_id=user_id))
    except AlreadyExists:
        membership_id = aws.directory.find_membership(group_id=group_id, user_id=user_id)
        if membership_id is None:
            raise
        # Not adopted, whoever made it: the policy says who belongs in its groups, and a leaver must lose this one too.
        return Succeeded({"membership_id": membership_id})


def delete_membership(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Take a user out of a group."""
    known = attempt.references
    membership_id = known.get("membership_id")
    if membership_id is None and "group_id" in known and "user_id" in known:
        membership_id = aws.directory.find_membership(group_id=known["group_id"], user_id=known["user_id"])
    return deleted(lambda: aws.directory.remove_member(membership_id)) if membership_id else Succeeded()
