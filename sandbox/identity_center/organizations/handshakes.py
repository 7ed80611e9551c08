"""The operations by which an account that exists is invited into the organization, and answers."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import invalid_input, invalid_token
from sandbox.identity_center.organizations.tags import check_tags
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError

PAGE = 20
_FIFTEEN_DAYS = 15 * 86_400.0
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass
class Handshake:
    """One invitation, to an account (its id) or to whoever reads mail at an address; times since the epoch."""

    target: Mapping[str, str]
    organization: str
    management: str
    state: str = "OPEN"
    accepted_by: str = ""
    id: str = field(default_factory=lambda: f"h-{secrets.token_hex(8)}")
    requested_at: float = field(default_factory=time.time)

    def described(self) -> dict[str, Any]:
        """Return it as Organizations answers it."""
        guest = {"Id": self.accepted_by, "Type": "ACCOUNT"} if self.accepted_by else dict(self.target)
        return {
            "Id": self.id,
            "Arn": f"arn:aws:organizations::{self.management}:handshake/{self.organization}/invite/{self.id}",
            "Parties": [{"Id": self.organization.removeprefix("o-"), "Type": "ORGANIZATION"}, guest],
            "State": self.state,
            "RequestedTimestamp": self.requested_at,
            "ExpirationTimestamp": self.requested_at + _FIFTEEN_DAYS,
            "Action": "INVITE",
            "Resources": [{"Value": self.organization, "Type": "ORGANIZATION"}],
        }

    def is_for(self, account_id: str) -> bool:
        """Return whether this account may answer it; an invitation to an address is for any account with its id."""
        return self.target["Type"] == "EMAIL" or self.target["Id"] == account_id


class Handshakes:
    """Serves the operations on invitations; who calls is the account of `state.caller`."""

    def __init__(self, state: OrganizationState, events: AccountEvents) -> None:
        self._state = state
        self._events = events
        self._handshakes: dict[str, Handshake] = {}

    def invite_account_to_organization(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Invite an account by its id or by the address of its owner."""
        target = parameters["Target"]
        _check_target(target)
        check_tags(parameters.get("Tags") or [])
        if any(target["Id"] in (account.id, account.email) for account in self._state.accounts):
            raise ServiceError(
                "HandshakeConstraintViolationException",
                "The AWS account is already a member of an organization.",
                Reason="ALREADY_IN_AN_ORGANIZATION",
            )
        if any(handshake.target == target and handshake.state == "OPEN" for handshake in self._handshakes.values()):
            raise ServiceError("DuplicateHandshakeException", "A handshake with the same target exists already.")
        organization = self._state.organization
        handshake = Handshake(target, organization.id, organization.master_account_id)
        self._handshakes[handshake.id] = handshake
        spelled = {"target": {"type": target["Type"], "id": target["Id"]}}
        self._events.api_call("InviteAccountToOrganization", spelled, response=_spelled(handshake))
        return {"Handshake": handshake.described()}

    def accept_handshake(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Become a member, in the root, under the name that the sandbox makes up."""
        handshake, account_id = self._answered(parameters, state="ACCEPTED"), self._state.caller
        handshake.accepted_by = account_id
        email = handshake.target["Id"] if handshake.target["Type"] == "EMAIL" else f"{account_id}@example.com"
        self._state.invited(account_id, name=f"invited-{account_id[-4:]}", email=email)
        request = {"handshakeId": handshake.id}
        self._events.api_call("AcceptHandshake", request, response=_spelled(handshake), caller=account_id)
        self._events.account_joined(account_id, method="INVITED")
        return {"Handshake": handshake.described()}

    def decline_handshake(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Do not become a member."""
        return {"Handshake": self._answered(parameters, state="DECLINED").described()}

    def cancel_handshake(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Take an invitation back."""
        handshake = self._open(parameters, state="CANCELED")
        handshake.state = "CANCELED"
        return {"Handshake": handshake.described()}

    def describe_handshake(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one invitation."""
        return {"Handshake": self._existing(parameters).described()}

    def list_handshakes_for_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the invitations that the calling account may answer."""
        _check_filter(parameters.get("Filter") or {})
        return _paged(
            (handshake for handshake in self._handshakes.values() if handshake.is_for(self._state.caller)), parameters
        )

    def list_handshakes_for_organization(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of all invitations."""
        _check_filter(parameters.get("Filter") or {})
        return _paged(self._handshakes.values(), parameters)

    def _answered(self, parameters: Mapping[str, Any], *, state: str) -> Handshake:
        handshake = self._open(parameters, state=state)
        if not handshake.is_for(self._state.caller) or self._state.account_state(self._state.caller) is not None:
            raise ServiceError("AccessDeniedException", "You don't have permissions to access this resource.")
        handshake.state = state
        return handshake

    def _open(self, parameters: Mapping[str, Any], *, state: str) -> Handshake:
        handshake = self._existing(parameters)
        if handshake.state == state:
            raise ServiceError("HandshakeAlreadyInStateException", f"The handshake is already {state}.")
        if handshake.state != "OPEN":
            message = f"The handshake is {handshake.state}, and cannot become {state}."
            raise ServiceError("InvalidHandshakeTransitionException", message)
        return handshake

    def _existing(self, parameters: Mapping[str, Any]) -> Handshake:
        handshake = self._handshakes.get(parameters["HandshakeId"])
        if handshake is None:
            raise ServiceError("HandshakeNotFoundException", "You specified a handshake that doesn't exist.")
        return handshake


def _check_target(target: Mapping[str, Any]) -> None:
    if target["Type"] not in ("ACCOUNT", "EMAIL"):
        message = "You specified an invalid party type as the target parameter."
        raise invalid_input("INVALID_PARTY_TYPE_TARGET", message)
    if target["Type"] == "EMAIL" and not _ADDRESS.fullmatch(target["Id"]):
        message = "You specified an invalid email address for the invited account owner."
        raise invalid_input("INVALID_EMAIL_ADDRESS_TARGET", message)
    if target["Type"] == "ACCOUNT" and not _ACCOUNT.fullmatch(target["Id"]):
        raise invalid_input("INVALID_PATTERN", "You provided a value that does not match the required pattern.")


def _check_filter(conditions: Mapping[str, Any]) -> None:
    if len(conditions) > 1:
        raise invalid_input("MAX_LIMIT_EXCEEDED_FILTER", "You specified too many filter parameters.")


def _paged(handshakes: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any iterable of them
    found = ((entry.id, entry.described()) for entry in handshakes)
    return page("Handshakes", found, parameters, size=PAGE, refusal=invalid_token())


def _spelled(handshake: Handshake) -> dict[str, Any]:
    described = handshake.described()
    parties = [{"type": party["Type"], "id": party["Id"]} for party in described["Parties"]]
    kept = {name: described[key] for name, key in (("id", "Id"), ("arn", "Arn"), ("state", "State"))}
    return {"handshake": {**kept, "action": "INVITE", "parties": parties}}
