"""Schemas of the routes about notifications."""

from typing import Annotated, TypedDict

from dayone.api.examples import AT
from dayone.api.spec import Description, Parameter
from dayone.errors import NotFound
from dayone.messages.problems import Count, Href, Moment, enum_of
from dayone.model.policy.notifications import NotificationKind

_Kind = Annotated[str, enum_of(*NotificationKind)]


class DestinationAnswer(TypedDict):
    """A destination of the policy in force.

    `waiting` is how many notices are collected for its next message. `message` is the id of the last one taken,
    at `delivered_at`. While one is not taken, `attempts` says how often it was sent, `reason` why it was not taken and
    `next_at` when it is sent again. `failed_at` is when one was abandoned last, with its `reason`.
    """

    destination: str
    kinds: list[_Kind]
    urgent: list[_Kind]
    waiting: Count
    delivered_at: Moment | None
    message: str
    failed_at: Moment | None
    reason: str
    attempts: Count
    next_at: Moment | None


class NotificationsAnswer(TypedDict):
    """The destinations, by name."""

    destinations: list[DestinationAnswer]


class NotificationTestAnswer(TypedDict):
    """A test message, by its id: the `webhook-id` that the receiver gets; `href` says what became of it."""

    destination: str
    message: str
    href: Href


_DESTINATION: DestinationAnswer = {
    "destination": "on-call",
    "kinds": ["change-held", "operation-denied"],
    "urgent": ["operation-denied"],
    "waiting": 3,
    "delivered_at": AT,
    "message": "msg_0a0b0c0d0e0f10111213",
    "failed_at": None,
    "reason": "the address answers 503",
    "attempts": 2,
    "next_at": AT,
}
NOTIFICATIONS = Description(
    tag="operations", answer=NotificationsAnswer, example=NotificationsAnswer(destinations=[_DESTINATION])
)
_TEST: NotificationTestAnswer = {
    "destination": "on-call",
    "message": "msg_0a0b0c0d0e0f10111213",
    "href": "/v1/notifications",
}
_NAME = Parameter(name="destination", text="Its name in the policy.", place="path", required=True, example="on-call")
TEST = Description(
    tag="operations", answer=NotificationTestAnswer, example=_TEST, status=202, takes=(_NAME,), refuses=(NotFound,)
)
