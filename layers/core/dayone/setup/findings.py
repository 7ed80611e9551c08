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
    message: str
    do: str = ""
    paste: str = ""


def fine(name: str, message: str) -> Finding:
    """Return a finding for a correct setting."""
    return Finding(name=name, state=FindingState.OK, message=message)


def doubtful(name: str, message: str, *, do: str) -> Finding:
    """Return a finding for a setting that works, though not as well as it could."""
    return Finding(name=name, state=FindingState.WARNING, message=message, do=do)


def amiss(name: str, message: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding for a setting that does not work."""
    return Finding(name=name, state=FindingState.WRONG, message=message, do=do, paste=paste)


def unseen(name: str, message: str, *, do: str, paste: str = "") -> Finding:
    """Return a finding that cannot be determined from here."""
    return Finding(name=name, state=FindingState.UNKNOWN, message=message, do=do, paste=paste)
