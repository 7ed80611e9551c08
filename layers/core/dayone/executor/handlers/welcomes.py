"""Send a welcome message to a person who has just got access."""

from dayone.errors import Refused
from dayone.executor.attempt import Attempt, IdentityCenter
from dayone.model.operations import Outcome, Succeeded


def welcome(attempt: Attempt, aws: IdentityCenter) -> Outcome:
    """Publish the event, then send the mail when there is one; a broken off try may send either again."""
    if aws.reception is None:
        raise Refused("no welcome e-mail sender is configured")
    return Succeeded(request_id=aws.reception.welcome(attempt.operation))
