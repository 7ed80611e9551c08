"""A place in a report as a text that a client may keep and bring back, good for the same question only."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from dayone.errors import Invalid

type Place = tuple[str, ...]


def written(place: Place, *, question: str) -> str:
    """The cursor of a place among the answers to a question."""
    text = json.dumps([_digest(question), *place], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_in(cursor: str, *, question: str, parts: int) -> Place:
    """The place, in so many parts; raises Invalid for what is no cursor, or one of another question."""
    try:
        said = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise Invalid("the cursor cannot be read") from error
    is_place = isinstance(said, list) and len(said) == parts + 1 and all(isinstance(one, str) for one in said)
    if not is_place or said[0] != _digest(question):
        raise Invalid("the cursor belongs to another query: use the same filters as before")
    return tuple(said[1:])


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]
