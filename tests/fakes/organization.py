"""The port Organization in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dayone.model.accounts import Account, AccountState
from dayone.ports.organizations import ListedAccounts, UnitName


class MemoryOrganization:
    """`reads` are the accounts that were asked for, `looked_at` the units whose names were."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = {account.id: account for account in accounts}
        self.page = 20
        self.reads: list[str] = []
        self.looked_at: list[str] = []

    def account(self, account_id: str, *, since: datetime) -> Account | None:
        assert since.tzinfo is not None
        self.reads.append(account_id)
        return self.accounts.get(account_id)

    def list_accounts(self, cursor: str) -> ListedAccounts:
        members = sorted(account for account in self.accounts if account > cursor)
        page = members[: self.page]
        return ListedAccounts(page, cursor=page[-1] if len(members) > self.page else "")

    def look_again_at_unit(self, unit_id: str) -> None:
        self.looked_at.append(unit_id)

    def is_still_there(self, account: Account) -> bool:
        now = self.accounts.get(account.id)
        return now is None or now.ou_ids != account.ou_ids or now.ou_path == account.ou_path

    def close(self, account_id: str) -> None:
        """Close an account, which stays a member for three months."""
        self.accounts[account_id] = replace(self.accounts[account_id], state=AccountState.PENDING_CLOSURE)

    def rename_unit(self, unit_id: str, name: str) -> None:
        """Give a unit another name, which is in the path of every account below it."""
        for account in list(self.accounts.values()):
            if unit_id in account.ou_ids:
                names = account.ou_path.strip("/").split("/")
                names[account.ou_ids.index(unit_id)] = name
                self.accounts[account.id] = replace(account, ou_path="/" + "/".join(names))


class MemoryUnitNames:
    def __init__(self) -> None:
        self.names: dict[str, UnitName] = {}

    def recorded(self, unit_ids: Iterable[str]) -> Mapping[str, UnitName]:
        return {unit_id: self.names[unit_id] for unit_id in unit_ids if unit_id in self.names}

    def keep(self, unit_id: str, name: UnitName) -> UnitName:
        kept = self.names.get(unit_id)
        if kept is None or kept.read_at <= name.read_at:
            self.names[unit_id] = name
        return self.names[unit_id]
