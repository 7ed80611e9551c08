"""Permission sets themselves and their provisioning: each operation on them, so that doing it twice does no harm."""

from dayone.domain.desired import tags_in
from dayone.domain.operations import WAS_NOT_THERE, Outcome, Submitted, Succeeded
from dayone.domain.retrying import Refusal
from dayone.errors import AlreadyExists
from dayone.ports.identity_center import Found, Receipt
from dayone.usecases.adopt_existing import resolve_name_conflict
from dayone.usecases.attempts import Attempt, IdentityCenter, deleted, done, looked_up

_ARN = "permission_set_arn"


def create_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Create a permission set, or adopt the very same one."""
    try:
        return done(aws.permission_sets.create(attempt.wanted))
    except AlreadyExists:
        found = looked_up(lambda: aws.permission_sets.find(attempt.wanted["name"]))
        return resolve_name_conflict(
            attempt, found=found, aws=aws, update=lambda one: _set(one, attempt=attempt, aws=aws)
        )


def update_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Bring a permission set's own attributes and its tags up to date."""
    known = Found(references=attempt.references, attributes=attempt.own.attributes if attempt.own else {})
    return done(_set(known, attempt=attempt, aws=aws))


def delete_permission_set(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Delete a permission set with all that is attached to it."""
    arn = attempt.references.get(_ARN)
    if arn is None:
        found = aws.permission_sets.find(attempt.known_name)
        arn = found.references[_ARN] if found and not attempt.is_anothers(found) else None
    return deleted(lambda: aws.permission_sets.delete(arn)) if arn else WAS_NOT_THERE


def provision(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Let the permission set, as it now is, reach every account it is in use in.

    With one of them closed AWS fails all of it; then it reaches the others one by one.
    """
    arn = attempt.references[_ARN]
    if attempt.operation.refusal is not Refusal.ONE_BY_ONE:
        return Submitted(aws.permission_sets.provision(arn))
    outdated = aws.permission_sets.outdated_accounts(arn)
    remaining = sorted(set(outdated) - attempt.closed_accounts(outdated))
    return Submitted(aws.permission_sets.provision(arn, account=remaining[0])) if remaining else Succeeded()


def _set(known: Found, *, attempt: Attempt, aws: IdentityCenter) -> Receipt:
    arn, tags = known.references[_ARN], tags_in(attempt.wanted)
    receipt = aws.permission_sets.update(arn, attributes=attempt.wanted)
    if gone := tags_in(known.attributes).keys() - tags.keys():
        receipt = aws.permission_sets.untag(arn, keys=gone)
    return aws.permission_sets.tag(arn, tags=tags) if tags else receipt
