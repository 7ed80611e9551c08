"""Moments as callers of the API write them."""

from datetime import datetime

# A year further, and some offset would carry them before 1970, where ids of changes begin, or out of the calendar.
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def moment_in(text: object) -> datetime | None:
    """The moment that a text in ISO 8601 is, with a zone or without; None for what is none, or of no possible year."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
