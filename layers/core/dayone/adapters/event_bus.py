"""Day One's own events on an EventBridge bus, made of the table's stream."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.mapping import change_in, is_progress, operation_in, progress_in
from dayone.adapters.dynamodb.writes import plain_record
from dayone.adapters.sqs import batches
from dayone.errors import TooLarge, Unavailable
from dayone.ports.messaging import AccountWritten, ChangeWritten, DomainEvent, OperationWritten, Written

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef


class DynamoStream:
    """Reader of the stream records that Lambda delivers; deletions and records of other kinds are skipped."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset()  # Lambda itself reads the stream

    def writes(self, event: Mapping[str, Any]) -> Iterator[Written]:
        """Yield the operations, changes and the progress of accounts that were written, in the order of the stream."""
        for record in event["Records"]:
            images = record["dynamodb"]
            if "NewImage" not in images:
                continue
            at = datetime.fromtimestamp(images["ApproximateCreationDateTime"], UTC)
            after, old = plain_record(images["NewImage"]), images.get("OldImage")
            before = plain_record(old) if old else None
            if after["sk"].startswith("OPERATION#"):
                earlier = operation_in(before) if before else None
                yield OperationWritten(before=earlier, after=operation_in(after), at=at)
            elif after["pk"].startswith("CHANGE#") and after["sk"] == "HEAD":
                yield ChangeWritten(before=change_in(before) if before else None, after=change_in(after), at=at)
            elif after["pk"].startswith("ACCOUNT#") and is_progress(RecordKey(after["pk"], after["sk"])):
                yield AccountWritten(before=progress_in(before) if before else None, after=progress_in(after), at=at)


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
