"""What a text of a policy that matches nothing was probably meant to be, of the values that are recorded."""

import unicodedata
from difflib import get_close_matches

from dayone.domain.matching import glob_of_any

# Enough for every department and unit there is; of values that most facts have to themselves a part will do.
_MOST_VALUES, _MOST_COMPARED, _MOST_TYPOS, _MOST_GLOBS = 5000, 300, 20, 100
PERSON_ID = "person.id"
_LIKE, _SHORTEST = 0.75, 3


class NearMisses:
    """Distinct recorded values by what was asked about: an attribute of people, or a property of accounts."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._typos = self._globs = 0

    def add(self, attribute: str, value: str) -> None:
        """Remember a value; the first few thousand of an attribute count."""
        seen = self._seen.setdefault(attribute, set())
        if value and value not in seen and len(seen) < _MOST_VALUES:
            seen.add(value)
            self._values.setdefault(attribute, {}).setdefault(_reduced(value), value)

    def has(self, attribute: str, value: str) -> bool:
        """Whether just this value is recorded."""
        return value in self._seen.get(attribute, ())

    def near(self, attribute: str, text: str) -> str:
        """The value that differs from the text or glob in letter case, blanks, quotes or the like, or by a typo.

        Empty when none does. Globs and typos are tried a bounded number of times.
        """
        values, reduced = self._values.get(attribute, {}), _reduced(text)
        if not reduced:
            return ""
        if reduced in values:
            return values[reduced]
        if "*" in text or "?" in text:
            self._globs += 1
            if self._globs > _MOST_GLOBS:
                return ""
            glob = glob_of_any(["".join(char if char in "*?" else _reduced(char) for char in text)])
            return next((value for key, value in values.items() if glob.match(key)), "")
        # Ids of people are mostly numbers in a row: each is like another.
        if len(reduced) < _SHORTEST or self._typos >= _MOST_TYPOS or attribute == PERSON_ID:
            return ""
        self._typos += 1
        alike = get_close_matches(reduced, list(values)[:_MOST_COMPARED], n=1, cutoff=_LIKE)
        return values[alike[0]] if alike else ""


def did_you_mean(value: str) -> str:
    """The end of a sentence that names what was probably meant, empty when there is nothing to name."""
    return f"; did you mean `{value}`?" if value else ""


def _reduced(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
