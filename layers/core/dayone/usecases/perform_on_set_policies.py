"""What is attached to permission sets: each operation on it, so that doing it twice does no harm."""

from dayone.domain.existing import Comparison, Mismatch, compare_boundary, compare_inline
from dayone.domain.operations import Action, Failed, Outcome, Succeeded
from dayone.errors import AlreadyExists
from dayone.usecases.attempts import Attempt, IdentityCenter, deleted, done

_ANOTHERS = "the permission set has one that Day One has not set, and it is left as it is"


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
    """Set the inline policy; where Day One has set none yet, only if nobody else has."""
    arn, document = _set(attempt), attempt.wanted["document"]
    if attempt.action is Action.CREATE and (existing := aws.set_policies.inline(arn)):
        before = attempt.own.attributes if attempt.own else {}
        mismatches = tuple(compare_inline(existing, attempt.wanted))
        if outcome := _met(attempt, mismatches, is_ours=not list(compare_inline(existing, before))):
            return outcome
    return done(aws.set_policies.put_inline(arn, document=document))


def delete_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the inline policy."""
    return deleted(lambda: aws.set_policies.delete_inline(_set(attempt)))


def put_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the permissions boundary; where Day One has set none yet, only if nobody else has."""
    arn = _set(attempt)
    if attempt.action is Action.CREATE and (existing := aws.set_policies.boundary(arn)):
        before = attempt.own.attributes if attempt.own else {}
        mismatches = tuple(compare_boundary(existing, attempt.wanted))
        if outcome := _met(attempt, mismatches, is_ours=dict(existing) == dict(before)):
            return outcome
    return done(aws.set_policies.put_boundary(arn, **attempt.wanted))


def delete_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the permissions boundary."""
    return deleted(lambda: aws.set_policies.delete_boundary(_set(attempt)))


def _met(attempt: Attempt, mismatches: tuple[Mismatch, ...], *, is_ours: bool) -> Outcome | None:
    """The end of a first write that met what is there already, or None when an earlier try of ours has left that."""
    if not mismatches:
        return Succeeded(adopted=attempt.own is None)
    if attempt.may_have_happened and is_ours:
        return None
    return Failed(f"{_ANOTHERS}: {Comparison(mismatches=mismatches)}")


def _set(attempt: Attempt) -> str:
    return attempt.references["permission_set_arn"]
