"""The end of somebody's time here as a record states it: all that is taken of one that is flawed otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date

from dayone.model.people import Status

# How HR systems write that there is no last day.
_NEVER = date.max.isoformat()


def stated_end(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of the end; empty for a record that states no end.

    An end is the status `ended`, or a last day in ISO 8601 that is not before the first: that would be of another
    employment. A last day contradicted by the status has been removed from the attributes before.
    """
    status, last = attributes.get("status", ""), attributes.get("end_date", "")
    if status == Status.ENDED:
        return {"status": status, **({"end_date": last} if last else {})}
    is_end = bool(last) and last != _NEVER and attributes.get("start_date", "") <= last
    return {"end_date": last} if is_end else {}


def clear_ends(stated: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Mapping[str, str]]:
    """Return the end of each person; `stated` is the end in each of their rows, empty without one.

    A person with a row without an end stays employed by that row; of several last days the latest counts.
    """

    def lateness(end: Mapping[str, str]) -> tuple[bool, str]:
        return end.get("status") != Status.ENDED, end.get("end_date", "")

    return {person: max(ends, key=lateness) for person, ends in stated.items() if all(ends)}
