"""The names of a person in records about others, and a text without them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dayone.model.people import EMAIL, USER_NAME, Person
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, ResourceKind, Subject

# Stands where somebody was named.
FORGOTTEN = "forgotten"
_USER = Resource(ResourceKind.USER)
# Who did something stays: four eyes, and the log, go by that.
_ACTORS = frozenset({"actor", "authors", "approved_by", "blamed", "entered", "movers", "tellers"})
# Shorter ids, such as 42, are also numbers of other things: they count where they are called a person's alone.
_DISTINCT = 5
# Characters of an id; behind a dot a sentence may end. Behind the id of a subject comes the generation of its plan.
_BEFORE, _BEHIND, _GENERATION = r"(?<![\w.@+-])", r"(?![\w@+-]|\.\w)", r"(?=@\d+-[^/]*/)"


@dataclass(frozen=True, kw_only=True)
class PersonalNames:
    """The id of a person, and the names and addresses that they have or had."""

    person: Subject
    user_names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    display_names: frozenset[str] = frozenset()

    @cached_property
    def _named(self) -> re.Pattern[str]:
        """Every place at which a text names the person."""
        subject, name = re.escape(str(self.person)), re.escape(self.person.name)
        ids = [rf"{subject}(?:{_GENERATION}|{_BEHIND})", *([name + _BEHIND] if len(name) >= _DISTINCT else [])]
        # A name of one word may be anybody's, and a word of the language.
        full = [text for text in self.display_names if " " in text]
        claims = [f"{USER_NAME}{text}" for text in self.user_names]
        words = "|".join(map(re.escape, sorted([*self.emails, *full, *claims], key=len, reverse=True)))
        texts = [f"(?i:(?:{words}){_BEHIND})"] if words else []
        return re.compile(f"{_BEFORE}(?:{'|'.join([*ids, *texts])})")

    @cached_property
    def _values(self) -> frozenset[str]:
        return frozenset(text.casefold() for text in (*self.user_names, *self.emails, *self.display_names))

    def is_subject_of(self, text: str) -> bool:
        """Return whether a key or a text names the person as a subject."""
        found = self._named.search(text)
        return bool(found) and str(self.person) in text

    def is_in(self, value: object) -> bool:
        """Return whether a plain value names the person, at any depth."""
        return bool(self.without(value) != value)

    def without(self, value: Any) -> Any:  # noqa: ANN401 - any plain value
        """Return a plain value without the person: another word stands where they were named.

        Who did something is left.
        """
        if isinstance(value, str):
            is_whole = value == self.person.name or value.casefold() in self._values
            return FORGOTTEN if is_whole else self._named.sub(self._replacement, value)
        if isinstance(value, Mapping):
            return {self.without(name): part if name in _ACTORS else self.without(part) for name, part in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
            return [self.without(part) for part in value]
        return value

    def _replacement(self, found: re.Match[str]) -> str:
        return f"{self.person.kind}:{FORGOTTEN}" if found[0].startswith(f"{self.person.kind}:") else FORGOTTEN


def personal_names(state: SubjectState, *, is_anothers: Callable[[str], bool] = lambda _: False) -> PersonalNames:
    """Return how a recorded person is and was called.

    `is_anothers` returns whether a user name or an address, as it is claimed, belongs to somebody else by now: such a
    one is theirs.
    """
    attributes = list(_attributes(state))

    def texts(*names: str) -> frozenset[str]:
        return frozenset(each[name] for each in attributes for name in names if each.get(name))

    def claimed(prefix: str) -> frozenset[str]:
        return frozenset(text.removeprefix(prefix) for text in state.head.claims if text.startswith(prefix))

    def own(texts: frozenset[str], prefix: str) -> frozenset[str]:
        return frozenset(text for text in texts if not is_anothers(f"{prefix}{text.casefold()}"))

    full = {f"{each.get('given_name', '')} {each.get('family_name', '')}".strip() for each in attributes}
    return PersonalNames(
        person=state.head.subject,
        user_names=own(texts("user_name") | claimed(USER_NAME), USER_NAME),
        emails=own(texts("email") | claimed(EMAIL), EMAIL),
        display_names=texts("display_name") | (full - {""}),
    )


def _attributes(state: SubjectState) -> Iterator[Mapping[str, str]]:
    if isinstance(fact := state.head.fact, Person):
        yield {name: value for name, value in vars(fact).items() if isinstance(value, str)}
    yield from (record.attributes for record in state.head.source_records)
    if user := state.applied.get(_USER):
        yield user.attributes
