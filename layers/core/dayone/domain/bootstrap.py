"""The first time that an account gets everything the policy gives it: when that began, and when it is over."""

from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.accounts import GONE, Account, AccountState
from dayone.domain.changes import Cause


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """`change` is the one that began it, because of something that happened at `since`.

    It is under way while a plan for it is, and over when AWS has confirmed all of that plan. What the policy gives
    later is a change like any other.
    """

    change: str
    since: datetime
    is_under_way: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Progress:
    """How the plan in force has gone on: operations of it that are not finished, and those that have failed."""

    outstanding: int = 0
    failed: int = 0


def bootstrap_after(
    known: Bootstrap | None, *, account: Account, before: Progress, begun: int | None, gives: bool, cause: Cause
) -> Bootstrap | None:
    """What is to be remembered when an account is planned.

    `begun` is how many operations the new plan lets run, None when the plan `before` stays in force; `gives` when any
    of them makes an assignment. It begins with an account that AWS is not ready with, too, and begins anew with one
    that was gone and is back.
    """
    if account.state in GONE:
        return None
    if known is None:
        is_waited_for = account.state is AccountState.PENDING_ACTIVATION
        return Bootstrap(change=cause.change, since=cause.at, is_under_way=gives) if gives or is_waited_for else None
    if known.is_over:
        return known
    if known.is_under_way and before == Progress():
        return replace(known, is_under_way=False, is_over=True)
    return known if begun is None else replace(known, is_under_way=begun > 0)


def has_everything(known: Bootstrap, *, progress: Progress) -> bool:
    """Whether it is over; what is remembered says so from the next plan on only."""
    return known.is_over or (known.is_under_way and progress == Progress())


def is_reached(known: Bootstrap | None, *, before: Progress, after: Progress) -> bool:
    """Whether it is over because the last operation of its plan has just succeeded, as all the others had."""
    return known is not None and known.is_under_way and before.outstanding > 0 and after == Progress()
