"""Account assignments: each operation on them, so that doing it twice does no harm."""

from dayone.domain.accounts import ENDED_WITH, AccountState
from dayone.domain.operations import WAS_NOT_THERE, Outcome, Submitted
from dayone.errors import NotFound
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.usecases.attempts import Attempt, IdentityCenter


def create_assignment(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Ask for an assignment; AWS accepts a duplicate without a word."""
    return Submitted(aws.assignments.create(_key(attempt)))


def delete_assignment(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Ask for an assignment to go; in an account that has left the organisation there is nobody to ask."""
    if attempt.wanted.get(ENDED_WITH) == AccountState.DEPARTED:
        return WAS_NOT_THERE
    try:
        return Submitted(aws.assignments.delete(_key(attempt)))
    except NotFound:
        return WAS_NOT_THERE


def _key(attempt: Attempt) -> AssignmentKey:
    known = attempt.references
    is_of_a_user = "user_id" in known
    return AssignmentKey(
        account_id=attempt.operation.subject.name,
        permission_set_arn=known["permission_set_arn"],
        principal_id=known["user_id"] if is_of_a_user else known["group_id"],
        principal_type=PrincipalType.USER if is_of_a_user else PrincipalType.GROUP,
    )
