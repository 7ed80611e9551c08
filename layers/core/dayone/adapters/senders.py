"""Ways out of notifications: signed webhooks, topics of SNS, and e-mails through SES."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from dayone.adapters.aws.dependent_actions import Dependency, DependentActions
from dayone.adapters.aws.errors import never_rejected
from dayone.errors import Refused, Unavailable
from dayone.model.policy.notifications import Destination, Message, NotificationMail, Webhook, WebhookFormat

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from dayone.adapters.hr.https import Reply
    from dayone.adapters.messaging import SesClient
    from dayone.ports.messaging import Sender


class Caller(Protocol):
    """The way to addresses outside, such as Https."""

    def call(self, url: str, *, method: str, headers: Mapping[str, str], body: bytes) -> "Reply":
        """Send a request; raises Unavailable when there is no usable answer."""


class Webhooks:
    """The port Sender over HTTPS, signed as Standard Webhooks has it with a secret `folder` and the name.

    The secret is `{"current": "whsec_…", "previous": "whsec_…", "url": "https://…"}`; with `previous` each message is
    signed by both. `url` is where the policy has none. Source: the Standard Webhooks specification, "Signature scheme"
    and "Webhook headers".
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"secretsmanager:GetSecretValue"})

    def __init__(self, client: "SecretsManagerClient", *, folder: str, https: Caller) -> None:
        self._client = client
        self._folder = folder
        self._https = https

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:
        """See Sender."""
        webhook, secret = to.webhook or Webhook(), self._secret(to)
        url = webhook.url or secret.get("url", "")
        if not url.startswith(("https://", "http://")):
            raise Unavailable("neither the policy nor the secret has an address")
        body = message.body.encode()
        keys = [key for name in ("current", "previous") if (key := secret.get(name))]
        headers = {"content-type": "application/json", "user-agent": "dayone"}
        if webhook.format is WebhookFormat.STANDARD:
            headers |= signed(message.id, body, keys=keys, at=at)
        _check(self._https.call(url, method="POST", headers=headers, body=body))

    def _secret(self, to: Destination) -> dict[str, str]:
        with never_rejected():
            answer = self._client.get_secret_value(SecretId=f"{self._folder}/{to.name}")
        # Nothing in here may raise with the text: it is the secret.
        try:
            secret = json.loads(answer.get("SecretString", ""))
        except ValueError:
            secret = None
        if not isinstance(secret, dict):
            raise Unavailable('the secret of the destination is not {"current": "whsec_…"}')
        return {name: value for name, value in secret.items() if isinstance(value, str)}


def signed(message_id: str, body: bytes, *, keys: Collection[str], at: datetime) -> Mapping[str, str]:
    """Return the headers of Standard Webhooks, with a signature by each of the keys."""
    seconds = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), seconds.encode(), body))
    signatures = [base64.b64encode(hmac.digest(_key(key), content, hashlib.sha256)).decode() for key in keys]
    if not signatures:
        raise Unavailable("the secret of the destination has no `current`")
    proof = " ".join(f"v1,{signature}" for signature in signatures)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": proof}


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise Unavailable("the secret of the destination is not in base64 behind `whsec_`") from None


def _check(reply: "Reply") -> None:
    if reply.status == HTTPStatus.GONE:
        # Source: the Standard Webhooks specification: whoever answers so wants nothing any more.
        raise Refused("the address answers 410: it wants no messages any more")
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        raise Unavailable(f"the address answers {reply.status}")


class SnsClient(Protocol):
    """Methods used of boto3's client `sns`."""

    def publish(self, **request: Any) -> Any:  # noqa: ANN401 - as boto3 has it
        """Publish a message."""


# Source: Amazon SNS API Reference, Publish: fewer than 100 characters of ASCII, on one line.
_LONGEST_SUBJECT = 99


class SnsTopics:
    """The port Sender over topics of SNS whose ARNs begin with `prefix`."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sns:Publish"})

    def __init__(self, client: SnsClient, *, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:  # noqa: ARG002 - SNS has a time of its own
        """See Sender."""
        content = json.loads(message.body)
        subject = "".join(char if " " <= char <= "~" else "?" for char in content["subject"])[:_LONGEST_SUBJECT]
        with never_rejected():
            self._client.publish(TopicArn=f"{self._prefix}{to.topic}", Subject=subject, Message=content["text"])


class SesMails:
    """The port Sender over the API `sesv2`. Source: Amazon SES API v2 Reference, SendEmail."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ses:SendEmail"})
    # On another resource than the call: the configuration set.
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {Dependency.CONFIGURATION_SET: frozenset({"ses:SendEmail"})}

    def __init__(self, client: "SesClient") -> None:
        self._client = client

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:  # noqa: ARG002 - a mail has a time of its own
        """See Sender."""
        content, mail = json.loads(message.body), to.mail or NotificationMail("", ())
        simple = {"Subject": {"Data": content["subject"]}, "Body": {"Text": {"Data": content["text"]}}}
        with never_rejected():
            self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": list(mail.recipients)},
                Content={"Simple": simple},
            )


@dataclass(frozen=True, kw_only=True)
class WaysOut:
    """The port Sender over each way that a destination can be reached in."""

    webhooks: Webhooks
    topics: SnsTopics
    mails: SesMails

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:
        """See Sender."""
        way: Sender = self.mails if to.mail else self.topics if to.topic else self.webhooks
        way.send(message, to=to, at=at)
