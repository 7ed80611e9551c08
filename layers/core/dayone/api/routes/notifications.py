"""Destinations of notifications: what waits for them, what became of it, and tests."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.api.context import AccessApi
from dayone.api.responses import time_answer
from dayone.api.schemas.notifications import (
    NOTIFICATIONS,
    TEST,
    DestinationAnswer,
    NotificationsAnswer,
    NotificationTestAnswer,
)
from dayone.api.spec import described
from dayone.notifications.service import DestinationStatus, read_notifications, request_trial


def notification_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about notifications."""

    @app.get("/v1/notifications")
    @described(NOTIFICATIONS)
    def list_notifications() -> NotificationsAnswer:
        """List who is notified of what, what waits to be sent, and what was not taken."""
        return {"destinations": [_destination(status) for status in read_notifications(api)]}

    @app.post("/v1/notifications/<destination>/test")
    @described(TEST)
    def check_destination(destination: str) -> Response[str]:
        """Send a test message to a destination, within a minute."""
        message = request_trial(destination, ports=api)
        answer: NotificationTestAnswer = {"destination": destination, "message": message, "href": "/v1/notifications"}
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


def _destination(status: DestinationStatus) -> DestinationAnswer:
    destination, delivery, pending = status.destination, status.delivery, status.pending
    return {
        "destination": destination.name,
        "kinds": sorted(destination.kinds),
        "urgent": sorted(destination.urgent),
        "waiting": status.waiting,
        "delivered_at": time_answer(delivery.delivered_at) if delivery.delivered_at else None,
        "message": delivery.message,
        "failed_at": time_answer(delivery.failed_at) if delivery.failed_at else None,
        "reason": pending.reason if pending else delivery.reason,
        "attempts": pending.attempts if pending else 0,
        "next_at": time_answer(pending.next_at) if pending else None,
    }
