"""Matches the regular expressions of AWS service models, which are written for Java, with Python's `re`."""

import re
import unicodedata
from functools import cache

_PROPERTY = re.compile(r"\\p\{([LMNPSZ])\}")
# One private-use character stands for every non-ASCII character of a Unicode category, because `re` knows no \p{…}.
_STAND_INS = {category: chr(0xE000 + index) for index, category in enumerate("LMNPSZ")}
_ASCII = {
    "L": "a-zA-Z",
    "M": "",
    "N": "0-9",
    "P": re.escape("!\"#%&'()*,-./:;?@[\\]_{}"),
    "S": re.escape("$+<=>^`|~"),
    "Z": " ",
}


def matches(pattern: str, text: str) -> bool:
    r"""Say whether the whole of `text` matches; `\w` and `\d` are ASCII only, as they are in Java."""
    if not _PROPERTY.search(pattern):
        return _compiled(pattern).fullmatch(text) is not None
    return _compiled(pattern).fullmatch("".join(_stand_in(character, pattern) for character in text)) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_PROPERTY.sub(_category_members, pattern), re.ASCII)


def _category_members(found: re.Match[str]) -> str:
    category = found[1]
    members = _ASCII[category] + _STAND_INS[category]
    inside_brackets = found.string.rfind("[", 0, found.start()) > found.string.rfind("]", 0, found.start())
    return members if inside_brackets else f"[{members}]"


def _stand_in(character: str, pattern: str) -> str:
    if character.isascii() or character in pattern:
        return character
    return _STAND_INS.get(unicodedata.category(character)[0], character)
