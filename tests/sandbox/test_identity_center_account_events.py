"""The events that the local organization puts on an EventBridge bus when accounts change."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center_calls import Calls, eventually

ORGANIZATIONS = "organizations"


class Bus:
    """A stand-in for EventBridge that keeps what is put on it, after refusing the first calls it gets."""

    def __init__(self, failures: int = 0) -> None:
        self.entries: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.failures = failures
        bus = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = bus.put(body["Entries"], self.headers["Authorization"])
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def put(self, entries: list[dict[str, Any]], authorization: str) -> tuple[int, dict[str, Any]]:
        if self.failures:
            self.failures -= 1
            return 500, {"__type": "InternalException"}
        self.keys.add(authorization.split("Credential=")[1].split("/", maxsplit=1)[0])
        self.entries += entries
        return 200, {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def details(self, count: int) -> list[dict[str, Any]]:
        """Wait for this many events and return their details."""
        eventually(lambda: len(self.entries), lambda found: found >= count)
        return [json.loads(entry["Detail"]) for entry in self.entries]


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus(failures=2)
    yield bus
    bus.close()


@pytest.fixture
def center(bus: Bus) -> Iterator[Calls]:
    with IdentityCenterServer(events_endpoint=bus.endpoint) as server:
        yield Calls(server)


def test_each_change_of_an_account_is_told_once_and_in_order(center: Calls, bus: Bus) -> None:
    root = center.answer(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"]
    unit = center.answer(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=root, Name="Sandbox")
    move = {"SourceParentId": root, "DestinationParentId": unit["OrganizationalUnit"]["Id"]}
    account = center.new_account()
    center.answer(ORGANIZATIONS, "MoveAccount", AccountId=account, **move)
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[{"Key": "env", "Value": "dev"}])
    center.answer(ORGANIZATIONS, "UntagResource", ResourceId=account, TagKeys=["env"])
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=root, Tags=[{"Key": "not", "Value": "an account"}])
    center.answer(ORGANIZATIONS, "RemoveAccountFromOrganization", AccountId=account)
    created, moved, tagged, untagged, removed = bus.details(5)
    names = [detail["eventName"] for detail in (created, moved, tagged, untagged, removed)]
    assert names == [
        "CreateAccountResult",
        "MoveAccount",
        "TagResource",
        "UntagResource",
        "RemoveAccountFromOrganization",
    ]
    assert created["serviceEventDetails"]["createAccountStatus"]["accountId"] == account
    assert moved["requestParameters"] == {
        "accountId": account,
        "sourceParentId": move["SourceParentId"],
        "destinationParentId": move["DestinationParentId"],
    }
    assert tagged["requestParameters"] == {"resourceId": account, "tags": [{"key": "env", "value": "dev"}]}
    assert untagged["requestParameters"] == {"resourceId": account, "tagKeys": ["env"]}
    assert removed["requestParameters"] == {"accountId": account}


def test_events_name_organizations_and_their_kind_and_come_from_the_management_account(center: Calls, bus: Bus) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[{"Key": "env", "Value": "dev"}])
    created, tagged = bus.details(2)
    assert {entry["Source"] for entry in bus.entries} == {"aws.organizations"}
    kinds = [entry["DetailType"] for entry in bus.entries]
    assert kinds == ["AWS Service Event via CloudTrail", "AWS API Call via CloudTrail"]
    assert [detail["eventType"] for detail in (created, tagged)] == ["AwsServiceEvent", "AwsApiCall"]
    assert {detail["recipientAccountId"] for detail in (created, tagged)} == {"111122223333"}
    assert "errorCode" not in tagged
    assert bus.keys == {"111122223333"}


def test_names_are_hidden_and_failures_are_told(center: Calls, bus: Bus) -> None:
    center.new_account("known")
    center.answer(ORGANIZATIONS, "CreateAccount", AccountName="again", Email="known@example.com")
    created, failed = (detail["serviceEventDetails"]["createAccountStatus"] for detail in bus.details(2))
    assert (created["state"], created["accountName"]) == ("SUCCEEDED", "****")
    assert (failed["state"], failed["failureReason"], "accountId" in failed) == (
        "FAILED",
        "EMAIL_ALREADY_EXISTS",
        False,
    )


def test_a_closure_is_told_when_it_is_done(center: Calls, bus: Bus) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "CloseAccount", AccountId=account)
    closed = bus.details(2)[1]
    assert closed["eventName"] == "CloseAccountResult"
    status = closed["serviceEventDetails"]["closeAccountStatus"]
    assert (status["accountId"], status["state"]) == (account, "SUCCEEDED")


def test_a_bus_that_is_not_there_does_not_hold_up_the_organization() -> None:
    with IdentityCenterServer(events_endpoint="http://127.0.0.1:9") as server:
        center = Calls(server)
        account = center.new_account()
        center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[])
