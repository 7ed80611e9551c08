"""A person's employment over time, as docs/people.md and `people` of docs/policy.md have it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from tests.simulation.oracle.conditions import day_of, moment, zone_of
from tests.simulation.oracle.facts import Record


def has_left(person: str, record: Record, *, people: Mapping[str, Any], now: datetime) -> bool:
    """Return whether the employment is over, or the record is the second one of somebody."""
    if record.has_ended or person in people.get("same_person", {}):
        return True
    last, until = day_of(record, "end_date"), str(people.get("access_until", "24:00"))
    if last is None:
        return False
    if until == "24:00":
        return now >= moment(last + timedelta(days=1), time.min, zone_of(record))
    return now >= moment(last, time.fromisoformat(until), zone_of(record))


def has_access(person: str, record: Record, *, people: Mapping[str, Any], now: datetime) -> bool:
    """Return whether somebody is between the first and the last moment, and on no leave that suspends access."""
    if has_left(person, record, people=people, now=now):
        return False
    first, begins = day_of(record, "start_date"), time.fromisoformat(str(people.get("access_from", "00:00")))
    if first is not None and now < moment(first, begins, zone_of(record)):
        return False
    return not (people.get("on_leave", "keep") == "suspend" and _is_on_leave(record, now=now))


def has_user(person: str, record: Record, *, people: Mapping[str, Any], now: datetime) -> bool:
    """Return whether somebody is to have a user: from some days before the first day until they leave."""
    return not has_left(person, record, people=people, now=now) and has_begun(record, people=people, now=now)


def has_begun(record: Record, *, people: Mapping[str, Any], now: datetime) -> bool:
    """Return whether the day has come on which the user is made, whatever came after it."""
    first = day_of(record, "start_date")
    if first is None:
        return True
    days = timedelta(days=int(people.get("created_days_before", 0)))
    begins = time.fromisoformat(str(people.get("access_from", "00:00")))
    # Whoever has access has a user, also where that begins earlier.
    return now >= min(moment(first - days, time.min, zone_of(record)), moment(first, begins, zone_of(record)))


def _is_on_leave(record: Record, *, now: datetime) -> bool:
    first, last = day_of(record, "leave_start"), day_of(record, "leave_end")
    if first is None and record.attributes.get("status") != "on_leave":
        return False
    has_begun = first is None or now >= moment(first, time.min, zone_of(record))
    return has_begun and not (last and now >= moment(last + timedelta(days=1), time.min, zone_of(record)))
