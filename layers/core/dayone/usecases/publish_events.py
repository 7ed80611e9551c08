"""Turn what the table's stream tells into domain events, and publish them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dayone.domain.announcements import (
    OPERATION_DENIED,
    OPERATION_FAILED,
    is_ready,
    news_of_account,
    news_of_change,
    news_of_expiry,
    news_of_operation,
)
from dayone.domain.events import DomainEvent
from dayone.ports.events import AccountWritten, ChangeWritten, EventBus, OperationWritten, TableStream, Written
from dayone.ports.records import Records


@dataclass(frozen=True, kw_only=True)
class PublishEvents:
    """What publishing needs."""

    stream: TableStream
    records: Records
    bus: EventBus


@dataclass(frozen=True, kw_only=True)
class Published:
    """How many events were published, and of how many operations they said that these have failed."""

    events: int
    failed_operations: int
    denied_operations: int


def publish_events(event: Mapping[str, Any], *, ports: PublishEvents) -> Published:
    """Publish all the news in one batch of the stream. The same batch again gives the same ids, and counts again."""
    news = [domain_event for written in ports.stream.writes(event) for domain_event in _news(written, ports.records)]
    if news:
        ports.bus.publish(news)
    failed = sum(domain_event.detail_type == OPERATION_FAILED for domain_event in news)
    denied = sum(domain_event.detail_type == OPERATION_DENIED for domain_event in news)
    return Published(events=len(news), failed_operations=failed, denied_operations=denied)


def _news(written: Written, records: Records) -> Iterator[DomainEvent]:
    news: tuple[DomainEvent | None, ...]
    match written:
        case OperationWritten(before=before, after=after, at=at):
            news = (news_of_operation(before, after, at=at),)
        case ChangeWritten(before=before, after=after, at=at):
            news = (news_of_expiry(before, after, at=at), news_of_change(before, after, at=at))
        case AccountWritten(after=after):
            news = (_news_of_account(written, records=records),)
    yield from (one for one in news if one is not None)


def _news_of_account(written: AccountWritten, *, records: Records) -> DomainEvent | None:
    head = written.after
    if head.bootstrap is None or not is_ready(written.before, head):
        return None
    has = records.subject(head.subject).applied
    return news_of_account(head, head.bootstrap, has=has, at=written.at)
