"""Own events on an EventBridge bus, one-time schedules of EventBridge Scheduler, and mail through Amazon SES."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from dayone.adapters.aws.clients import batches
from dayone.adapters.aws.dependent_actions import Dependency, DependentActions
from dayone.adapters.aws.errors import never_rejected, translated
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.mapping import change_in, is_progress, operation_in, progress_in
from dayone.adapters.dynamodb.writes import read_record
from dayone.adapters.inventory import FINDINGS, finding_in
from dayone.errors import Conflicting, TooLarge, Unavailable
from dayone.ports.identity_center import Receipt
from dayone.ports.messaging import AccountWritten, ChangeWritten, DomainEvent, FindingWritten, OperationWritten, Written
from dayone.ports.organizations import WelcomeMail

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef


_IMAGES = ("OldImage", "NewImage")
# What no event is about: plans of everybody, rosters and origins. Lambda hands on their bytes as text, besides.
_PACKED = "packed"


class DynamoStream:
    """Reader of the stream records that Lambda delivers; deletions, but of findings, and other records are skipped."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset()  # Lambda itself reads the stream

    def writes(self, event: Mapping[str, Any]) -> Iterator[Written]:
        """Yield operations, changes, progress of accounts and findings, in the order of the stream."""
        for record in event["Records"]:
            images = record["dynamodb"]
            if any(_PACKED in (images.get(name) or {}) for name in _IMAGES):
                continue
            at = datetime.fromtimestamp(images["ApproximateCreationDateTime"], UTC)
            before, after = (read_record(images[name]) if images.get(name) else None for name in _IMAGES)
            written = after or before
            if written and written["pk"] == FINDINGS:
                yield FindingWritten(
                    before=finding_in(before) if before else None, after=finding_in(after) if after else None, at=at
                )
            if after is None or after["pk"] == FINDINGS:
                continue
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


class SchedulerClient(Protocol):
    """Methods used of boto3's client `scheduler`."""

    def create_schedule(self, **request: Any) -> Any:  # noqa: ANN401 - as boto3 has it
        """Create a schedule."""


class EventBridgeSchedules:
    """The port Schedules over the API `scheduler`.

    A schedule is in the group `group` and named after its moment, so all that is due then shares one. It fires the
    function `target` by the role `role`, and AWS deletes it when it has fired. AWS fires within a minute of the moment.
    Source: EventBridge Scheduler User Guide, "One-time schedules" and "Deletion after schedule completion"; and
    "Managing a schedule group" for what goes with the group.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"scheduler:CreateSchedule"})
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {Dependency.PASSED_ROLE: frozenset({"iam:PassRole"})}

    def __init__(self, client: SchedulerClient, *, group: str, target: str, role: str) -> None:
        self._client = client
        self._group = group
        self._target = target
        self._role = role

    def wake_at(self, moment: datetime) -> None:
        """See Schedules."""
        # A schedule knows no fraction of a second, and before the moment nothing is due.
        whole = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
        try:
            with never_rejected():
                self._client.create_schedule(
                    GroupName=self._group,
                    Name=f"due-{whole:%Y%m%dT%H%M%SZ}",
                    ScheduleExpression=f"at({whole:%Y-%m-%dT%H:%M:%S})",
                    ScheduleExpressionTimezone="UTC",
                    FlexibleTimeWindow={"Mode": "OFF"},
                    ActionAfterCompletion="DELETE",
                    # The sweep each minute is the retry.
                    Target={"Arn": self._target, "RoleArn": self._role, "RetryPolicy": {"MaximumRetryAttempts": 0}},
                )
        except Conflicting:
            # AWS's word for a name that is taken: somebody else is due at this moment.
            return


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
