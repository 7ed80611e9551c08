"""Writes the EventBridge events with which AWS tells of changes to accounts, units and tags.

Shapes from the Organizations, EventBridge and Control Tower guides and from captured events: service events for what
ended later (CreateAccountResult, CloseAccountResult) and for who is a member, API call events for what was done at once
(MoveAccount, TagResource, …). The places of the ids in AccountJoinedOrganization, AccountDepartedOrganization and
AcceptHandshake are a guess: AWS shows none of these.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SERVICE_EVENT = "AWS Service Event via CloudTrail"
API_CALL = "AWS API Call via CloudTrail"
TAG_CHANGE = "Tag Change on Resource"
ORGANIZATIONS = "aws.organizations"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event, and whose default bus in which Region it is put on."""

    kind: str
    detail: Mapping[str, Any]
    account_id: str
    source: str = ORGANIZATIONS
    region: str = "us-east-1"  # Organizations is a global service: its events exist nowhere else
    resources: tuple[str, ...] = ()


type Publish = Callable[[Told], None]


class AccountEvents:
    """Builds one event per change and hands it to `publish`."""

    def __init__(self, management_account_id: str, publish: Publish) -> None:
        self._account_id = management_account_id
        self._publish = publish

    def account_created(self, status: Mapping[str, Any]) -> None:
        """Publish the result of a CreateAccount, given the CreateAccountStatus as the API answers it."""
        created = {
            "id": status["Id"],
            "state": status["State"],
            "accountName": "****",
            "requestedTimestamp": _written(status["RequestedTimestamp"]),
            "completedTimestamp": _written(status["CompletedTimestamp"]),
        }
        outcome = ("accountId", "AccountId") if "AccountId" in status else ("failureReason", "FailureReason")
        created[outcome[0]] = status[outcome[1]]
        self._service_event("CreateAccountResult", {"createAccountStatus": created})

    def account_closed(self, account_id: str, requested_at: float) -> None:
        """Publish the closure of an account; `requested_at` in seconds since the epoch."""
        closed = {
            "accountId": account_id,
            "state": "SUCCEEDED",
            "requestedTimestamp": _written(requested_at),
            "completedTimestamp": _written(time.time()),
        }
        self._service_event("CloseAccountResult", {"closeAccountStatus": closed}, by="organizations.amazonaws.com")

    def account_joined(self, account_id: str, *, method: str) -> None:
        """Publish that an account is a member from now on; `method` is Created or INVITED."""
        joined = {"accountId": account_id, "joinedMethod": method, "joinedTime": _now()}
        self._service_event("AccountJoinedOrganization", joined)

    def account_departed(self, account_id: str, *, method: str) -> None:
        """Publish that an account is a member no longer; `method` is LEFT, REMOVED or CLEANED."""
        departed = {"accountId": account_id, "departureMethod": method, "departureTime": _now()}
        self._service_event("AccountDepartedOrganization", departed)

    def tags_changed(self, arn: str, *, keys: list[str], tags: Mapping[str, str]) -> None:
        """Publish a change of an account's tags: the changed keys, and all its present tags."""
        kind = {"service": "organizations", "resource-type": "account", "version": 3}
        detail = {"changed-tag-keys": keys, **kind, "tags": dict(tags)}
        told = Told(kind=TAG_CHANGE, detail=detail, account_id=self._account_id, source="aws.tag", resources=(arn,))
        self._publish(told)

    def managed_account(self, name: str, status: Mapping[str, Any], *, region: str) -> None:
        """Publish the result of Control Tower's work on an account; `name` is the event's and that of its status."""
        key = f"{name[0].lower()}{name[1:]}Status"
        self._service_event(name, {key: dict(status)}, service="controltower", region=region)

    def api_call(
        self,
        name: str,
        request: Mapping[str, Any] | None,
        *,
        response: Mapping[str, Any] | None = None,
        caller: str = "",
        service: str = "organizations",
        error: tuple[str, str] | None = None,
    ) -> None:
        """Publish a call, with `request` and `response` as CloudTrail spells them, in camelCase.

        `caller` is the account that made it, the management account unless it is named; with an `error`, its code and
        message, the call has failed.
        """
        account = caller or self._account_id
        origin = {"sourceIPAddress": "127.0.0.1", "userAgent": "sandbox", "requestID": str(uuid.uuid4())}
        body = {
            "eventType": "AwsApiCall",
            "requestParameters": dict(request) if request is not None else None,
            "responseElements": dict(response) if response is not None else None,
        }
        refused = {"errorCode": error[0], "errorMessage": error[1]} if error else {}
        detail = _detail(name, _role_of(account), account, service=service) | origin | body | refused
        self._publish(Told(kind=API_CALL, detail=detail, account_id=account, source=f"aws.{service}"))

    def _service_event(
        self,
        name: str,
        outcome: Mapping[str, Any],
        *,
        by: str = "AWS Internal",
        service: str = "organizations",
        region: str = "us-east-1",
    ) -> None:
        caller = {"accountId": self._account_id, "invokedBy": by}
        origin = {"sourceIPAddress": "AWS Internal", "userAgent": "AWS Internal"}
        body = {"requestParameters": None, "responseElements": None, "eventType": "AwsServiceEvent"}
        detail = _detail(name, caller, self._account_id, service=service) | {"awsRegion": region} | origin | body
        self._publish(
            Told(
                kind=SERVICE_EVENT,
                detail={**detail, "serviceEventDetails": dict(outcome)},
                account_id=self._account_id,
                source=f"aws.{service}",
                region=region,
            )
        )


def _detail(name: str, caller: Mapping[str, Any], account_id: str, *, service: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "userIdentity": dict(caller),
        "eventTime": _now(),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }


def _role_of(account_id: str) -> dict[str, str]:
    arn = f"arn:aws:sts::{account_id}:assumed-role/OrganizationAdministrator/sandbox"
    return {"type": "AssumedRole", "principalId": "AROASANDBOX:sandbox", "arn": arn, "accountId": account_id}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(seconds: float) -> str:
    """Write a time as these events do, in UTC: `Nov 20, 2026 9:14:08 AM`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%b} {moment.day}, {moment:%Y} {moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}"
