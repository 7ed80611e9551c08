"""Places in the audit log as texts: in the list of a subject, or, day by day, in each lane of a day."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dayone.adapters.dynamodb_audit import LANES
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_lists import AUDIT_OF
from dayone.domain.audit import AuditRecord, AuditWanted
from dayone.errors import Invalid

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class DayPlace:
    """A day, and in each of its lanes the number before which to go on."""

    day: str
    lanes: Mapping[str, int] = field(default_factory=dict)

    def behind(self, one: AuditRecord) -> "DayPlace":
        """The place after an entry, the newest first."""
        return DayPlace(day=self.day, lanes={**self.lanes, one.lane: one.number})


type Place = DayPlace | str


def listing_of(subject: str) -> Listing:
    """The list of what was done to a subject."""
    partition = ("listed_in", f"{AUDIT_OF}{subject}")
    return Listing(partition=partition, sort_key="listed_as", index="listing", newest_first=True)


def shown_place(place: Place) -> str:
    """A place as a cursor."""
    if isinstance(place, str):
        return place
    return urlsafe_b64encode(json.dumps([place.day, place.lanes]).encode()).decode().rstrip("=")


def day_place(cursor: str, *, wanted: AuditWanted) -> DayPlace:
    """Where to go on, or the last day that is wanted without a cursor; raises Invalid for one that is no such place."""
    last = (wanted.until - timedelta(microseconds=1)).date()
    if not cursor:
        return DayPlace(day=last.isoformat())
    try:
        day, lanes = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not (_DAY.fullmatch(day) and lanes.keys() <= set(LANES) and all(type(one) is int for one in lanes.values())):
            raise Invalid("the cursor belongs to another list")
        is_of_time = wanted.since.date() <= date.fromisoformat(day) <= last
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid("the cursor cannot be read") from error
    if not is_of_time:
        raise Invalid("the cursor belongs to another time")
    return DayPlace(day=day, lanes=lanes)
