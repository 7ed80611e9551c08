"""An HR system that tells of people in signed deliveries, as the Standard Webhooks specification has it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

import standardwebhooks.webhooks
from standardwebhooks import Webhook

from dayone.messages.deliveries import Delivery
from dayone.model.people import Person, Status
from tests.simulation.model.virtual_time import Clockwork

SOURCE = "standard"
# A second system sends nothing that counts until somebody has configured it.
OTHER_SOURCE = "other"
KEYS = {SOURCE: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", OTHER_SOURCE: "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
_TOLD = ("id", "user_name", "email", "given_name", "family_name", "display_name", "department", "title", "time_zone")
_TOLD_OF_SOME = ("team", "cost_centre", "location", "employment", "manager")


def record_of(person: Person) -> dict[str, str]:
    """Return what HR sends of a person: attributes as texts, days in ISO 8601, no day that there is not."""
    days = {name: getattr(person, name) for name in ("start_date", "end_date", "leave_start", "leave_end")}
    return {
        **{name: getattr(person, name) for name in _TOLD},
        **{name: text for name in _TOLD_OF_SOME if (text := getattr(person, name))},
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def delivery(person: Person, *, at: datetime, reference: str, sent: datetime, source: str = SOURCE) -> Delivery:
    """Return HR's record of a person at `at`, signed at `sent`: a repeated delivery is signed again."""
    kind = "person.ended" if person.status is Status.ENDED else "person.updated"
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": record_of(person)})
    return signed(body, reference=reference, sent=sent, source=source)


def signed(body: str, *, reference: str, sent: datetime, source: str) -> Delivery:
    """Return a delivery with this body."""
    headers = {
        "webhook-id": reference,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(KEYS[source]).sign(reference, sent, body),
    }
    return Delivery(source=source, headers=headers, body=body.encode())


@contextmanager
def clock_of_signatures(time: Clockwork) -> Iterator[None]:
    """Signatures are judged by the clock of the world: the library that checks them has one of its own."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Now":
            moment = time.now.astimezone(tz or UTC)
            return cls.fromtimestamp(moment.timestamp(), tz or UTC)

    library = vars(standardwebhooks.webhooks)
    real = library["datetime"]
    library["datetime"] = Now
    try:
        yield
    finally:
        library["datetime"] = real
