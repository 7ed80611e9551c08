"""What Day One tells the world when something has happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """One thing that has happened.

    `id` is the same however often the event is sent, so that receivers can drop duplicates. `detail_type` says what
    kind of thing it is, `detail` (JSON) what happened, `resources` the ARNs of what it happened to. No personal data.
    """

    id: str
    detail_type: str
    detail: Mapping[str, object]
    time: datetime
    resources: tuple[str, ...] = field(default=())
