"""Day One's own events on an EventBridge bus."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import never_rejected
from dayone.adapters.batches import batches
from dayone.domain.events import DomainEvent
from dayone.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "dayone"
# Source: Amazon EventBridge API Reference, PutEvents: ten entries, together less than 1 MB.
_MOST_ENTRIES = 10
_MOST_BYTES = 999_999
_TIME_BYTES = 14


class EventBridgeBus:
    """The port EventBus over a bus of EventBridge, which is given by name or ARN.

    EventBridge gives each sending an id of its own, so the id of the event itself goes into its detail, as `id`.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"events:PutEvents"})

    def __init__(self, client: "EventBridgeClient", *, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, events: Iterable[DomainEvent]) -> None:
        """See EventBus; TooLarge is raised before anything is sent."""
        entries = [self._entry(event) for event in events]
        for batch in batches(entries, size=_size, most=_MOST_ENTRIES, most_bytes=_MOST_BYTES):
            self._send(batch)

    def _send(self, batch: "Sequence[PutEventsRequestEntryTypeDef]") -> None:
        with never_rejected():
            answer = self._client.put_events(Entries=batch)
        if answer["FailedEntryCount"]:
            codes = sorted({entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry})
            raise Unavailable(f"{answer['FailedEntryCount']} of {len(batch)} events were not taken: {', '.join(codes)}")

    def _entry(self, event: DomainEvent) -> "PutEventsRequestEntryTypeDef":
        entry: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": json.dumps({**event.detail, "id": event.id}),
            "Resources": event.resources,
            "Time": event.time,
        }
        if _size(entry) > _MOST_BYTES:
            raise TooLarge(f"event {event.id} is over {_MOST_BYTES} bytes")
        return entry


def _size(entry: "PutEventsRequestEntryTypeDef") -> int:
    # Source: Amazon EventBridge User Guide, "Calculating PutEvents event entry size".
    texts = (entry["Source"], entry["DetailType"], entry["Detail"], *entry["Resources"])
    return _TIME_BYTES + sum(len(text.encode()) for text in texts)
