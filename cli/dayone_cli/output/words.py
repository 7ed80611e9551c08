"""Format of the API's values in a table."""

from collections.abc import Iterable, Mapping
from typing import Any

# Below what is told of somebody's access.
FROM_RECORDS = "This is what AWS has confirmed to Day One; AWS itself was not read, and may have been changed since."


def said(value: object) -> str:
    """Format a value for a cell: empty for nothing, a list with commas, a mapping as `name=value`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={said(entry)}" for name, entry in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(said(entry) for entry in value)
    return str(value)


def moment(value: object) -> str:
    """Return a time of the API without its fractions of a second and its zone, which is UTC."""
    text = said(value)
    return f"{text[:10]} {text[11:19]}Z" if len(text) > len("2026-11-23T08:00") and text[10] == "T" else text


def as_of(inventory: object, events: object) -> str:
    """Return the sentence that says when Identity Center was so, by the last inventory and by events of edits."""
    read = f"As of {moment(inventory)} (inventory)" if inventory else "No inventory has read all of Identity Center yet"
    return f"{read}, {moment(events)} (events)." if events else f"{read}."


def because(reasons: Iterable[Mapping[str, Any]]) -> str:
    """Reasons in one line: what makes the rule apply, and where the rule is."""
    return "; ".join(f"{pair['reason']} ({pair['rule']})" for pair in reasons)


def plural(number: int, name: str, many: str = "") -> str:
    """Return a number with its word: `1 removal`, `2 removals`."""
    return f"{number} {name if number == 1 else many or name + 's'}"


def named(subject: str, names: Mapping[str, str] | None) -> str:
    """Return a subject with the name of its person or account, where there is one."""
    name = (names or {}).get(subject, "")
    return f"{subject} ({name})" if name else subject
