"""An HR system that signs its events with the library that defines the scheme and posts them to Day One."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from standardwebhooks import Webhook

from sandbox.signed_http import Answer, HttpApi

HIRED, CHANGED, ENDED = "person.created", "person.updated", "person.ended"


@dataclass(frozen=True, kw_only=True)
class HrSystem:
    """One sender, with the key it signs with; the API is called without AWS credentials."""

    api: HttpApi
    key: str = field(repr=False)

    def tell(
        self,
        person: Mapping[str, str],
        *,
        event: str = HIRED,
        at: datetime | None = None,
        delivery: str = "",
    ) -> Answer:
        """Post the whole record of a person as it has been since `at`, now unless given."""
        body = event_body(person, event=event, at=at or datetime.now(UTC))
        return self.post(body, headers=self.headers(body, delivery=delivery or new_delivery()))

    def headers(self, body: bytes, *, delivery: str, sent_at: datetime | None = None) -> dict[str, str]:
        """Return the headers that authenticate the body, with its time."""
        sent_at = sent_at or datetime.now(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": Webhook(self.key).sign(delivery, sent_at, body.decode()),
        }

    def post(self, body: bytes, *, headers: Mapping[str, str], source: str = "standard") -> Answer:
        """Post any body with any headers."""
        return self.api.send("POST", f"/hr/{source}", body=body, headers=headers)


def event_body(person: Mapping[str, str], *, event: str, at: datetime) -> bytes:
    """Return the body of an event in the form of the Standard Webhooks specification."""
    return json.dumps({"type": event, "timestamp": at.isoformat(), "data": dict(person)}).encode()


def new_delivery() -> str:
    """Return a unique id for a delivery."""
    return f"msg_{uuid.uuid4().hex}"
