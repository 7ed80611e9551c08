"""Times in what others send: any zone, and no year that an id or the calendar has no room for."""

from datetime import datetime

# A year further, and some offset would carry them before 1970, where ids begin, or out of the calendar.
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def moment_in(text: object) -> datetime | None:
    """Parse an ISO 8601 time, with a zone or without; return None for anything else, or a year out of range."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
