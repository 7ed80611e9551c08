"""What organizational units are called, shared by everybody who asks: Organizations answers that twice a second."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class UnitName:
    """The name of an organizational unit, and when the call that it was read with began."""

    name: str
    read_at: datetime


class UnitNames(Protocol):
    """The names that were read, by the ids of the units."""

    def known(self, unit_ids: Iterable[str]) -> Mapping[str, UnitName]:
        """Those of the names that are kept."""

    def keep(self, unit_id: str, name: UnitName) -> UnitName:
        """Keep a name; returns the one that counts, which is whichever was read later."""
