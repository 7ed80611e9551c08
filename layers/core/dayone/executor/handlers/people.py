"""Operations on people besides their user: end and release live sessions, and send a welcome."""

from dayone.errors import Refused
from dayone.executor.attempt import Attempt, IdentityCenter, done
from dayone.model.operations import Outcome, Succeeded
from dayone.ports.organizations import LiveSessions


def end_sessions(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Deny everything to a user, wherever they still have a session."""
    return done(_sessions(aws).end(attempt.desired["user_id"]))


def release_sessions(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Remove the user from the deny policies, from all of them if the entry was interrupted."""
    own = attempt.own
    user_id = own.attributes.get("user_id", "") if own else ""
    # One that was begun once more may be in another policy as well.
    policy_id = own.references.get("policy_id", "") if own and own.doubt is None else ""
    return done(_sessions(aws).release(user_id, policy_id=policy_id))


def _sessions(aws: IdentityCenter) -> LiveSessions:
    if aws.sessions is None:
        raise Refused("the service control policy that ends sessions is no longer deployed")
    return aws.sessions


def welcome(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Publish the event, then send the mail when there is one; a broken off try may send either again."""
    if aws.reception is None:
        raise Refused("no welcome e-mail sender is configured")
    return Succeeded(request_id=aws.reception.welcome(attempt.operation))
