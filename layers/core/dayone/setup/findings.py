"""What a look at the surroundings finds: whether Day One can do its work there, and what to do when it cannot."""

from dataclasses import dataclass
from enum import StrEnum


class FindingState(StrEnum):
    """How something is; `UNKNOWN` is what cannot be told from here."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: how it is, in words, and what to do about it, empty when there is nothing to do.

    `paste` is a text, of several lines, to put where `do` says.
    """

    name: str
    state: FindingState
    says: str
    do: str = ""
    paste: str = ""


def fine(name: str, says: str) -> Finding:
    """It is as it should be."""
    return Finding(name=name, state=FindingState.OK, says=says)


def doubtful(name: str, says: str, *, do: str) -> Finding:
    """It works, and not as well as it could."""
    return Finding(name=name, state=FindingState.WARNING, says=says, do=do)


def amiss(name: str, says: str, *, do: str, paste: str = "") -> Finding:
    """It does not work."""
    return Finding(name=name, state=FindingState.WRONG, says=says, do=do, paste=paste)


def unseen(name: str, says: str, *, do: str, paste: str = "") -> Finding:
    """It cannot be told from here."""
    return Finding(name=name, state=FindingState.UNKNOWN, says=says, do=do, paste=paste)
