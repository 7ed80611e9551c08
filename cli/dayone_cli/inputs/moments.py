"""Times as somebody types them: ISO 8601, or how long from now."""

import re
from datetime import UTC, datetime, timedelta

from dayone_cli.failures import Misused

_LONG = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment_to_come(text: str, *, now: datetime | None = None) -> str:
    """Return a whole minute in UTC, such as `2026-11-23T18:00:00Z`, for that text or for `8h`; raise Misused."""
    long = _LONG.fullmatch(text)
    if long:
        at = (now or datetime.now(UTC)) + timedelta(**{_UNITS[long[2]]: int(long[1])})
        # Never shorter than was asked for.
        return _written(at if not (at.second or at.microsecond) else at + timedelta(minutes=1))
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misused("Not a time", detail=f"{text}: write 2026-11-23T18:00Z, or 30m, 8h, 5d") from error
    if at.tzinfo is None:
        raise Misused(
            "The time has no time zone", detail=f"{text} has no time zone: write {text}Z for UTC, or {text}+01:00"
        )
    return _written(at)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
