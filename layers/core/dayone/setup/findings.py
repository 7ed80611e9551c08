"""Findings of the setup check: whether Day One can work in its environment, and the correction otherwise."""

from dataclasses import dataclass
from enum import StrEnum


class FindingState(StrEnum):
    """States of a finding; `UNKNOWN` if it cannot be determined from here."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding: the situation in words, and the correction, empty when there is nothing to do.

    `paste` is a text, of several lines, to put where `do` describes.
    """

    name: str
    state: FindingState
    says: str
    do: str = ""
    paste: str = ""


def fine(name: str, says: str) -> Finding:
    """Return a finding for a correct setting."""
    return Finding(name=name, state=FindingState.OK, says=says)


def doubtful(name: str, says: str, *, do: str) -> Finding:
    """Return a finding for a setting that works, though not as well as it could."""
    return Finding(name=name, state=FindingState.WARNING, says=says, do=do)


def amiss(name: str, says: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding for a setting that does not work."""
    return Finding(name=name, state=FindingState.WRONG, says=says, do=do, paste=paste)


def unseen(name: str, says: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding that cannot be determined from here."""
    return Finding(name=name, state=FindingState.UNKNOWN, says=says, do=do, paste=paste)
