"""Who has what, row by row: a person or a group, an account, a permission set, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dayone.model.accounts import Account
from dayone.model.guardrails import Verdict
from dayone.model.operations import Action, Applied
from dayone.model.reasons import Reason
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Principal, Resource, ResourceKind, assignment_in
from dayone.policy.ou_paths import is_under

DIRECT = "direct"


class HoldingState(StrEnum):
    """How sure it is that somebody has it, and whether it is to stay.

    `IN_DOUBT` is what an action was begun on and not confirmed, or what was confirmed before the account was gone for a
    while; `REMOVAL_HELD` is there, no rule asks for it any more, and a human has to decide; `UNMANAGED` is in Identity
    Center, and nothing of ours made it.
    """

    CONFIRMED = "confirmed"
    IN_DOUBT = "in doubt"
    REMOVAL_HELD = "removal held"
    UNMANAGED = "unmanaged"


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a report is about; every text that is not empty has to fit, `ou` as a pattern of OU paths."""

    person: str = ""
    group: str = ""
    account: str = ""
    ou: str = ""
    permission_set: str = ""

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one person, group or account, of which Identity Center can be asked in a few calls."""
        return bool(self.person or self.group or self.account)

    def fits(self, *, permission_set: str, principal: str) -> bool:
        """Whether an assignment may be part of it by its name; `principal` is a group or `person:id`."""
        return self.permission_set in ("", permission_set) and self.group in ("", principal)

    def fits_account(self, head: Head) -> bool:
        """Whether an account may."""
        path = head.fact.ou_path if isinstance(head.fact, Account) else ""
        return self.account in ("", head.subject.name) and (not self.ou or is_under(self.ou, path))


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One row: `principal` is a group or `person:id`, `through` the group that a person has it by, or `direct`.

    `account_name` and `ou_path` are empty where Organizations has not told. What is not managed has no reasons, and
    `principal_name` is what Identity Center calls whoever has it where that is not the name in `principal`.
    """

    principal: str
    account: str
    permission_set: str
    through: str = DIRECT
    account_name: str = ""
    ou_path: str = ""
    reasons: tuple[Reason, ...] = ()
    confirmed_at: datetime | None = None
    state: HoldingState = HoldingState.CONFIRMED
    principal_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person whose access is asked for, and each of their groups with how they are in it."""

    person: str
    head: Head
    groups: Mapping[str, Applied]

    @property
    def principals(self) -> frozenset[str]:
        """Whatever may be assigned to that the person has it."""
        return frozenset((*self.groups, str(Principal(person=self.person))))


def member_in(state: SubjectState) -> Member:
    """A person with the groups they are in as far as AWS confirmed."""
    groups = {
        resource.name: applied
        for resource, applied in state.applied.items()
        if resource.kind is ResourceKind.MEMBERSHIP and applied.doubt is not Action.CREATE
    }
    return Member(person=state.head.subject.name, head=state.head, groups=groups)


def holding_of(assignment: Applied, *, account: Head, member: Member | None = None) -> Holding:
    """The row of an assignment, of the group or person it is to, or of the member that has it by that."""
    permission_set, had_by = assignment_in(assignment.resource)
    principal = str(had_by)
    membership = member.groups.get(principal) if member else None
    state, reasons = state_of(assignment, head=account), assignment.reasons
    if member and membership:
        state = _less_sure(state, state_of(membership, head=member.head))
        reasons = (*membership.reasons, *reasons)
    fact = account.fact if isinstance(account.fact, Account) else None
    return Holding(
        principal=str(Principal(person=member.person)) if member else principal,
        account=account.subject.name,
        permission_set=permission_set,
        through=principal if member and membership else DIRECT,
        account_name=fact.name if fact else "",
        ou_path=fact.ou_path if fact else "",
        reasons=reasons,
        confirmed_at=assignment.at,
        state=state,
    )


def state_of(applied: Applied, *, head: Head) -> HoldingState:
    """How sure a membership or an assignment is; `head` is that of the subject that has it."""
    if _is_held(applied.resource, head=head):
        return HoldingState.REMOVAL_HELD
    since = head.trusted_since
    is_outdated = since is not None and (applied.at is None or applied.at <= since)
    return HoldingState.IN_DOUBT if applied.doubt or is_outdated else HoldingState.CONFIRMED


def _is_held(resource: Resource, *, head: Head) -> bool:
    waiting = (removal for removal in head.held if removal.verdict is Verdict.WAITING and not removal.is_gift)
    return any(removal.resource == resource for removal in waiting)


def _less_sure(holding_state: HoldingState, other: HoldingState) -> HoldingState:
    order = (HoldingState.IN_DOUBT, HoldingState.REMOVAL_HELD, HoldingState.CONFIRMED)
    return min(holding_state, other, key=order.index)
