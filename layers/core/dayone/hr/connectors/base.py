"""Common types of deliveries, and the kinds of HR systems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Literal, Protocol, cast

from dayone.messages.deliveries import Delivery
from dayone.model.commands import ChangeNotification
from dayone.model.hr.sources import FieldRule, Source
from dayone.model.subject_state import SourceRecord


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A parsed delivery, and the id by which a repetition is recognised; `at` is the time of the event.

    `people` are records by the person's id, `notifications` records to fetch. `workforce` is everybody in the source,
    encoded for a message, and `count` their number. If there is nothing to do, `ignored` is the reason. `refused` are
    the mistakes for which the delivery is refused; people and workforce are then the ends that it states and nothing
    else. `notes` is for the sender.
    """

    reference: str
    at: datetime
    people: Mapping[str, SourceRecord] = field(default_factory=dict)
    notifications: tuple[ChangeNotification, ...] = ()
    workforce: str = ""
    count: int = 0
    ignored: str = ""
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """Request for a record: its path behind the address of the API, and its credentials."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ApiRecord:
    """A record as the system answered, the id that it has there, and the time the system has put on it."""

    record: Mapping[str, Any]
    id: str
    changed_at: datetime | None = None


class DeliveryParser(Protocol):
    """Proves a delivery and reads it.

    Raises Unauthentic for what does not prove who sent it, Malformed for what cannot be read, Invalid for the rest.
    """

    def __call__(self, delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
        """See Reads."""


@dataclass(frozen=True, kw_only=True)
class Asks:
    """Fetching of a record and parsing of the response; `url` is the API's address where there is only one."""

    question: Callable[[str, Source, str], Question]
    answer: Callable[[Any], ApiRecord]
    url: str = ""
    settles: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of HR system.

    `mapping` is the default meaning of its fields. A kind that signs nothing is accepted only with a shared secret and
    a list of senders. `asks` is set when its events are thin. `max_age` is the maximum age of the signed time.
    """

    read: DeliveryParser
    mapping: Mapping[str, FieldRule] = field(default_factory=dict)
    signs: bool = True
    asks: Asks | None = None
    max_age: timedelta | None = None
    largest_body: int = 256 * 1024


KindName = Literal["standard", "bamboohr", "hibob", "merge", "gusto", "deel", "okta", "workday", "csv", "json"]
# Modules that would otherwise be called as one of the standard library's.
_MODULES = {"csv": "csv_file", "json": "json_file"}


@cache
def kind_called(name: str) -> Kind:
    """Return the kind of that name, a KindName."""
    return cast("Kind", import_module(f"dayone.hr.connectors.{_MODULES.get(name, name)}").KIND)
