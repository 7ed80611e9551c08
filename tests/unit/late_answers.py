"""An Identity Center that takes what it is asked for, and then ends it as FAILED in the words of AWS."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.sso.identity_center import MemoryIdentityCenter, RequestFailed


@dataclass
class LateIdentityCenter(MemoryIdentityCenter):
    """`ends` has, by kind of request, the reasons of the next ones; an empty one lets it happen."""

    ends: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, kind: str, perform: Callable[[], None]) -> str:
        return super().ask(kind, self._spoiled(kind, perform))

    def _spoiled(self, kind: str, perform: Callable[[], None]) -> Callable[[], None]:
        reasons = self.ends.get(kind, [])
        reason = reasons.pop(0) if reasons else ""

        def fail() -> None:
            raise RequestFailed(reason)

        return fail if reason else perform
