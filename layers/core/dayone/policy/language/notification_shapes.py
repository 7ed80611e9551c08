"""The shape of `notifications` in a policy: who is notified, of what, and when."""

import re
from collections.abc import Iterable
from datetime import time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from dayone.model.policy.notifications import (
    Destination,
    NotificationKind,
    NotificationMail,
    QuietHours,
    Webhook,
    WebhookFormat,
)
from dayone.policy.language import fields as words
from dayone.policy.language.selectors import LocalTime, Strict

_NAME = r"[a-z][a-z0-9-]{0,39}"
# Without encryption only where nothing leaves the machine, as in the sandbox.
_ADDRESS = r"https://[^\s?#@/]+(/[^\s?#@]*)?|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#@]*)?"
_LONGEST_ADDRESS = 500
_MOST_DESTINATIONS = 20
_LONGEST_COLLECTION = timedelta(days=1)
_TOPIC = r"[A-Za-z0-9_-]{1,100}"
_EMAIL = r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,255}"
_MOST_RECIPIENTS = 50  # Source: Amazon SES quotas, recipients of a message
_WAYS = ("webhook", "topic", "mail")
_KINDS = tuple(kind.value for kind in NotificationKind)
_FORMATS = tuple(form.value for form in WebhookFormat)


def _name(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        words.refuse("is not the name of a destination: use 1 to 40 of the characters a-z 0-9 -, a letter first")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(_ADDRESS, text) or len(text) > _LONGEST_ADDRESS:
        words.refuse(
            f"{words.quoted(text)} is not an address such as https://example.com/hook, without a question mark: "
            "one that is itself a secret is the `url` in the destination's secret"
        )
    return text


def _choice(text: str, choices: Iterable[str]) -> str:
    return text if text in choices else words.refuse(f"{words.quoted(text)} is none of {', '.join(choices)}")


def _kind(text: str) -> str:
    return _choice(text, _KINDS)


def _format(text: str) -> str:
    return _choice(text, _FORMATS)


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        words.refuse(f"{words.quoted(text)} is not a time zone: write a name such as `Europe/Rome`")
    return text


def _topic(text: str) -> str:
    if not re.fullmatch(_TOPIC, text):
        words.refuse(
            f"{words.quoted(text)} is not the end of a topic's name: write `pager` for `<stack>-notifications-pager`"
        )
    return text


def _email(text: str) -> str:
    return text if re.fullmatch(_EMAIL, text) else words.refuse(f"{words.quoted(text)} is not an e-mail address")


def _recipients(addresses: list[str]) -> list[str]:
    if len(addresses) > _MOST_RECIPIENTS:
        words.refuse(f"has {len(addresses)} addresses: SES takes {_MOST_RECIPIENTS}")
    return words.unlike(addresses)


def _collection(value: timedelta) -> timedelta:
    return value if value <= _LONGEST_COLLECTION else words.refuse("must be at most a day: write `P1D`")


Kind = Annotated[str, AfterValidator(_kind), Field(json_schema_extra={"enum": list(_KINDS)})]
Kinds = Annotated[list[Kind], AfterValidator(words.unlike)]


class WebhookShape(Strict):
    """An address that messages are sent to."""

    url: Annotated[str, AfterValidator(_address), words.text_as(f"({_ADDRESS})")] = Field(
        default="", description="The address; the `url` in the destination's secret if left out."
    )
    format: Annotated[str, AfterValidator(_format), Field(json_schema_extra={"enum": list(_FORMATS)})] = Field(
        default="standard", description="The body: that of Standard Webhooks, or a text for Slack."
    )


_NO_WEBHOOK = WebhookShape.model_construct()
_Email = Annotated[str, AfterValidator(_email)]


class NotificationMailShape(Strict):
    """E-mails through SES."""

    from_: _Email = Field(alias="from", description="An address that SES may send as.")
    to: Annotated[list[_Email], AfterValidator(_recipients), Field(min_length=1)] = Field(description="The recipients.")


_NO_MAIL = NotificationMailShape.model_construct()


class QuietShape(Strict):
    """Hours in which only urgent news is sent."""

    from_: LocalTime = Field(alias="from", description="The local time at which they begin.")
    until: LocalTime = Field(description="The local time at which they end.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(description="The time zone, such as `Europe/Rome`.")

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        return words.refuse("begins and ends at the same time: give two times") if self.from_ == self.until else self


_ALWAYS_AWAKE = QuietShape.model_construct()


class DestinationShape(Strict):
    """Somebody who is notified: by a webhook, over a topic, or by e-mail."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [way]} for way in _WAYS]})

    kinds: Annotated[Kinds, Field(min_length=1)] = Field(description="The kinds of news.")
    urgent: Kinds = Field(default_factory=list, description="Those of them that pass quiet hours, within a minute.")
    webhook: WebhookShape = Field(default=_NO_WEBHOOK, description="An address that messages are sent to.")
    topic: Annotated[str, AfterValidator(_topic), words.text_as(_TOPIC)] = Field(
        default="", description="The SNS topic named `<stack>-notifications-` and this."
    )
    mail: NotificationMailShape = Field(default=_NO_MAIL, description="E-mails through SES.")
    collect: Annotated[words.Duration, AfterValidator(_collection)] = Field(
        default=timedelta(minutes=5), description="News of so long a time are one message."
    )
    quiet: QuietShape = Field(default=_ALWAYS_AWAKE, description="Hours in which only urgent news is sent.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(self.model_fields_set & {*_WAYS}) != 1:
            words.refuse("is reached in one way: give `webhook`, `topic` or `mail`")
        others = [kind for kind in self.urgent if kind not in self.kinds]
        return words.refuse(f"has `{others[0]}` under `urgent` alone: add it to `kinds` as well") if others else self


def _few(shapes: dict[str, DestinationShape]) -> dict[str, DestinationShape]:
    if len(shapes) > _MOST_DESTINATIONS:
        words.refuse(f"has {len(shapes)} destinations: there may be {_MOST_DESTINATIONS}")
    return shapes


DestinationName = Annotated[str, AfterValidator(_name), words.text_as(_NAME)]
Notifications = Annotated[dict[DestinationName, DestinationShape], AfterValidator(_few)]


def destinations(shapes: dict[str, DestinationShape]) -> tuple[Destination, ...]:
    """Convert the shapes to the domain's destinations, in the order of their names."""
    return tuple(_destination(name, shape) for name, shape in sorted(shapes.items()))


def _destination(name: str, shape: DestinationShape) -> Destination:
    return Destination(
        name=name,
        kinds=frozenset(map(NotificationKind, shape.kinds)),
        urgent=frozenset(map(NotificationKind, shape.urgent)),
        webhook=_webhook(shape.webhook) if "webhook" in shape.model_fields_set else None,
        topic=shape.topic,
        mail=_mail(shape.mail) if "mail" in shape.model_fields_set else None,
        collect=shape.collect,
        quiet=_quiet(shape.quiet) if "quiet" in shape.model_fields_set else None,
    )


def _webhook(shape: WebhookShape) -> Webhook:
    return Webhook(url=shape.url, format=WebhookFormat(shape.format))


def _mail(shape: NotificationMailShape) -> NotificationMail:
    return NotificationMail(sender=shape.from_, recipients=tuple(shape.to))


def _quiet(shape: QuietShape) -> QuietHours:
    return QuietHours(time.fromisoformat(shape.from_), time.fromisoformat(shape.until), shape.time_zone)
