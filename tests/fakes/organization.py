"""The port Organization in memory."""

from dataclasses import replace

from dayone.domain.accounts import Account, AccountState


class MemoryOrganization:
    def __init__(self, *accounts: Account) -> None:
        self.accounts = {account.id: account for account in accounts}

    def account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    def close(self, account_id: str) -> None:
        """Close an account, which stays a member for three months."""
        self.accounts[account_id] = replace(self.accounts[account_id], state=AccountState.PENDING_CLOSURE)
