"""How messages that could not be carried out go back to where they came from."""

from collections.abc import Mapping
from typing import Protocol


class Returns(Protocol):
    """Messages of the inbox on their way back."""

    def come_back(self, receipts: Mapping[str, int]) -> None:
        """Let each message, by its receipt handle, be seen again after so many seconds; raises Unavailable."""
