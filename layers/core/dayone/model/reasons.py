"""Why something is desired, with the attributes that it is desired with."""

from collections.abc import Mapping
from dataclasses import dataclass

from dayone.model.accounts import AccountState
from dayone.model.subjects import Resource


@dataclass(frozen=True)
class Reason:
    """Why something is wanted: the rule (`file:line`, or `employment`), and what in the facts makes it apply."""

    rule: str
    because: str


@dataclass(frozen=True)
class Wanted:
    """How one resource should be, and why."""

    attributes: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Desired:
    """Everything a subject should have; `left_alone` says why nothing about it may be changed, when that is so.

    `gives_up` is what goes although such things are kept otherwise, and `notes` say what is not done, and why.
    `gone` is the state of an account that has come to its end: what was there is tidied up.
    `doubtful` says why whatever is taken away by this is for a human to decide on, however little it is.
    """

    resources: Mapping[Resource, Wanted]
    left_alone: str = ""
    gives_up: frozenset[Resource] = frozenset()
    notes: tuple[str, ...] = ()
    gone: AccountState | None = None
    doubtful: str = ""


# Before the key of a permission set's tag, where it stands among the set's attributes.
TAG_PREFIX = "tag:"


def tags_in(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """The tags among the attributes of a permission set, by their own keys."""
    tags = {word: text for word, text in attributes.items() if word.startswith(TAG_PREFIX)}
    return {word.removeprefix(TAG_PREFIX): text for word, text in tags.items()}
