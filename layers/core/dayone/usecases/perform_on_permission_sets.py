"""Permission sets and assignments: each operation on them, so that doing it twice does no harm."""

from dayone.domain.operations import Outcome, Submitted, Succeeded
from dayone.errors import AlreadyExists, NotFound
from dayone.ports.identity_center import AssignmentKey
from dayone.usecases.attempts import Attempt, IdentityCenter, deleted, done, looked_up, taken_over

_ARN = "permission_set_arn"


def create_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a permission set, or adopt the very same one."""
    name = attempt.operation.subject.name
    try:
        return done(aws.permission_sets.create(name, attributes=attempt.wanted))
    except AlreadyExists:
        return taken_over(
            attempt,
            found=looked_up(lambda: aws.permission_sets.find(name)),
            update=lambda one: aws.permission_sets.update(one.references[_ARN], attributes=attempt.wanted),
        )


def update_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a permission set's own attributes up to date."""
    return done(aws.permission_sets.update(attempt.references[_ARN], attributes=attempt.wanted))


def delete_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a permission set with all that is attached to it."""
    arn = attempt.references.get(_ARN)
    if arn is None:
        found = aws.permission_sets.find(attempt.operation.subject.name)
        arn = found.references[_ARN] if found else None
    return deleted(lambda: aws.permission_sets.delete(arn)) if arn else Succeeded()


def attach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Attach an AWS managed policy."""
    policy = attempt.operation.resource.name
    try:
        return done(aws.permission_sets.attach(attempt.references[_ARN], managed_policy=policy))
    except AlreadyExists:
        return Succeeded(adopted=attempt.own is None)


def detach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Detach an AWS managed policy."""
    policy = attempt.operation.resource.name
    return deleted(lambda: aws.permission_sets.detach(attempt.references[_ARN], managed_policy=policy))


def put_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the inline policy."""
    arn, document = attempt.references[_ARN], attempt.wanted["document"]
    return done(aws.permission_sets.put_inline_policy(arn, document=document))


def delete_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the inline policy."""
    return deleted(lambda: aws.permission_sets.delete_inline_policy(attempt.references[_ARN]))


def provision(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Let the permission set, as it now is, reach every account it is in use in."""
    return Submitted(aws.permission_sets.provision(attempt.references[_ARN]))


def create_assignment(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Ask for an assignment; AWS accepts a duplicate without a word."""
    return Submitted(aws.assignments.create(_key(attempt)))


def delete_assignment(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Ask for an assignment to go."""
    try:
        return Submitted(aws.assignments.delete(_key(attempt)))
    except NotFound:
        return Succeeded()


def _key(attempt: Attempt) -> AssignmentKey:
    return AssignmentKey(
        account_id=attempt.operation.subject.name,
        permission_set_arn=attempt.references[_ARN],
        group_id=attempt.references["group_id"],
    )
