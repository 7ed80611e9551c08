"""One subject is stuck in the deployed inbox: everybody else goes on, its own end has its turn, and status names it."""

import json
import uuid
from typing import Any

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.queues import drained
from tests.e2e.deployed.waiting import becomes, eventually


def _unreadable(day_one: DayOne, person: str) -> str:
    """A message about a person that no release understands."""
    body = json.dumps({"command": "OfAnotherRelease", "id": uuid.uuid4().hex})
    day_one.sandbox.client("sqs").send_message(
        QueueUrl=day_one.queue_url("InboxQueue"),
        MessageBody=body,
        MessageGroupId=f"person:{person}",
        MessageDeduplicationId=uuid.uuid4().hex,
    )
    return body


def _stuck(day_one: DayOne, person: str) -> list[Any]:
    found = day_one.get("/v1/stuck")["stuck"]
    return [each for each in found if each["subject"] == f"person:{person}"]


def test_an_end_behind_an_unreadable_message_is_accepted_found_and_carried_out(day_one: DayOne) -> None:
    person = somebody()
    day_one.told(person)
    body = _unreadable(day_one, person["id"])
    path = f"/v1/people/{person['id']}/end"
    change = expect(day_one.deployed.api.send("POST", path, body=b'{"at_once": true}'), status=202)["change"]
    answer = day_one.deployed.api.get(f"/v1/changes/{change}")
    assert (answer.status, answer.json()["change"]["state"]) == (202, "accepted"), answer.text
    assert answer.json()["inbox"]["messages"] >= 1
    assert answer.json()["inbox"]["oldest_seconds"] is not None
    assert eventually(lambda: [each["kind"] for each in _stuck(day_one, person["id"])]) == ["message"]
    day_one.succeeded(change)
    assert person["user_name"] not in day_one.view.members("Engineers")
    (letter,) = eventually(lambda: _stuck(day_one, person["id"]))
    assert (letter["kind"], letter["reason"]) == ("dead-letter", "not a command: KeyError")
    assert drained(day_one, "InboxDeadLetters") == [body]
    assert becomes(lambda: day_one.waiting("InboxDeadLetters"), 0)


def test_a_policy_is_rolled_out_for_everybody_but_the_subject_that_is_stuck(day_one: DayOne) -> None:
    stuck, other = somebody(), somebody()
    for person in (stuck, other):
        day_one.told(person)
    body = _unreadable(day_one, stuck["id"])
    group = {"description": "All", "members": [{"department": stuck["department"]}]}
    try:
        change = expect(day_one.upload(policies.base_with(groups={"Everyone": group})), status=202)["change"]
        assert eventually(lambda: other["user_name"] in day_one.view.members("Everyone"))
        assert day_one.succeeded(change)["change"]["unplanned"] == 0
        assert stuck["user_name"] in day_one.view.members("Everyone")
    finally:
        day_one.put_in_force(policies.BASE)
        drained(day_one, "InboxDeadLetters")
    assert body
