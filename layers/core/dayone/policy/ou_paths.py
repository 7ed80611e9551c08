r"""Paths of organizational units as lists of names, and the patterns that match them.

A unit's name may be any text of AWS Organizations, a slash or a line end among it. In a path the slash of a name is
written `\/` and its backslash `\\`, so that `/CI\/CD` is one unit and `/CI/CD` is two.
Source: AWS Organizations API Reference, OrganizationalUnit (a name has 1 to 128 characters, whichever).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# An escape of two characters, a slash, a star, or text without any of them; a lone backslash is itself.
_TOKENS = re.compile(r"\\[\\/*]|/|\*|[^\\/*]+|\\")


def path_of(names: Iterable[str]) -> str:
    """Write the names of units, from the root down, as one path."""
    return "/" + "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in names)


@lru_cache(maxsize=4096)
def names_in(path: str) -> tuple[str, ...] | None:
    """List the names in a path from the root down; None for a text that is not a path. The root has no names."""
    levels = _levels(path)
    return None if levels is None else tuple("*".join(level) for level in levels)


def is_under(pattern: str, path: str) -> bool:
    """Match a path, name by name and whatever the letter case; takes time linear in both texts.

    `*` is any text of one name, and a name of nothing else is any name; a closing `/**` is that unit and everything
    below it; `\\*`, `\\/` and `\\\\` are the character itself.
    """
    compiled, names = _compiled(pattern), _folded(path)
    if compiled is None or names is None:
        return False
    levels, actual = len(compiled.levels), len(names)
    if actual < levels or (actual > levels and not compiled.is_below):
        return False
    return all(_fits(level, name) for level, name in zip(compiled.levels, names, strict=False))


def are_apart(pattern: str, other: str) -> bool:
    """Return whether two patterns match no path in common, as far as names without a star show it."""
    first, second = _compiled(pattern), _compiled(other)
    if first is None or second is None:
        return True
    shared = zip(first.levels, second.levels, strict=False)
    if any(len(level) == len(against) == 1 and level != against for level, against in shared):
        return True
    shorter, longer = sorted((first, second), key=lambda compiled: len(compiled.levels))
    return len(shorter.levels) < len(longer.levels) and not shorter.is_below


def covers(pattern: str, other: str) -> bool:
    """Return whether a pattern matches every path that another does, as far as whole names show it."""
    wide, narrow = _compiled(pattern), _compiled(other)
    if wide is None or narrow is None or len(narrow.levels) < len(wide.levels):
        return False
    if (len(narrow.levels) > len(wide.levels) or narrow.is_below) and not wide.is_below:
        return False
    return all(level in (against, ("", "")) for level, against in zip(wide.levels, narrow.levels, strict=False))


def is_pattern(text: str) -> bool:
    """Return whether a text is a valid pattern: it begins with `/`, no name is empty, `**` only ends it."""
    compiled = _compiled(text)
    return compiled is not None and all(level != ("",) and "" not in level[1:-1] for level in compiled.levels)


@dataclass(frozen=True)
class _Pattern:
    """Each name as the texts between its stars, without letter case."""

    levels: tuple[tuple[str, ...], ...]
    is_below: bool


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> _Pattern | None:
    levels = _levels(pattern)
    if levels is None:
        return None
    is_below = bool(levels) and levels[-1] == ["", "", ""]
    kept = levels[:-1] if is_below else levels
    return _Pattern(tuple(tuple(text.casefold() for text in level) for level in kept), is_below)


@lru_cache(maxsize=4096)
def _folded(path: str) -> tuple[str, ...] | None:
    names = names_in(path)
    return None if names is None else tuple(name.casefold() for name in names)


def _levels(text: str) -> list[list[str]] | None:
    """Each name as the texts between its unescaped stars."""
    if not text.startswith("/"):
        return None
    levels: list[list[list[str]]] = []
    for part in _TOKENS.findall(text):
        if part == "/":
            levels.append([[]])
        elif part == "*":
            levels[-1].append([])
        else:
            levels[-1][-1].append(part[1:] if len(part) > 1 and part[0] == "\\" else part)
    return [] if text == "/" else [["".join(texts) for texts in level] for level in levels]


def _fits(level: tuple[str, ...], name: str) -> bool:
    first, *others = level
    if not others:
        return first == name
    *middle, last = others
    if not name.startswith(first):
        return False
    position = len(first)
    # The leftmost place of each text leaves the most room for the next, so no place is ever tried twice.
    for text in middle:
        position = name.find(text, position)
        if position < 0:
            return False
        position += len(text)
    return name.endswith(last) and len(name) - len(last) >= position
