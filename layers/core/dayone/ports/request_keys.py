"""What makes a request that is sent twice happen once: its idempotency key, and the answer that was given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to carry a request out until `until`; `at` is when it was first sent, however often it is repeated."""

    key: str
    at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """What a request was answered: the body as text, and the headers that belong to the answer."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestKeys(Protocol):
    """The keys of a day; keys and requests come as digests, so that nothing about anybody is kept but the answer."""

    def claim(self, key: str, *, request: str, now: datetime, until: datetime) -> Claim | GivenAnswer:
        """The right to carry out the request, or the answer that it was given before.

        Raises KeyReused when the key stands for another request, UnderWay while somebody else carries this one out.
        Whoever takes over from one that died has the moment of the first claim.
        """

    def keep(self, claim: Claim, answer: GivenAnswer) -> None:
        """Remember the answer; does nothing when somebody else has taken over."""

    def give_back(self, claim: Claim) -> None:
        """Let the request be carried out again, as of the same moment."""
