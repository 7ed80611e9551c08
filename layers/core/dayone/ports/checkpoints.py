"""What signing a checkpoint of the audit log needs: the ends of its lanes, a key, and a place that is out of reach."""

from collections.abc import Mapping
from typing import Protocol

from dayone.domain.audit import LaneEnd


class LaneEnds(Protocol):
    """Where the lanes of the audit log end."""

    def all(self) -> Mapping[str, LaneEnd]:
        """The end of each lane that has entries; raises Inapplicable for one that is not as it was written."""


class SigningKey(Protocol):
    """A key that only the signing function can use."""

    @property
    def arn(self) -> str:
        """The ARN of the key."""

    def sign(self, text: bytes) -> bytes:
        """The signature over a text."""


class CheckpointArchive(Protocol):
    """A place where what is kept cannot be changed."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name, which has slashes where folders are meant."""
