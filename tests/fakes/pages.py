"""A list in memory, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from dayone.errors import Invalid
from dayone.ports.records import Page


def page[T](of: str, found: Mapping[str, T], *, cursor: str, limit: int, newest_first: bool = False) -> Page[T]:
    names = sorted(found, reverse=newest_first)
    if cursor:
        last = _place(cursor, of=of)
        names = [name for name in names if (name < last if newest_first else name > last)]
    rest = urlsafe_b64encode(f"{of}\n{names[limit - 1]}".encode()).decode() if len(names) > limit else ""
    return Page([found[name] for name in names[:limit]], rest)


def _place(cursor: str, *, of: str) -> str:
    try:
        listed, _, last = urlsafe_b64decode(cursor).decode().partition("\n")
    except ValueError as error:
        raise Invalid("the cursor cannot be read") from error
    if listed != of:
        raise Invalid("the cursor belongs to another list")
    return last
