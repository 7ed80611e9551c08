"""The operations on accounts: create, describe, list, move, close, remove."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.organizations.models import FakeAccount

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import constraint, invalid_token, modified_meanwhile, no_parent
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError

PAGE = 20
# AWS was seen to begin half a second after the request, when the whole took two to three.
_BEGUN = 6


@dataclass
class Creation:
    """One request for an account; times in seconds since the epoch.

    The status tells when the work on it has `begun`, the answer to the request when that came.
    """

    name: str
    id: str = field(default_factory=lambda: f"car-{secrets.token_hex(16)}")
    requested_at: float = field(default_factory=time.time)
    begun_at: float = 0.0
    completed_at: float | None = None
    account_id: str | None = None
    failure: str | None = None

    @property
    def state(self) -> str:
        """IN_PROGRESS, SUCCEEDED or FAILED."""
        if self.completed_at is None:
            return "IN_PROGRESS"
        return "FAILED" if self.failure else "SUCCEEDED"

    def described(self) -> dict[str, Any]:
        """Return the status as Organizations answers it."""
        status = {
            "Id": self.id,
            "AccountName": self.name,
            "State": self.state,
            "RequestedTimestamp": self.begun_at or self.requested_at,
            "CompletedTimestamp": self.completed_at,
            "AccountId": self.account_id,
            "FailureReason": self.failure,
        }
        return {name: value for name, value in status.items() if value is not None}


class Accounts:
    """Serves the account operations; `later` runs a function after a while, `departed` is told of removed accounts."""

    def __init__(
        self,
        state: OrganizationState,
        events: AccountEvents,
        later: Callable[[Callable[[], None]], None],
        departed: Callable[[str], None],
        behaviour: Callable[[], Behaviour],
    ) -> None:
        self._state = state
        self._events = events
        self._later = later
        self._departed = departed
        self._behaviour = behaviour
        self._creations: dict[str, Creation] = {}

    def create_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept the creation of an account, which will start in the root."""
        behaviour = self._behaviour()
        under_way = sum(creation.state == "IN_PROGRESS" for creation in self._creations.values())
        if behaviour.account_creations is not None and under_way >= behaviour.account_creations:
            raise modified_meanwhile()
        creation = Creation(name=parameters["AccountName"])
        self._creations[creation.id] = creation
        answer = {"CreateAccountStatus": creation.described()}
        creation.begun_at = creation.requested_at + behaviour.account_seconds / _BEGUN
        self._later(lambda: self._create(creation, parameters))
        return answer

    def describe_create_account_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer how far the creation is."""
        creation = self._creations.get(parameters["CreateAccountRequestId"])
        if creation is None:
            raise ServiceError(
                "CreateAccountStatusNotFoundException",
                "We can't find an create account request with the CreateAccountRequestId that you specified.",
            )
        return {"CreateAccountStatus": creation.described()}

    def list_create_account_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of creations in the States of the request, or in any."""
        wanted = parameters.get("States") or ["IN_PROGRESS", "SUCCEEDED", "FAILED"]
        found = ((creation.id, creation.described()) for creation in self._creations.values())
        matching = ((key, status) for key, status in found if status["State"] in wanted)
        return page("CreateAccountStatuses", matching, parameters, size=PAGE, refusal=invalid_token())

    def describe_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one account."""
        return {"Account": self._state.described(self._state.get_account_by_id(parameters["AccountId"]))}

    def list_accounts(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of all accounts."""
        return self._paged(self._state.accounts, parameters)

    def list_accounts_for_parent(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the accounts directly in a root or unit."""
        if self._state.container(parameters["ParentId"]) is None:
            raise no_parent()
        inside = [account for account in self._state.accounts if account.parent_id == parameters["ParentId"]]
        return self._paged(inside, parameters)

    def move_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Move an account from the container it is in to another one."""
        account = self._state.get_account_by_id(parameters["AccountId"])
        source, destination = parameters["SourceParentId"], parameters["DestinationParentId"]
        if self._state.container(destination) is None:
            raise no_parent("DestinationParentNotFoundException")
        if account.parent_id == destination:
            raise ServiceError(
                "DuplicateAccountException", "That account is already present in the specified destination."
            )
        if account.parent_id != source:
            raise no_parent("SourceParentNotFoundException")
        account.parent_id = destination
        self._events.api_call("MoveAccount", {name[0].lower() + name[1:]: value for name, value in parameters.items()})
        return {}

    def close_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to close an account: it is PENDING_CLOSURE, and SUSPENDED after a while."""
        account = self._state.get_account_by_id(parameters["AccountId"])
        if account.id == self._state.organization.master_account_id:
            raise constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
        if account.state != "ACTIVE":
            raise ServiceError("AccountAlreadyClosedException", "The provided account is already closed.")
        self._events.api_call("CloseAccount", {"accountId": account.id})
        account.state = account.status = "PENDING_CLOSURE"
        requested_at = time.time()
        self._later(lambda: self._close(account.id, requested_at))
        return {}

    def remove_account_from_organization(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove an account; AWS refuses this in the first four days, here it works at once."""
        account = self._state.get_account_by_id(parameters["AccountId"])
        self._depart(account.id)
        self._events.api_call("RemoveAccountFromOrganization", {"accountId": account.id})
        self._events.account_departed(account.id, method="REMOVED")
        return {}

    def leave_organization(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove the account that calls."""
        account_id = self._state.caller
        if self._state.account_state(account_id) is None:
            raise ServiceError("AWSOrganizationsNotInUseException", "Your account isn't a member of an organization.")
        self._depart(account_id)
        self._events.api_call("LeaveOrganization", None, caller=account_id)
        self._events.account_departed(account_id, method="LEFT")
        return {}

    def _depart(self, account_id: str) -> None:
        if account_id == self._state.organization.master_account_id:
            raise ServiceError(
                "MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization."
            )
        self._state.remove_account_from_organization(AccountId=account_id)
        self._departed(account_id)

    def _paged(self, accounts: list[FakeAccount], parameters: Mapping[str, Any]) -> dict[str, Any]:
        found = ((account.id, account) for account in accounts)
        described = self._state.described
        return page("Accounts", found, parameters, shown=described, size=PAGE, refusal=invalid_token())

    def _create(self, creation: Creation, parameters: Mapping[str, Any]) -> None:
        email = parameters["Email"].casefold()
        if any(account.email.casefold() == email for account in self._state.accounts):
            creation.failure = "EMAIL_ALREADY_EXISTS"
        else:
            self._state.create_account(**parameters)
            creation.account_id = self._state.accounts[-1].id
        creation.completed_at = max(time.time(), creation.begun_at)
        self._events.account_created(creation.described())
        if creation.account_id:
            self._events.account_joined(creation.account_id, method="Created")

    def _close(self, account_id: str, requested_at: float) -> None:
        account = next((account for account in self._state.accounts if account.id == account_id), None)
        if account is not None:  # it may have been removed from the organization meanwhile
            account.state = account.status = "SUSPENDED"
            self._events.account_closed(account_id, requested_at)
