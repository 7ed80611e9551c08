"""AWS accounts as Organizations describes them, and what each state of one means for access."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AccountState(StrEnum):
    """The life of an account: Organizations' own states, and `DEPARTED` for one that is no longer a member.

    Source: Organizations API, data type Account, member State.
    """

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"
    DEPARTED = "DEPARTED"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One AWS account of the organisation.

    `ou_path` names the organizational units from the root down, such as `/Workloads/Dev`, and is `/` in the root
    (`policy.ou_paths` reads and writes it); `ou_ids` are their ids in the same order. `is_management` marks the
    organisation's management account. `created_at` is when this organisation made the account, None for one that was
    invited.
    """

    id: str
    name: str
    email: str
    state: AccountState
    ou_path: str = "/"
    ou_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    is_management: bool = False
    created_at: datetime | None = None


# Nobody can sign in to these any more, so nobody loses access by what goes with them.
GONE = frozenset({AccountState.CLOSED, AccountState.DEPARTED})
# Nothing can be provisioned in these. Seen: tests/captures, sso-admin-06 and -07.
UNUSABLE = GONE | {AccountState.SUSPENDED, AccountState.PENDING_CLOSURE}
# The attribute of a deleted assignment whose account was closed or has left the organisation.
ENDED_WITH = "account_state"

_ASSIGNED_STAYS = "nothing new is assigned, and what is assigned stays"
# AWS refuses assignments in all of these. A suspended account may be active again, and a closure can be taken back for
# 90 days. Source: AWS Organizations User Guide, "Monitor the state of your AWS accounts".
_LEFT_ALONE = {
    AccountState.PENDING_ACTIVATION: "nothing can be assigned until it is active; it is checked again until then",
    AccountState.SUSPENDED: _ASSIGNED_STAYS,
    AccountState.PENDING_CLOSURE: f"{_ASSIGNED_STAYS} until it is closed",
}
_TIDIED_UP = {
    AccountState.CLOSED: "its assignments are removed",
    AccountState.DEPARTED: "its assignments were deleted with it",
}


def left_alone_in(state: AccountState) -> str:
    """Return the reason why assignments in an account of this state are left unchanged, or an empty text."""
    return f"the account is {state}: {_LEFT_ALONE[state]}" if state in _LEFT_ALONE else ""


def tidied_up_in(state: AccountState) -> str:
    """Describe how the assignments of a closed or departed account end."""
    return f"the account is {state}: {_TIDIED_UP[state]}"
