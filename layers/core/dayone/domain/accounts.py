"""AWS accounts as Organizations describes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    `ou_path` names the organizational units from the root down, such as `/Workloads/Dev`, and is `/` in the root;
    `ou_ids` are their ids in the same order. `is_management` marks the organisation's management account.
    """

    id: str
    name: str
    email: str
    state: AccountState
    ou_path: str = "/"
    ou_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    is_management: bool = False
