"""Somebody is notified of what is held, by a webhook that the library of Standard Webhooks verifies."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from sandbox.day_one import STACK, expect
from tests.contract.hr_api import Api, running_api
from tests.contract.notifications.topics import subscribed
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import becomes, eventually

KEY = "whsec_" + base64.b64encode(b"a key for one deployment").decode()


@pytest.fixture(scope="module")
def receiver(day_one: DayOne) -> Iterator[Api]:
    secrets = day_one.sandbox.client("secretsmanager")
    secrets.create_secret(Name=f"{STACK}/notifications/on-call", SecretString=json.dumps({"current": KEY}))
    with running_api() as api:
        api.body = {}
        yield api


def _policy(receiver: Api, **sections: Any) -> dict[str, Any]:  # noqa: ANN401
    kinds = ["change-held"]
    pager = {"kinds": ["operation-denied"], "topic": "pager"}
    on_call = {"kinds": kinds, "urgent": kinds, "webhook": {"url": f"{receiver.url}/hook"}}
    return {**policies.base_with(**sections), "notifications": {"on-call": on_call, "pager": pager}}


def _verified(receiver: Api) -> list[Any]:
    """Messages that the receiver has got, each once; raises for one with a wrong signature."""
    messages = {}
    for method, path, headers, body in list(receiver.asked):
        assert (method, path) == ("POST", "/hook")
        lowered = {name.lower(): value for name, value in headers.items()}
        messages[lowered["webhook-id"]] = Webhook(KEY).verify(body, lowered)
    return list(messages.values())


def test_what_is_held_is_sent_signed_and_without_a_name(day_one: DayOne, scene: Scene, receiver: Api) -> None:
    day_one.put_in_force(_policy(receiver))
    test = expect(day_one.deployed.api.send("POST", "/v1/notifications/on-call/test"), status=202)
    (message,) = eventually(lambda: _verified(receiver))
    assert (message["type"], message["data"]["destination"]) == ("dayone.test", "on-call")
    status, _ = eventually(
        lambda: day_one.get("/v1/notifications")["destinations"], holds=lambda listed: listed[0]["delivered_at"]
    )
    assert status["message"] == test["message"]
    receiver.asked.clear()
    edited = _policy(
        receiver,
        groups={"Watch": {"members": [{"department": "Watch"}]}},
        permission_sets={"Watching": {"managed_policies": ["AdministratorAccess"]}},
        assignments=[{"group": "Watch", "permission_set": "Watching", "accounts": [{"id": scene.early_account}]}],
    )
    change = str(expect(day_one.upload(edited), status=202)["change"])
    day_one.held(change)
    messages = eventually(lambda: _verified(receiver))
    notices = [notice for message in messages for notice in message["data"]["notices"]]
    assert {(message["type"], message["data"]["destination"]) for message in messages} == {
        ("dayone.notification", "on-call")
    }
    assert [notice["kind"] for notice in notices if notice["change"] == change] == ["change-held"]
    day_one.decided(change, to="reject")
    day_one.put_in_force(policies.base_with())
    assert becomes(lambda: day_one.waiting("NotificationsDeadLetters"), 0)


def test_a_topic_is_published_to(day_one: DayOne, receiver: Api) -> None:
    _, url = subscribed(day_one.sandbox, f"{STACK}-notifications-pager")
    sqs: Any = day_one.sandbox.client("sqs")
    day_one.put_in_force(_policy(receiver))
    expect(day_one.deployed.api.send("POST", "/v1/notifications/pager/test"), status=202)
    taken = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    envelope = json.loads(taken[0]["Body"])
    assert envelope["Subject"] == "Day One: this is a test message to pager. Nothing has happened."
    day_one.put_in_force(policies.base_with())


def test_the_function_has_the_rights_that_it_needs(day_one: DayOne) -> None:
    lines = day_one.log("send_notifications")
    assert [line for line in lines if line.get("level") == "ERROR" or line["message"] == "message failed"] == []
