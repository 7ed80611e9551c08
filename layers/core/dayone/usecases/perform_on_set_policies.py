"""What is attached to permission sets: each operation on it, so that doing it twice does no harm."""

from dayone.domain.operations import Outcome, Succeeded
from dayone.errors import AlreadyExists
from dayone.usecases.attempts import Attempt, IdentityCenter, deleted, done


def attach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Attach an AWS managed policy."""
    try:
        return done(aws.set_policies.attach_managed(_set(attempt), managed_policy=attempt.operation.resource.name))
    except AlreadyExists:
        return Succeeded(adopted=attempt.own is None)


def detach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Detach an AWS managed policy."""
    policy = attempt.operation.resource.name
    return deleted(lambda: aws.set_policies.detach_managed(_set(attempt), managed_policy=policy))


def attach_customer_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Attach a policy that the accounts have."""
    try:
        return done(aws.set_policies.attach_customer(_set(attempt), customer_policy=attempt.operation.resource.name))
    except AlreadyExists:
        return Succeeded(adopted=attempt.own is None)


def detach_customer_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Detach a policy that the accounts have."""
    policy = attempt.operation.resource.name
    return deleted(lambda: aws.set_policies.detach_customer(_set(attempt), customer_policy=policy))


def put_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the inline policy."""
    return done(aws.set_policies.put_inline(_set(attempt), document=attempt.wanted["document"]))


def delete_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the inline policy."""
    return deleted(lambda: aws.set_policies.delete_inline(_set(attempt)))


def put_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the permissions boundary."""
    return done(aws.set_policies.put_boundary(_set(attempt), **attempt.wanted))


def delete_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the permissions boundary."""
    return deleted(lambda: aws.set_policies.delete_boundary(_set(attempt)))


def _set(attempt: Attempt) -> str:
    return attempt.references["permission_set_arn"]
