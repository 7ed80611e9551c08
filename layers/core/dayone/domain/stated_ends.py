"""The end of somebody's time here as a record states it: all that is taken of one that is flawed otherwise."""

from collections.abc import Mapping
from datetime import date

from dayone.domain.people import Status

# How HR systems write that there is no last day.
_NEVER = date.max.isoformat()


def stated_end(attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes that end; empty for a record that states no end.

    An end is the status `ended`, or a last day in ISO 8601 that is not before the first: that would be of another
    employment. A last day that the status contradicts is not among the attributes any more.
    """
    status, last = attributes.get("status", ""), attributes.get("end_date", "")
    if status == Status.ENDED:
        return {"status": status, **({"end_date": last} if last else {})}
    is_end = bool(last) and last != _NEVER and attributes.get("start_date", "") <= last
    return {"end_date": last} if is_end else {}
