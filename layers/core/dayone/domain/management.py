"""The management account, which no rule reaches by accident, and which takes rights that the operator has to give."""

from collections.abc import Iterator

from dayone.domain.accounts import Account, AccountState
from dayone.domain.matching import describes, names_management
from dayone.domain.policy import Location, Policy

# The template's parameter that gives the rights.
PARAMETER = "ManagementAccountAccess"
_NOT_BY_ACCIDENT = (
    "this is the management account, and only rules that name its id beside `include_management_account: true` reach "
    "it; these do not"
)


def rules_that_stop_short(policy: Policy, account: Account) -> tuple[str, ...]:
    """A note with the rules that would mean the management account if they named it, or none."""
    short = dict.fromkeys(
        str(selector.location)
        for rule in policy.assignments
        for selector in rule.accounts
        if describes(selector, account) and not names_management(selector)
    )
    return (f"{_NOT_BY_ACCIDENT}: {', '.join(short)}",) if short else ()


def reaches_without_rights(policy: Policy, account: Account | None) -> Iterator[Location]:
    """Where each selector stands that reaches the management account although Day One may give nothing there.

    `account` is what is recorded of it. As long as nothing is, a selector reaches it that names its id.
    """
    off_limits = policy.terms.off_limits
    if not off_limits.lacks_rights or off_limits.account in policy.protection.accounts:
        return
    for rule in policy.assignments:
        if any(describes(one, account or _unseen(off_limits.account)) for one in rule.exceptions):
            continue
        for selector in rule.accounts:
            is_meant = names_management(selector) and off_limits.account in selector.ids
            if is_meant and (account is None or describes(selector, account)):
                yield selector.location


def no_rights_in(account_id: str) -> str:
    """Why nothing can be given in the management account, and what to do about it."""
    return (
        f"{account_id} is the management account, where AWS demands IAM rights that Day One has not been given: "
        f"deploy with {PARAMETER}=true"
    )


def _unseen(account_id: str) -> Account:
    return Account(id=account_id, name="", email="", state=AccountState.ACTIVE, is_management=True)
