"""The parts of a record that are made good before it is checked, so that no trifle costs a person their access."""

import unicodedata
from collections.abc import Mapping

from dayone.domain.mapping import DAYS, is_no_day, local_day, zone_called

# Shown by AWS and compared with nothing. Ids, user names and addresses are never changed.
_DISPLAYED = frozenset({"given_name", "family_name", "display_name", "title"})
# Of every other text only halves of characters are left out, which nothing can write.
_MATCHED = frozenset({"id", "user_name", "email"})
# Without one of these a person still has the right access.
FORGIVEN = frozenset({"display_name", "title", "time_zone"})
# Source: Identity Store API, CreateUser: the pattern of names and titles. Of spaces it has these alone.
_CATEGORIES, _SPACES = frozenset("LMNPS"), frozenset("\t\n\r \u00a0\u3000")


def cleaned(text: str) -> str:
    """The text without the characters that AWS refuses in a name, such as marks of direction and zero width."""
    return "".join(char for char in text if unicodedata.category(char)[0] in _CATEGORIES or char in _SPACES)


def normalised(record: Mapping[str, object]) -> dict[str, object]:
    """The record without what is null, empty or blank, which all mean that there is none."""
    made = {name: _normal(name, value, zone=record.get("time_zone")) for name, value in record.items()}
    return {name: value for name, value in made.items() if value is not None and value != ""}


def _normal(name: str, value: object, *, zone: object) -> object:
    if not isinstance(value, str):
        return value
    if name in _DISPLAYED:
        return cleaned(value).strip()
    if name not in _MATCHED:
        value = value.encode(errors="ignore").decode()
    if name in DAYS and is_no_day(value):
        return ""
    if name in DAYS and "T" in value:
        try:
            return local_day(value, zone=zone_called(zone)).isoformat()
        except ValueError:
            return value
    return value if value.strip() else ""
