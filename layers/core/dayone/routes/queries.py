"""Members of the query that are words, moments, numbers or subjects; each may be left out."""

import re
from datetime import UTC, datetime
from enum import StrEnum

from dayone.domain.changes import moment_in
from dayone.domain.subjects import Subject
from dayone.errors import Malformed
from dayone.routes.described import Parameter
from dayone.routes.requests import Event, asked_for

SINCE = Parameter(name="since", says="Only from this time or date (UTC) on.", example="2026-11-23T08:00:00Z")
UNTIL = Parameter(name="until", says="Only before this time or date (UTC).", example="2026-11-24")


def word_of[W: StrEnum](event: Event, name: str, words: type[W]) -> W | None:
    """One of the words, None without; raises Malformed that names them all."""
    text = asked_for(event, name)
    return word_in(text, name=name, words=words) if text else None


def word_in[W: StrEnum](text: str, *, name: str, words: type[W]) -> W:
    """The word that a text is, in upper or lower case; raises Malformed that names them all."""
    by_text = {str(word).casefold(): word for word in words}
    if text.casefold() not in by_text:
        raise Malformed(f"`{name}` is {text!r}, but must be one of {', '.join(words)}")
    return by_text[text.casefold()]


def moment_of(event: Event, name: str) -> datetime | None:
    """A moment in ISO 8601 with its zone, or a day, which begins at midnight UTC; raises Malformed."""
    text = asked_for(event, name)
    if not text:
        return None
    moment = moment_in(f"{text}T00:00Z" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text)
    if moment is None:
        raise Malformed(f"`{name}` must be a date or time such as 2026-11-23 or 2026-11-23T08:00:00Z")
    if moment.tzinfo is None:
        raise Malformed(f"`{name}` has no time zone: end it with Z for UTC, or with the offset, written %2B01:00")
    return moment.astimezone(UTC)


def subject_in(event: Event, name: str = "subject") -> Subject | None:
    """A subject such as `person:e-1001`, None without; raises Malformed."""
    said = asked_for(event, name)
    try:
        return Subject.parse(said) if said else None
    except ValueError as error:
        raise Malformed(f"`{name}` must be a subject such as person:e-1001 or account:123456789012") from error


def seconds_of(event: Event, name: str, *, most: int) -> int:
    """A whole number of seconds from 1 to `most`, 0 without; raises Malformed."""
    said = asked_for(event, name)
    if said and not (re.fullmatch(r"[0-9]{1,3}", said) and 1 <= int(said) <= most):
        raise Malformed(f"`{name}` must be a number of seconds from 1 to {most}")
    return int(said or 0)


def words_in(words: type[StrEnum]) -> dict[str, object]:
    """The JSON Schema of one of the words."""
    return {"type": "string", "enum": [str(one) for one in words]}
