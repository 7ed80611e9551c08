"""The events that the local organization puts on an EventBridge bus when accounts change."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls, eventually

ORGANIZATIONS = "organizations"


class Bus:
    """A stand-in for EventBridge that keeps what is put on it, after refusing the first calls it gets."""

    def __init__(self, failures: int = 0) -> None:
        self.entries: list[dict[str, Any]] = []
        self.places: list[tuple[str, str]] = []
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
        key, _day, region, *_ = authorization.split("Credential=")[1].split("/")
        self.places.append((key, region))
        self.entries += entries
        return 200, {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def told(self, *names: str) -> list[dict[str, Any]]:
        """Wait until an event of the last of these names is there, and return the details of all of these names."""
        eventually(lambda: [detail["eventName"] for detail in self.details()], lambda found: names[-1] in found)
        return [detail for detail in self.details() if detail["eventName"] in names]

    def details(self) -> list[dict[str, Any]]:
        """The details of all events; a change of tags, which has no name in AWS, is named after its kind."""
        return [{"eventName": entry["DetailType"], **json.loads(entry["Detail"])} for entry in self.entries]

    def names(self, *, until: str) -> list[str]:
        """Wait for an event of this name, and return the names of all until then."""
        self.told(until)
        return [detail["eventName"] for detail in self.details()]


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus(failures=2)
    yield bus
    bus.close()


@pytest.fixture
def server(bus: Bus) -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer(events_endpoint=bus.endpoint) as server:
        yield server


@pytest.fixture
def center(server: IdentityCenterServer) -> Calls:
    return Calls(server)


def _unit(center: Calls, name: str = "Sandbox") -> tuple[str, str]:
    """The root, and a unit in it."""
    root = str(center.answer(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"])
    unit = center.answer(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=root, Name=name)
    return root, str(unit["OrganizationalUnit"]["Id"])


def _control(server: IdentityCenterServer, method: str, path: str, said: str = "") -> None:
    request = urllib.request.Request(f"{server.endpoint}{path}", said.encode(), method=method)  # noqa: S310 - the server is ours
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120).close()


def test_each_change_of_an_account_is_told_in_order(center: Calls, bus: Bus) -> None:
    root, unit = _unit(center)
    move = {"SourceParentId": root, "DestinationParentId": unit}
    account = center.new_account()
    center.answer(ORGANIZATIONS, "MoveAccount", AccountId=account, **move)
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[{"Key": "env", "Value": "dev"}])
    center.answer(ORGANIZATIONS, "UntagResource", ResourceId=account, TagKeys=["env"])
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=root, Tags=[{"Key": "not", "Value": "an account"}])
    center.answer(ORGANIZATIONS, "RemoveAccountFromOrganization", AccountId=account)
    assert bus.names(until="AccountDepartedOrganization") == [
        "CreateOrganizationalUnit",
        "CreateAccountResult",
        "AccountJoinedOrganization",
        "MoveAccount",
        "TagResource",
        "Tag Change on Resource",
        "UntagResource",
        "Tag Change on Resource",
        "RemoveAccountFromOrganization",
        "AccountDepartedOrganization",
    ]
    _, created, joined, moved, tagged, more, untagged, less, removed, departed = bus.details()
    assert created["serviceEventDetails"]["createAccountStatus"]["accountId"] == account
    assert joined["serviceEventDetails"].items() >= {"accountId": account, "joinedMethod": "Created"}.items()
    assert moved["requestParameters"] == {"accountId": account, "sourceParentId": root, "destinationParentId": unit}
    assert tagged["requestParameters"] == {"resourceId": account, "tags": [{"key": "env", "value": "dev"}]}
    assert (more["changed-tag-keys"], more["tags"], less["tags"]) == (["env"], {"env": "dev"}, {})
    assert untagged["requestParameters"] == {"resourceId": account, "tagKeys": ["env"]}
    assert removed["requestParameters"] == {"accountId": account}
    assert departed["serviceEventDetails"].items() >= {"accountId": account, "departureMethod": "REMOVED"}.items()


def test_events_name_their_kind_and_come_from_the_management_account(center: Calls, bus: Bus) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[{"Key": "env", "Value": "dev"}])
    created, tagged = bus.told("CreateAccountResult", "TagResource")
    eventually(lambda: len(bus.entries), lambda found: found == 4)
    kinds = [(entry["Source"], entry["DetailType"]) for entry in bus.entries]
    assert kinds == [
        ("aws.organizations", "AWS Service Event via CloudTrail"),
        ("aws.organizations", "AWS Service Event via CloudTrail"),
        ("aws.organizations", "AWS API Call via CloudTrail"),
        ("aws.tag", "Tag Change on Resource"),
    ]
    assert [detail["eventType"] for detail in (created, tagged)] == ["AwsServiceEvent", "AwsApiCall"]
    assert {detail["recipientAccountId"] for detail in (created, tagged)} == {"111122223333"}
    assert "errorCode" not in tagged
    assert set(bus.places) == {("111122223333", "us-east-1")}
    assert bus.entries[3]["Resources"][0].endswith(f"/{account}")


def test_names_are_hidden_and_failures_are_told(center: Calls, bus: Bus) -> None:
    center.new_account("known")
    again = center.answer(ORGANIZATIONS, "CreateAccount", AccountName="again", Email="known@example.com")
    center.created(again["CreateAccountStatus"]["Id"])
    eventually(lambda: len(bus.entries), lambda found: found == 3)
    told = [pair["serviceEventDetails"]["createAccountStatus"] for pair in bus.told("CreateAccountResult")]
    assert [(pair["state"], pair.get("accountName")) for pair in told] == [("SUCCEEDED", "****"), ("FAILED", "****")]
    assert (told[1]["failureReason"], "accountId" in told[1]) == ("EMAIL_ALREADY_EXISTS", False)


def test_a_closure_is_told_when_it_begins_and_when_it_is_done(center: Calls, bus: Bus) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "CloseAccount", AccountId=account)
    begun, closed = bus.told("CloseAccount", "CloseAccountResult")
    assert begun["requestParameters"] == {"accountId": account}
    status = closed["serviceEventDetails"]["closeAccountStatus"]
    assert (status["accountId"], status["state"]) == (account, "SUCCEEDED")


def test_a_call_that_is_refused_is_told_with_its_error(center: Calls, bus: Bus) -> None:
    root, unit = _unit(center)
    account = center.new_account()
    here = {"SourceParentId": unit, "DestinationParentId": root}
    center.refusal(ORGANIZATIONS, "MoveAccount", AccountId=account, **here)
    center.refusal(ORGANIZATIONS, "MoveAccount", AccountId="999988887777", **here)
    eventually(lambda: len(bus.entries), lambda found: found == 5)
    refused = bus.told("MoveAccount")
    assert [pair["errorCode"] for pair in refused] == ["DuplicateAccountException", "AccountNotFoundException"]
    assert refused[0]["requestParameters"]["accountId"] == account


def test_an_account_that_was_invited_accepts_itself_and_the_organization_hears_that_it_joined(
    server: IdentityCenterServer, center: Calls, bus: Bus
) -> None:
    guest = "777788889999"
    invited = center.answer(ORGANIZATIONS, "InviteAccountToOrganization", Target={"Type": "ACCOUNT", "Id": guest})
    server.client(ORGANIZATIONS, account=guest).accept_handshake(HandshakeId=invited["Handshake"]["Id"])
    _, accepted, joined = bus.told("InviteAccountToOrganization", "AcceptHandshake", "AccountJoinedOrganization")
    assert accepted["userIdentity"]["accountId"] == guest
    assert {"type": "ACCOUNT", "id": guest} in accepted["responseElements"]["handshake"]["parties"]
    assert joined["serviceEventDetails"].items() >= {"accountId": guest, "joinedMethod": "INVITED"}.items()
    # What a member does is told to the member alone.
    assert bus.places[-2:] == [(guest, "us-east-1"), ("111122223333", "us-east-1")]
    server.client(ORGANIZATIONS, account=guest).leave_organization()
    left, departed = bus.told("LeaveOrganization", "AccountDepartedOrganization")
    assert (left["requestParameters"], left["recipientAccountId"]) == (None, guest)
    assert departed["serviceEventDetails"].items() >= {"accountId": guest, "departureMethod": "LEFT"}.items()


def test_units_that_are_renamed_or_deleted_are_told_of(center: Calls, bus: Bus) -> None:
    _, unit = _unit(center)
    center.answer(ORGANIZATIONS, "UpdateOrganizationalUnit", OrganizationalUnitId=unit, Name="Playground")
    center.answer(ORGANIZATIONS, "DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    renamed, deleted = bus.told("UpdateOrganizationalUnit", "DeleteOrganizationalUnit")
    assert renamed["requestParameters"] == {"organizationalUnitId": unit, "name": "Playground"}
    assert deleted["requestParameters"] == {"organizationalUnitId": unit}


def test_what_aws_does_to_an_account_by_itself_is_told_only_where_aws_tells(
    server: IdentityCenterServer, center: Calls, bus: Bus
) -> None:
    account = center.new_account()
    bus.told("AccountJoinedOrganization")
    _control(server, "PUT", f"/_sandbox/accounts/{account}/state", "SUSPENDED")
    described = center.answer(ORGANIZATIONS, "DescribeAccount", AccountId=account)["Account"]
    assert (described["State"], described["Status"]) == ("SUSPENDED", "SUSPENDED")
    _control(server, "PUT", f"/_sandbox/accounts/{account}/name", "renamed")
    _control(server, "DELETE", f"/_sandbox/accounts/{account}")
    renamed, departed = bus.told("PutAccountName", "AccountDepartedOrganization")
    assert (renamed["eventSource"], renamed["requestParameters"]["accountId"]) == ("account.amazonaws.com", account)
    assert departed["serviceEventDetails"].items() >= {"accountId": account, "departureMethod": "CLEANED"}.items()
    assert bus.entries[2]["Source"] == "aws.account"
    assert len(bus.entries) == 4
    center.refusal(ORGANIZATIONS, "DescribeAccount", AccountId=account)


@pytest.mark.parametrize("path", ["111122223333/state", "999988887777/state"])
def test_a_state_or_an_account_that_there_is_not_is_refused(server: IdentityCenterServer, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _control(server, "PUT", f"/_sandbox/accounts/{path}", "ON_FIRE" if path.startswith("1111") else "ACTIVE")
    refused.value.close()
    assert refused.value.code == 400


def test_control_tower_makes_an_account_by_way_of_organizations_and_tells_at_home(
    server: IdentityCenterServer, center: Calls, bus: Bus
) -> None:
    _, unit = _unit(center)
    wanted = {"AccountName": "blue", "Email": "blue@example.com", "OrganizationalUnitId": unit, "Region": "eu-west-1"}
    _control(server, "POST", "/_sandbox/control-tower/accounts", json.dumps(wanted))
    assert bus.names(until="CreateManagedAccount")[1:] == [
        "CreateAccountResult",
        "AccountJoinedOrganization",
        "MoveAccount",
        "CreateManagedAccount",
    ]
    status = bus.details()[-1]["serviceEventDetails"]["createManagedAccountStatus"]
    assert (status["state"], status["account"]["accountName"]) == ("SUCCEEDED", "blue")
    assert status["organizationalUnit"] == {"organizationalUnitName": "Sandbox", "organizationalUnitId": unit}
    assert (bus.entries[-1]["Source"], bus.places[-1]) == ("aws.controltower", ("111122223333", "eu-west-1"))
    account = status["account"]["accountId"]
    other = center.answer(ORGANIZATIONS, "CreateOrganizationalUnit", ParentId=unit, Name="Deep")["OrganizationalUnit"][
        "Id"
    ]
    _control(server, "PUT", f"/_sandbox/control-tower/accounts/{account}", json.dumps({"OrganizationalUnitId": other}))
    (updated,) = bus.told("UpdateManagedAccount")
    assert updated["serviceEventDetails"]["updateManagedAccountStatus"]["account"]["accountId"] == account
    assert center.answer(ORGANIZATIONS, "ListParents", ChildId=account)["Parents"][0]["Id"] == other


def test_control_tower_tells_that_it_has_failed(server: IdentityCenterServer, center: Calls, bus: Bus) -> None:
    center.new_account("taken")
    _, unit = _unit(center)
    wanted = {"AccountName": "again", "Email": "taken@example.com", "OrganizationalUnitId": unit}
    _control(server, "POST", "/_sandbox/control-tower/accounts", json.dumps(wanted))
    (failed,) = bus.told("CreateManagedAccount")
    assert failed["serviceEventDetails"]["createManagedAccountStatus"]["state"] == "FAILED"


def test_a_bus_that_is_not_there_does_not_hold_up_the_organization() -> None:
    with IdentityCenterServer(events_endpoint="http://127.0.0.1:9") as server:
        center = Calls(server)
        account = center.new_account()
        center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=[])
