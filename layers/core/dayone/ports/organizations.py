"""AWS Organizations, and the names of organizational units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.model.accounts import Account


@dataclass(frozen=True)
class ListedAccounts:
    """Part of the organisation, by ids; `cursor` continues with the next part and is empty at the end."""

    ids: Sequence[str]
    cursor: str = ""


class Organization(Protocol):
    """The organisation's accounts as AWS Organizations describes them."""

    def account(self, account_id: str, *, since: datetime) -> Account | None:
        """Return the account with its OU path and tags, or None when it is not a member of the organisation.

        The answer is not older than `since`, so that the event behind the query is reflected. A cached answer read
        since then may be returned.
        """

    def list_accounts(self, cursor: str) -> ListedAccounts:
        """Return the members of the organisation, whatever their state, part by part; "" begins."""

    def look_again_at_unit(self, unit_id: str) -> None:
        """Forget what the organizational unit was called: its name may be another now. Harmless when it is gone."""

    def is_still_there(self, account: Account) -> bool:
        """Return whether the units above the account have the names they had when its `ou_path` was read."""


@dataclass(frozen=True, kw_only=True)
class UnitName:
    """The name of an organizational unit, and when the call that it was read with began."""

    name: str
    read_at: datetime


class UnitNames(Protocol):
    """The names that were read, by the ids of the units."""

    def recorded(self, unit_ids: Iterable[str]) -> Mapping[str, UnitName]:
        """Those of the names that are kept."""

    def keep(self, unit_id: str, name: UnitName) -> UnitName:
        """Keep a name; returns the one that counts, which is whichever was read later."""
