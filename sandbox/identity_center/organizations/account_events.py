"""Writes the EventBridge events with which CloudTrail tells of changes to accounts.

Shapes from the Organizations and EventBridge guides and from captured events: service events for what ended later
(CreateAccountResult, CloseAccountResult), API call events for what was done at once (MoveAccount, TagResource, …).
"""

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

type Publish = Callable[[str, Mapping[str, Any]], None]

SERVICE_EVENT = "AWS Service Event via CloudTrail"
API_CALL = "AWS API Call via CloudTrail"


class AccountEvents:
    """Builds one event per change and hands detail type and detail to `publish`."""

    def __init__(self, management_account_id: str, publish: Publish) -> None:
        self._account_id = management_account_id
        self._publish = publish

    def account_created(self, status: Mapping[str, Any]) -> None:
        """Tell what came of a CreateAccount, given the CreateAccountStatus as the API answers it."""
        created = {
            "id": status["Id"],
            "state": status["State"],
            "accountName": "****",
            "requestedTimestamp": _written(status["RequestedTimestamp"]),
            "completedTimestamp": _written(status["CompletedTimestamp"]),
        }
        outcome = ("accountId", "AccountId") if "AccountId" in status else ("failureReason", "FailureReason")
        created[outcome[0]] = status[outcome[1]]
        self._service_event("CreateAccountResult", "AWS Internal", {"createAccountStatus": created})

    def account_closed(self, account_id: str, requested_at: float) -> None:
        """Tell that an account is closed; `requested_at` in seconds since the epoch."""
        closed = {
            "accountId": account_id,
            "state": "SUCCEEDED",
            "requestedTimestamp": _written(requested_at),
            "completedTimestamp": _written(time.time()),
        }
        self._service_event("CloseAccountResult", "organizations.amazonaws.com", {"closeAccountStatus": closed})

    def api_call(self, name: str, request: Mapping[str, Any]) -> None:
        """Tell of a call that succeeded; `request` as CloudTrail spells it, in camelCase."""
        arn = f"arn:aws:sts::{self._account_id}:assumed-role/OrganizationAdministrator/sandbox"
        caller = {
            "type": "AssumedRole",
            "principalId": "AROASANDBOX:sandbox",
            "arn": arn,
            "accountId": self._account_id,
        }
        origin = {"sourceIPAddress": "127.0.0.1", "userAgent": "sandbox", "requestID": str(uuid.uuid4())}
        body = {"eventType": "AwsApiCall", "requestParameters": dict(request), "responseElements": None}
        self._publish(API_CALL, self._detail(name, caller) | origin | body)

    def _service_event(self, name: str, invoked_by: str, outcome: Mapping[str, Any]) -> None:
        caller = {"accountId": self._account_id, "invokedBy": invoked_by}
        origin = {"sourceIPAddress": "AWS Internal", "userAgent": "AWS Internal"}
        body = {"requestParameters": None, "responseElements": None, "eventType": "AwsServiceEvent"}
        self._publish(
            SERVICE_EVENT, self._detail(name, caller) | origin | body | {"serviceEventDetails": dict(outcome)}
        )

    def _detail(self, name: str, caller: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "eventVersion": "1.08",
            "userIdentity": dict(caller),
            "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "organizations.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1",
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            "managementEvent": True,
            "recipientAccountId": self._account_id,
            "eventCategory": "Management",
        }


def _written(seconds: float) -> str:
    """Write a time as these events do, in UTC: `Nov 20, 2026 9:14:08 AM`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%b} {moment.day}, {moment:%Y} {moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}"
