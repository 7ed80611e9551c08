"""A system that sends ids only is asked for the record, also when it was down; a whole workforce comes in one file."""

import base64
import csv
import hashlib
import hmac
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.hr_system import HrSystem, new_delivery
from sandbox.signed_http import Answer
from tests.contract.hr_api import Api, running_api
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

_BAMBOO_KEY = "the private key of the webhook"
_FILE_KEY = base64.b64encode(b"a key of 32 bytes for the files.").decode()
# A configuration counts within a minute, and so does a hint that had to wait, plus the sweep.
_MINUTES = 240.0

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def bamboo(day_one: DayOne) -> Iterator[Api]:
    """The API of a BambooHR, which Day One has been set up to ask."""
    stack = day_one.deployed.stack.name
    secrets = {
        f"{stack}/hr/bamboohr": _BAMBOO_KEY,
        f"{stack}/hr-api/bamboohr": "api-key",
        f"{stack}/hr/people": _FILE_KEY,
    }
    for name, key in secrets.items():
        day_one.sandbox.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"current": key}))
    with running_api() as api:
        sources = {
            "standard": {"kind": "standard"},
            "bamboohr": {"kind": "bamboohr", "api": {"url": api.url}},
            "people": {"kind": "csv"},
        }
        text = json.dumps({"version": 1, "sources": sources})
        # What is there at the first sweep counts as approved by whoever deployed.
        eventually(lambda: day_one.get("/v1/hr-configuration")["newest"], seconds=_MINUTES)
        day_one.sandbox.client("ssm").put_parameter(Name=f"/{stack}/hr", Type="String", Value=text)
        _approve(day_one, text)
        yield api


def _approve(day_one: DayOne, text: str) -> None:
    """Somebody else approves the sources that are new, once the sweep has seen them."""
    path = f"/v1/hr-configuration/{hashlib.sha256(text.encode()).hexdigest()}/approve"
    eventually(lambda: day_one.approver.send("POST", path), holds=lambda answer: answer.status == 202, seconds=_MINUTES)


def _changed(day_one: DayOne, employee: str) -> Answer:
    now = datetime.now(UTC)
    event = {"type": "employee.created", "timestamp": now.isoformat(), "data": {"employeeId": employee}}
    body, stamp = json.dumps(event).encode(), str(int(time.time()))
    signature = hmac.new(_BAMBOO_KEY.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"x-bamboohr-timestamp": stamp, "x-bamboohr-signature": signature, "content-type": "application/json"}
    return day_one.deployed.hr.post(body, headers=headers, source="bamboohr")


def _file(day_one: DayOne, *people: dict[str, str]) -> Answer:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    sender = HrSystem(api=day_one.deployed.hr.api, key=_FILE_KEY)
    body = text.getvalue().encode()
    return sender.post(body, headers=sender.headers(body, delivery=new_delivery()), source="people")


def test_events_of_a_system_that_is_down_wait(day_one: DayOne, bamboo: Api) -> None:
    hired = somebody()
    bamboo.status = 503
    eventually(lambda: _changed(day_one, hired["id"]), holds=lambda answer: answer.status == 202, seconds=_MINUTES)
    eventually(lambda: bamboo.asked, seconds=_MINUTES)
    assert not day_one.knows(f"/v1/people/{hired['id']}")

    bamboo.body = {
        "id": hired["id"],
        "workEmail": hired["email"],
        "firstName": hired["given_name"],
        "lastName": hired["family_name"],
        "department": "Engineering",
        "employmentHistoryStatus": "employee",
        "status": "Active",
    }
    bamboo.status = 200
    eventually(lambda: hired["email"] in day_one.view.members("Engineers"), seconds=_MINUTES)


@pytest.mark.usefixtures("bamboo")
def test_whoever_vanishes_from_a_file_is_held(day_one: DayOne) -> None:
    first, second = somebody(), somebody("Finance")
    # The configuration counts within a minute.
    eventually(lambda: _file(day_one, first, second), holds=lambda answer: answer.status == 202, seconds=_MINUTES)
    eventually(lambda: first["user_name"] in day_one.view.members("Engineers"), seconds=_MINUTES)
    eventually(lambda: second["user_name"] in day_one.view.members("Finance"))

    answer = _file(day_one, first)
    assert answer.status == 202, answer.text
    change = eventually(
        lambda: [pair for pair in day_one.get("/v1/changes?limit=100")["changes"] if pair["state"] == "held"]
    )
    assert second["user_name"] in day_one.view.members("Finance")
    day_one.decided(change[0]["id"], to="approve")
    eventually(lambda: second["user_name"] not in day_one.view.members("Finance"))
