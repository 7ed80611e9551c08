"""The employment that counts: a record may still have dates of one before, and its status outranks them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dayone.domain.people import Status

# The last day of an employment before, beside a record's own attributes; it is not an attribute of a person.
PAST_END = "past_end_date"
# Systems change the status hours or days behind the last day, so a last day just over says more than the status.
STATUS_FOLLOWS_WITHIN = timedelta(days=7)


def current_employment(attributes: Mapping[str, str], *, states_status: bool, at: datetime) -> dict[str, str]:
    """The attributes as of `at`, a last day that the stated status contradicts under `PAST_END` instead.

    It contradicts one that is before the first day, and one that was over for a week when the record was told. A
    status that nobody has stated contradicts nothing, nor does `on_leave`, which some systems say of leavers.
    Days are in ISO 8601; what is not a day is left as it is.
    """
    first, last = _day(attributes.get("start_date", "")), _day(attributes.get("end_date", ""))
    if last is None or not states_status or attributes.get("status") != Status.ACTIVE:
        return dict(attributes)
    is_before_first = first is not None and last < first
    if not is_before_first and last + STATUS_FOLLOWS_WITHIN >= at.date():
        return dict(attributes)
    return {**attributes, "end_date": "", PAST_END: last.isoformat()}


def with_announced_end(attributes: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
    """The attributes without `PAST_END`, which is the last day where the source said the same `before`, while active.

    That one was announced and has come: the same record once more does not bring anybody back.
    """
    past, first = attributes.get(PAST_END, ""), attributes.get("start_date", "")
    kept = {name: text for name, text in attributes.items() if name != PAST_END}
    was_announced = past and before.get("end_date") == past and before.get("status") != Status.ENDED
    # Days in ISO 8601 sort as they come.
    return {**kept, "end_date": past} if was_announced and first <= past else kept


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
