"""A whole workforce as JSON: a list of people, or an object that has it under `people`."""

import json
from datetime import datetime

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr.heard import Heard, Kind
from dayone.contracts.hr.workforce import LARGEST_BODY, MAPPING, heard, proved
from dayone.domain.hr_sources import Source
from dayone.errors import Invalid, Malformed


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    reference, at = proved(delivery, source=source, keys=keys, now=now)
    try:
        body = json.loads(delivery.body)
    except (ValueError, RecursionError) as error:  # bytes that are not UTF-8 are a ValueError, too
        raise Malformed("the body is not JSON") from error
    rows = body.get("people") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise Invalid("nothing was imported", findings=("this is not a list of people, nor an object with `people`",))
    return heard(rows, source=source, reference=reference, at=at)


KIND = Kind(read=read, mapping=MAPPING, largest_body=LARGEST_BODY)
