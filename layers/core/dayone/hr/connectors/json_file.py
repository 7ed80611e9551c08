"""A whole workforce as JSON: a list of people, or an object that has it under `people`."""

import json
from dataclasses import replace
from datetime import datetime

from dayone.errors import Invalid, Malformed
from dayone.hr.connectors.base import Heard, Kind
from dayone.hr.connectors.workforce_file import LARGEST_BODY, MAPPING, decoded, heard, not_read, proved
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import Source


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    reference, at = proved(delivery, source=source, keys=keys, now=now)
    text = decoded(delivery.body)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    rows = body.get("people") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise Invalid("nothing was imported", findings=("must be a list of people or an object with `people`",))
    found = heard(rows, source=source, reference=reference, at=at)
    members = {name for row in rows if isinstance(row, dict) for name in row}
    return replace(found, notes=(*not_read(members, source=source), *found.notes))


KIND = Kind(read=read, mapping=MAPPING, largest_body=LARGEST_BODY)
