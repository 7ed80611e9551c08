"""What the use cases need from the machine: the time, and chance."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """The time now, with its zone."""


class RandomBytes(Protocol):
    """Gives bytes that nobody can guess."""

    def __call__(self) -> bytes:
        """At least ten of them."""
