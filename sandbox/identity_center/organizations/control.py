"""Events of accounts outside the Organizations API: actions of AWS itself, and of Control Tower."""

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.doors import ACCOUNTS, MANAGED_ACCOUNTS, ORGANIZATION
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import ServiceModels

# What an account's State was called when there was only its Status.
_STATUSES = {
    "PENDING_ACTIVATION": "ACTIVE",
    "ACTIVE": "ACTIVE",
    "SUSPENDED": "SUSPENDED",
    "PENDING_CLOSURE": "PENDING_CLOSURE",
    "CLOSED": "SUSPENDED",
}
_TARGET = "AWSOrganizationsV20161128."
_PAUSE_SECONDS = 0.02


class OrganizationControl:
    """Pages for what AWS and its other services do to accounts.

    `PUT /_sandbox/accounts/{id}/state` (a State as text: AWS tells nobody), `PUT …/name` (a name as text, as
    PutAccountName of Account Management), `DELETE /_sandbox/accounts/{id}` (the end of ninety days after its closure),
    `POST /_sandbox/control-tower/accounts` (`AccountName`, `Email`, `OrganizationalUnitId`, and for both the `Region`
    that Control Tower is at home in) and `PUT …/{id}` (`OrganizationalUnitId`).
    """

    def __init__(self, center: IdentityCenter, models: ServiceModels, events: AccountEvents) -> None:
        self._center = center
        self._models = models
        self._events = events

    def __call__(self, request: Request) -> Response | None:
        """Answer a request for one of the pages, None for any other."""
        said = request.get_data(as_text=True)
        if request.path == ORGANIZATION:
            return self._organization()
        if request.path.startswith(ACCOUNTS):
            account_id, _, what = request.path.removeprefix(ACCOUNTS).partition("/")
            return self._answered(request.method, what, account_id, said)
        if request.path == MANAGED_ACCOUNTS and request.method == "POST":
            return self._begun(self._enrol, json.loads(said))
        if request.path.startswith(f"{MANAGED_ACCOUNTS}/") and request.method == "PUT":
            account_id = request.path.removeprefix(f"{MANAGED_ACCOUNTS}/")
            return self._begun(self._update, {**json.loads(said), "AccountId": account_id})
        return None

    def _organization(self) -> Response:
        # MiniStack asks while it may itself be asked by whoever holds the lock.
        organization = self._center.organization
        return _json(
            {
                "id": organization.organization.id,
                "accounts": [fake_account.id for fake_account in list(organization.accounts)],
            }
        )

    def _answered(self, method: str, what: str, account_id: str, said: str) -> Response | None:
        acts = {("PUT", "state"): self._state, ("PUT", "name"): self._name, ("DELETE", ""): self._clean}
        act = acts.get((method, what))
        if act is None:
            return None
        try:
            with self._center.reading():
                act(account_id, said.strip())
        except (StopIteration, KeyError):
            return _json({"error": f"there is no account {account_id}, or no such state"}, status=400)
        return _json({"AccountId": account_id})

    def _state(self, account_id: str, state: str) -> None:
        account = self._account(account_id)
        account.status, account.state = _STATUSES[state], state

    def _name(self, account_id: str, name: str) -> None:
        self._account(account_id).name = name
        request = {"accountId": account_id, "accountName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
        self._events.api_call("PutAccountName", request, service="account")

    def _clean(self, account_id: str, _said: str) -> None:
        self._center.organization.remove_account_from_organization(AccountId=self._account(account_id).id)
        self._center.assignments.forget(account_id=account_id)
        self._events.account_departed(account_id, method="CLEANED")

    def _account(self, account_id: str) -> Any:  # noqa: ANN401 - moto's
        return next(
            fake_account for fake_account in self._center.organization.accounts if fake_account.id == account_id
        )

    def _begun(self, work: Any, wanted: Mapping[str, Any]) -> Response:  # noqa: ANN401 - one of the two below
        threading.Thread(target=work, args=(wanted, time.time()), name="control-tower", daemon=True).start()
        return _json({"state": "IN_PROGRESS"}, status=202)

    def _enrol(self, wanted: Mapping[str, Any], requested_at: float) -> None:
        """Create an account and put it into its unit, as Account Factory does by way of Organizations."""
        status = self._call("CreateAccount", AccountName=wanted["AccountName"], Email=wanted["Email"])
        status = status["CreateAccountStatus"]
        while status["State"] == "IN_PROGRESS":
            time.sleep(_PAUSE_SECONDS)
            status = self._call("DescribeCreateAccountStatus", CreateAccountRequestId=status["Id"])
            status = status["CreateAccountStatus"]
        existing = {**wanted, "AccountId": status.get("AccountId", "")}
        moved = status["State"] == "SUCCEEDED" and self._is_moved(existing)
        self._tell("CreateManagedAccount", existing, requested_at, succeeded=moved)

    def _update(self, wanted: Mapping[str, Any], requested_at: float) -> None:
        self._tell("UpdateManagedAccount", wanted, requested_at, succeeded=self._is_moved(wanted))

    def _is_moved(self, wanted: Mapping[str, Any]) -> bool:
        account_id, unit = wanted["AccountId"], wanted["OrganizationalUnitId"]
        try:
            here = self._call("ListParents", ChildId=account_id)["Parents"][0]["Id"]
            if here != unit:
                self._call("MoveAccount", AccountId=account_id, SourceParentId=here, DestinationParentId=unit)
        except ServiceError:
            return False
        return True

    def _tell(self, name: str, wanted: Mapping[str, Any], requested_at: float, *, succeeded: bool) -> None:
        unit = self._center.organization.container(wanted["OrganizationalUnitId"])
        status = {
            "organizationalUnit": {
                "organizationalUnitName": unit.name if unit else "",
                "organizationalUnitId": wanted["OrganizationalUnitId"],
            },
            "account": {"accountName": wanted.get("AccountName", ""), "accountId": wanted["AccountId"]},
            "state": "SUCCEEDED" if succeeded else "FAILED",
            "message": f"AWS Control Tower {'has done' if succeeded else 'could not do'} its work.",
            "requestedTimestamp": _written(requested_at),
            "completedTimestamp": _written(time.time()),
        }
        self._events.managed_account(name, status, region=wanted.get("Region", "us-east-1"))

    def _call(self, name: str, **parameters: str) -> dict[str, Any]:
        operation = self._models.operation(_TARGET + name)
        assert operation is not None  # the names above are in botocore's models
        return self._center.answer(operation, parameters, caller=self._center.settings.account_id)


def _json(answer: Mapping[str, object], *, status: int = 200) -> Response:
    return Response(json.dumps(answer), status=status, content_type="application/json")


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S%z")
