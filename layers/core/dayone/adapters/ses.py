"""Mail through Amazon SES."""

from typing import Any, ClassVar, Protocol

from dayone.adapters.aws.dependent_actions import Dependency, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.ports.identity_center import Receipt
from dayone.ports.sessions import WelcomeMail


class SesClient(Protocol):
    """Methods used of boto3's client `sesv2`."""

    def send_email(self, **request: Any) -> Any:  # noqa: ANN401 - as boto3 has it
        """Send a mail."""


class SesPost:
    """The port Post over the API `sesv2`. Source: Amazon SES API v2 Reference, SendEmail."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ses:SendEmail"})
    # On another resource than the call: the configuration set.
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {Dependency.CONFIGURATION_SET: frozenset({"ses:SendEmail"})}

    def __init__(self, client: SesClient) -> None:
        self._client = client

    def send(self, mail: WelcomeMail) -> Receipt:
        """See Post."""
        content = {"Subject": {"Data": mail.subject}, "Body": {"Text": {"Data": mail.text}}}
        with translated():
            sent = self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": content},
            )
        # SES, its events and its logs know a mail by this id and not by that of the request.
        return Receipt(request_id=sent["MessageId"])
