"""The management account, which no rule reaches by accident: what a change says of the rules that stop short of it."""

from dayone.domain.accounts import Account
from dayone.domain.matching import describes, names_management
from dayone.domain.policy import Policy

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
