"""Turn what the table's stream tells of operations and changes into domain events, and publish them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayone.domain.announcements import news_of_change, news_of_operation
from dayone.domain.events import DomainEvent
from dayone.ports.events import ChangeWritten, EventBus, OperationWritten, TableStream


@dataclass(frozen=True, kw_only=True)
class PublishEvents:
    """What publishing needs."""

    stream: TableStream
    bus: EventBus


def publish_events(event: Mapping[str, Any], *, ports: PublishEvents) -> int:
    """Publish all the news in one batch of the stream; returns how many. The same batch again gives the same ids."""
    news = [one for one in map(_news, ports.stream.writes(event)) if one is not None]
    if news:
        ports.bus.publish(news)
    return len(news)


def _news(written: OperationWritten | ChangeWritten) -> DomainEvent | None:
    if isinstance(written, OperationWritten):
        return news_of_operation(written.before, written.after, at=written.at)
    return news_of_change(written.before, written.after, at=written.at)
