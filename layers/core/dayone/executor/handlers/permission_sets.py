"""Permission sets, what is attached to them, and their provisioning: each operation is harmless to repeat."""

from dayone.errors import AlreadyExists, NotFound
from dayone.executor.adopt_existing import resolve_name_conflict
from dayone.executor.attempt import Attempt, IdentityCenter, deleted, done, looked_up
from dayone.model.operations import ALREADY_DELETED, Action, Failed, Outcome, Submitted, Succeeded, tags_in
from dayone.model.retry import Refusal
from dayone.planning.existing import Comparison, Mismatch, compare_boundary, compare_inline
from dayone.ports.identity_center import ExistingResource, Receipt

_ARN = "permission_set_arn"


def create_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a permission set, or adopt the very same one."""
    try:
        return done(aws.permission_sets.create(attempt.desired))
    except AlreadyExists:
        found = looked_up(lambda: aws.permission_sets.find(attempt.desired["name"]))
        return resolve_name_conflict(
            attempt, found=found, aws=aws, update=lambda found: _set(found, attempt=attempt, aws=aws)
        )


def update_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a permission set's own attributes and its tags up to date; one that vanished is created again."""
    existing = ExistingResource(references=attempt.references, attributes=attempt.own.attributes if attempt.own else {})
    try:
        return done(_set(existing, attempt=attempt, aws=aws))
    except NotFound:
        return create_permission_set(attempt, aws)


def delete_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a permission set with all that is attached to it."""
    arn = attempt.references.get(_ARN)
    if arn is None:
        found = aws.permission_sets.find(attempt.recorded_name)
        arn = found.references[_ARN] if found and not attempt.is_anothers(found) else None
    return deleted(lambda: aws.permission_sets.delete(arn)) if arn else ALREADY_DELETED


def provision(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Let the permission set, as it now is, reach every account it is in use in.

    With one of them closed AWS fails all of it; then it reaches the others one by one.
    """
    arn = attempt.references[_ARN]
    if attempt.operation.refusal is not Refusal.SINGLE_CALLS:
        return Submitted(aws.permission_sets.provision(arn))
    outdated = aws.permission_sets.outdated_accounts(arn)
    remaining = sorted(set(outdated) - attempt.closed_accounts(outdated))
    return Submitted(aws.permission_sets.provision(arn, account=remaining[0])) if remaining else Succeeded()


def _set(existing: ExistingResource, *, attempt: Attempt, aws: IdentityCenter) -> Receipt:
    arn, tags = existing.references[_ARN], tags_in(attempt.desired)
    receipt = aws.permission_sets.update(arn, attributes=attempt.desired)
    if gone := tags_in(existing.attributes).keys() - tags.keys():
        receipt = aws.permission_sets.untag(arn, keys=gone)
    return aws.permission_sets.tag(arn, tags=tags) if tags else receipt


_ANOTHERS = "the permission set has one that Day One has not set, and it is left as it is"


def attach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Attach an AWS managed policy."""
    try:
        return done(aws.set_policies.attach_managed(_set_of(attempt), managed_policy=attempt.operation.resource.name))
    except AlreadyExists:
        return Succeeded(adopted=attempt.own is None)


def detach_managed_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Detach an AWS managed policy."""
    policy = attempt.operation.resource.name
    return deleted(lambda: aws.set_policies.detach_managed(_set_of(attempt), managed_policy=policy))


def attach_customer_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Attach a policy that the accounts have."""
    try:
        return done(aws.set_policies.attach_customer(_set_of(attempt), customer_policy=attempt.operation.resource.name))
    except AlreadyExists:
        return Succeeded(adopted=attempt.own is None)


def detach_customer_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Detach a policy that the accounts have."""
    policy = attempt.operation.resource.name
    return deleted(lambda: aws.set_policies.detach_customer(_set_of(attempt), customer_policy=policy))


def put_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the inline policy; where Day One has set none yet, only if nobody else has."""
    arn, document = _set_of(attempt), attempt.desired["document"]
    if attempt.action is Action.CREATE and (existing := aws.set_policies.inline(arn)):
        before = attempt.own.attributes if attempt.own else {}
        mismatches = tuple(compare_inline(existing, attempt.desired))
        if outcome := _met(attempt, mismatches, is_ours=not list(compare_inline(existing, before))):
            return outcome
    return done(aws.set_policies.put_inline(arn, document=document))


def delete_inline_policy(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the inline policy."""
    return deleted(lambda: aws.set_policies.delete_inline(_set_of(attempt)))


def put_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Set the permissions boundary; where Day One has set none yet, only if nobody else has."""
    arn = _set_of(attempt)
    if attempt.action is Action.CREATE and (existing := aws.set_policies.boundary(arn)):
        before = attempt.own.attributes if attempt.own else {}
        mismatches = tuple(compare_boundary(existing, attempt.desired))
        if outcome := _met(attempt, mismatches, is_ours=dict(existing) == dict(before)):
            return outcome
    return done(aws.set_policies.put_boundary(arn, **attempt.desired))


def delete_boundary(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the permissions boundary."""
    return deleted(lambda: aws.set_policies.delete_boundary(_set_of(attempt)))


def _met(attempt: Attempt, mismatches: tuple[Mismatch, ...], *, is_ours: bool) -> Outcome | None:
    """Return the outcome of a first write that found existing contents, or None if they are from an earlier attempt."""
    if not mismatches:
        return Succeeded(adopted=attempt.own is None)
    if attempt.may_have_happened and is_ours:
        return None
    return Failed(f"{_ANOTHERS}: {Comparison(mismatches=mismatches)}")


def _set_of(attempt: Attempt) -> str:
    return attempt.references["permission_set_arn"]
