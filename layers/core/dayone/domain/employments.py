"""The employment that counts: a record may still have dates of one before, and its status outranks them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dayone.domain.people import Status

# The last day of an employment before, beside a record's own attributes; it is not an attribute of a person.
PAST_END = "past_end_date"
# Systems change the status hours or days behind the last day, so a last day just over says more than the status.
STATUS_FOLLOWS_WITHIN = timedelta(days=7)


def current_employment(attributes: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """The attributes as of `at`, a last day that the status contradicts under `PAST_END` instead; days in ISO 8601.

    For a status that the source has stated: a default contradicts nothing. `active` contradicts a last day that is
    before the first day, and one that was over for a week when the record was sent. `on_leave`, which some systems say
    of leavers, contradicts none.
    """
    first, last = attributes.get("start_date", ""), attributes.get("end_date", "")
    hardly_over = (at - STATUS_FOLLOWS_WITHIN).date().isoformat()
    # Days in ISO 8601 sort as they come.
    is_contradicted = attributes.get("status") == Status.ACTIVE and (last < first or last < hardly_over)
    return {**attributes, "end_date": "", PAST_END: last} if last and is_contradicted else dict(attributes)


def with_announced_end(attributes: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
    """The attributes without `PAST_END`, which is the last day where the source said the same `before`, while active.

    That one was announced and has come: the same record once more does not bring anybody back.
    """
    past, first = attributes.get(PAST_END, ""), attributes.get("start_date", "")
    kept = {name: text for name, text in attributes.items() if name != PAST_END}
    was_announced = past and before.get("end_date") == past and before.get("status") != Status.ENDED
    return {**kept, "end_date": past} if was_announced and first <= past else kept
