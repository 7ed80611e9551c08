"""User names from people's names: plain letters that every system takes, and others when one is taken."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from dayone.domain.hr_sources import OnCollision, UserNames

# Source: Identity Store API, CreateUser, UserName: at most 128 characters, and two names that AWS keeps for itself.
LONGEST = 128
RESERVED = frozenset({"administrator", "awsadministrators"})
# Nobody has that many namesakes; each try is a look into the table.
_MOST_TRIES = 100
_FIELD = re.compile(r"\{([a-z_]+)\}")
# Letters that are not a plain one with a mark on it.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
_KEPT = re.compile(r"[^a-z0-9@._+-]")


def fields_in(pattern: str) -> tuple[str, ...]:
    """The attributes that a pattern such as `{given_name}.{family_name}` is made of."""
    return tuple(_FIELD.findall(pattern))


def candidates(rule: UserNames, attributes: Mapping[str, str], *, person_id: str, told: str) -> Iterator[str]:
    """The user names a person may get, the best first: what HR tells, or else what the pattern makes."""
    base = told or _made(rule.pattern, attributes) or person_id
    for number in range(1, _MOST_TRIES + 1):
        name = _numbered(base, number=number, rule=rule, person_id=person_id)
        if name.casefold() not in RESERVED:
            yield name
        if rule.on_collision is OnCollision.REFUSE or (rule.on_collision is OnCollision.ID and number > 1):
            return


def plain(text: str) -> str:
    """Small Latin letters, digits and `@._+-`: marks are taken off letters, everything else is left out."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return _KEPT.sub("", decomposed)


def _made(pattern: str, attributes: Mapping[str, str]) -> str:
    parts = {name: attributes.get(name, "") for name in fields_in(pattern)}
    if pattern == "{email}":
        return parts["email"]  # as it is: it is what the person types
    # A part of which nothing is left, such as a name in another script, makes half a name.
    if not all(plain(text) for text in parts.values()):
        return ""
    return _FIELD.sub(lambda match: plain(parts[match[1]]), pattern)


def _numbered(base: str, *, number: int, rule: UserNames, person_id: str) -> str:
    local, at, domain = base.partition("@")
    behind = "" if number == 1 else f".{person_id}" if rule.on_collision is OnCollision.ID else str(number)
    room = LONGEST - len(behind) - len(at) - len(domain)
    return f"{local[: max(room, 1)]}{behind}{at}{domain}"[:LONGEST]
