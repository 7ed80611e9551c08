"""People as text that fits into a message: whoever unpacks it needs nothing of what has checked them."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date

from dayone.errors import TooLarge
from dayone.model.people import Status

# Source: Amazon SQS API Reference, SendMessage: 1 MiB, of which the rest of the message needs a little.
_LARGEST_PACKED = 1_000_000


def packed(people: Mapping[str, Mapping[str, str]]) -> str:
    """People's attributes by id as text that fits into a message."""
    written = json.dumps(people, separators=(",", ":"), ensure_ascii=False).encode()
    text = base64.b64encode(zlib.compress(written, 9)).decode()
    if len(text) > _LARGEST_PACKED:
        raise TooLarge(f"{len(people)} people do not fit into one message, even packed: split the workforce by source")
    return text


def unpacked(text: str) -> Mapping[str, Mapping[str, str]]:
    """Decode a text written by `packed`."""
    people: Mapping[str, Mapping[str, str]] = json.loads(zlib.decompress(base64.b64decode(text)))
    return people


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
