"""The port RequestKeys in memory."""

from dataclasses import dataclass, replace
from datetime import datetime

from dayone.errors import KeyReused, UnderWay
from dayone.ports.idempotency import KEPT_FOR, GivenAnswer, RequestClaim


@dataclass(frozen=True)
class _Kept:
    request: str
    claim: RequestClaim
    answer: GivenAnswer | None = None


class MemoryRequestKeys:
    """Claims, by key."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def claim(self, key: str, *, request: str, now: datetime, until: datetime) -> RequestClaim | GivenAnswer:
        existing = self._kept.get(key)
        if existing is None or existing.claim.at + KEPT_FOR <= now:
            existing = _Kept(request, RequestClaim(key=key, at=now, until=now))
        if existing.request != request:
            raise KeyReused("the key stands for another request")
        if existing.answer:
            return existing.answer
        if existing.claim.until > now:
            raise UnderWay("the request is being worked on")
        self._kept[key] = replace(existing, claim=replace(existing.claim, until=until))
        return self._kept[key].claim

    def keep(self, claim: RequestClaim, answer: GivenAnswer) -> None:
        if self._is_still(claim):
            self._kept[claim.key] = replace(self._kept[claim.key], answer=answer)

    def give_back(self, claim: RequestClaim) -> None:
        if self._is_still(claim):
            self._kept[claim.key] = replace(self._kept[claim.key], claim=replace(claim, until=claim.at))

    def _is_still(self, claim: RequestClaim) -> bool:
        existing = self._kept[claim.key]
        return existing.claim == claim and existing.answer is None
