"""Organizations as a port: accounts, units and the policies that end sessions; and mail to people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.model.accounts import Account
from dayone.model.subjects import Subject
from dayone.ports.identity_center import Receipt


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


@dataclass(frozen=True, kw_only=True)
class OwnedPolicy:
    """A service control policy by AWS's id and ARN; `owner` is the stack that made it, empty for anybody else's."""

    id: str
    arn: str
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class WelcomeMail:
    """A mail ready to be sent."""

    sender: str
    to: str
    subject: str
    text: str


class SessionPolicyStore(Protocol):
    """Service control policies of the organization.

    Nothing here writes the content of a policy that exists: the users whose sessions are ended are in there.
    """

    def find(self, name: str) -> OwnedPolicy | None:
        """Return the policy of that name, or None."""

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        """Make one that ends nobody's sessions yet; raises Conflicting when the name was taken a moment ago."""

    def targets_of(self, policy_id: str) -> frozenset[str]:
        """Return the ids of the roots, organizational units and accounts that it is attached to."""

    def policies_on(self, target: str) -> frozenset[str]:
        """Return the ids of the policies attached to a target itself; raise NotFound for no such target."""

    def attach(self, policy_id: str, *, target: str) -> None:
        """Attach it; harmless when it is."""

    def detach(self, policy_id: str, *, target: str) -> None:
        """Detach it; harmless when it is not attached, or one of the two no longer exists."""

    def delete(self, policy_id: str) -> None:
        """Delete a policy that is attached to nothing; harmless when it no longer exists."""


class LiveSessions(Protocol):
    """Policies that deny everything to the users who are in them, in every account that the policies hold for.

    Whatever somebody else has changed in what denies is put right by the next writing.
    """

    def end(self, user_id: str) -> Receipt:
        """Put a user in; references: `policy_id`. Harmless when they are in already.

        Raises Awaited while no policy has room for one more.
        """

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """Remove a user from one policy, or from all if it is not given; harmless when they are in none."""


class DeniedUsers(Protocol):
    """The same policies, to be read only."""

    def users(self) -> frozenset[str]:
        """Return the ids of the users denied everything by the policies; raise NotFound for a missing policy."""


class RevokedSessions(Protocol):
    """The people whose sessions are recorded as revoked."""

    def confirmed(self) -> Sequence[tuple[Subject, str]]:
        """Each person with the id of their user, where AWS has confirmed it and nothing is being changed."""


class Post(Protocol):
    """Sends mail."""

    def send(self, mail: WelcomeMail) -> Receipt:
        """Hand a mail over to be delivered; raises Refused when its sender may not send or its address cannot be."""
