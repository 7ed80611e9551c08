"""Events of accounts elsewhere reach Day One by the forwarder, deployed there from its own template."""

import json
from typing import Any

import pytest

from sandbox.access import Access
from sandbox.day_one import forward
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.waiting import becomes, eventually

HAS_ACCESS = [("ViewOnly", "Engineers")]
HOME = "eu-west-1"
OUTSIDER = "999988887777"


class Forwarder:
    """The forwarder in an account and Region, and AWS services that tell of accounts there."""

    def __init__(self, day_one: DayOne, place: Access) -> None:
        self.stack = forward(day_one.sandbox, day_one.deployed.stack, place=place)
        self._events, self._sqs = (place.client(name, place.administrator) for name in ("events", "sqs"))

    def tell(self, name: str, **detail: Any) -> str:  # noqa: ANN401 - whatever CloudTrail writes
        entry = {"Source": "aws.organizations", "DetailType": "AWS API Call via CloudTrail"}
        said = self._events.put_events(Entries=[{**entry, "Detail": json.dumps({"eventName": name, **detail})}])
        return str(said["Entries"][0]["EventId"])

    def kept(self) -> list[str]:
        """The ids of the events that it could not hand on."""
        url = self.stack.outputs["DeadLettersUrl"]
        messages = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["id"] for message in messages]


@pytest.fixture(scope="module")
def at_home(day_one: DayOne) -> Forwarder:
    """In the home Region of Control Tower, which is another one than Day One's."""
    return Forwarder(day_one, day_one.sandbox.elsewhere(region=HOME))


@pytest.fixture(scope="module")
def abroad(day_one: DayOne) -> Forwarder:
    """In another account of the organisation."""
    member = day_one.organisation.make_account("forwarding")
    return Forwarder(day_one, day_one.sandbox.elsewhere(account_id=member))


def test_an_account_of_control_tower_is_usable_when_its_home_region_tells(day_one: DayOne, at_home: Forwarder) -> None:
    day_one.organisation.order("vending", path=("Workloads", "Prod"), region=HOME)
    organizations = day_one.sandbox.client("organizations")

    def made() -> list[str]:
        pages = organizations.get_paginator("list_accounts").paginate()
        return [pair["Id"] for page in pages for pair in page["Accounts"] if pair["Name"] == "vending"]

    (account,) = eventually(made)
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)
    told = eventually(
        lambda: [
            entry for entry in day_one.get("/v1/changes?limit=100")["changes"] if _is_from(entry, "aws.controltower")
        ]
    )
    day_one.succeeded(told[0]["id"])
    assert len(day_one.view.assignment_requests(account)) == 1
    assert at_home.kept() == []


def _is_from(change: dict[str, Any], source: str) -> bool:
    return bool(change["cause"]["actor"] == source)


def test_an_event_of_another_account_of_the_organisation_is_heard_once(day_one: DayOne, abroad: Forwarder) -> None:
    account = day_one.organisation.make_account("heard-abroad")
    event = abroad.tell("MoveAccount", requestParameters={"accountId": account})
    (change,) = eventually(lambda: day_one.changes(reference=event))
    day_one.succeeded(change["id"])
    assert abroad.kept() == []


def test_what_is_no_business_of_day_one_stays_where_it_is(day_one: DayOne, abroad: Forwarder) -> None:
    account = day_one.organisation.make_account("quiet")
    refused = abroad.tell("MoveAccount", errorCode="AccessDenied", requestParameters={"accountId": account})
    other = abroad.tell("CreatePolicy", requestParameters={"accountId": account})
    heard = abroad.tell("MoveAccount", requestParameters={"accountId": account})
    eventually(lambda: day_one.changes(reference=heard))
    assert day_one.changes(reference=refused) + day_one.changes(reference=other) == []
    assert abroad.kept() == []


def test_whoever_is_not_in_the_organisation_is_not_heard_and_keeps_the_event(day_one: DayOne) -> None:
    account = day_one.organisation.make_account("not-theirs")
    assert eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    outside = Forwarder(day_one, day_one.sandbox.elsewhere(account_id=OUTSIDER))
    event = outside.tell("MoveAccount", requestParameters={"accountId": account})
    assert eventually(outside.kept) == [event]
    assert day_one.changes(reference=event) == []
    # Others measure the inbox.
    assert becomes(lambda: day_one.waiting("InboxQueue") + day_one.waiting("AccountEventsQueue"), 0)
