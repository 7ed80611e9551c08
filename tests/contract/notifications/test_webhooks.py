"""Messages as webhooks: signed as the library of Standard Webhooks verifies, to public addresses, and no further."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as StandardWebhook
from standardwebhooks.webhooks import WebhookVerificationError

from dayone.adapters.hr.https import Https
from dayone.adapters.senders import Webhooks
from dayone.errors import Refused, Throttled, Unavailable, Unreachable
from dayone.model.policy.notifications import Destination, Message, NotificationKind, Webhook, WebhookFormat
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.hr_api import Api, running_api
from tests.contract.identity_centers import fresh

HERE = ("127.0.0.0/8",)
CURRENT = "whsec_" + base64.b64encode(b"current key of 24 bytes.").decode()
PREVIOUS = "whsec_" + base64.b64encode(b"previous key of 24 bytes").decode()
BODY = json.dumps({"type": "dayone.notification", "data": {"text": "Größe"}}, ensure_ascii=False)


@pytest.fixture
def api() -> Iterator[Api]:
    with running_api() as running:
        running.body = {}
        yield running


@pytest.fixture(scope="module")
def secrets(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("secretsmanager")


@pytest.fixture
def folder() -> str:
    return fresh("notifications")


def destination(url: str = "", form: WebhookFormat = WebhookFormat.STANDARD) -> Destination:
    webhook = Webhook(url=url, format=form)
    return Destination(name="on-call", kinds=frozenset({NotificationKind.CHANGE_HELD}), webhook=webhook)


def message() -> Message:
    now = datetime.now(UTC)
    return Message(id="msg_1", destination="on-call", body=BODY, created_at=now, next_at=now)


def send(secrets: Any, folder: str, to: Destination, *, opened: tuple[str, ...] = HERE, **secret: str) -> None:  # noqa: ANN401
    name = f"{folder}/on-call"
    try:
        secrets.create_secret(Name=name, SecretString=json.dumps(secret))
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=json.dumps(secret))
    Webhooks(secrets, folder=folder, https=Https(opened=opened)).send(message(), to=to, at=datetime.now(UTC))


def verified(api: Api, key: str) -> Any:  # noqa: ANN401 - JSON
    _, _, headers, body = api.asked[-1]
    return StandardWebhook(key).verify(body, {name.lower(): value for name, value in headers.items()})


def test_a_message_is_signed_as_the_specification_says(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    send(secrets, folder, destination(f"{api.url}/hook"), current=CURRENT)
    assert verified(api, CURRENT) == json.loads(BODY)
    method, path, headers, body = api.asked[-1]
    assert (method, path, body) == ("POST", "/hook", BODY.encode())
    lowered = {name.lower(): value for name, value in headers.items()}
    assert (lowered["webhook-id"], lowered["content-type"]) == ("msg_1", "application/json")
    with pytest.raises(WebhookVerificationError):
        verified(api, PREVIOUS)


def test_while_a_secret_is_rotated_each_message_is_signed_by_both(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    send(secrets, folder, destination(f"{api.url}/hook"), current=CURRENT, previous=PREVIOUS)
    assert verified(api, CURRENT) == verified(api, PREVIOUS) == json.loads(BODY)


def test_an_address_that_is_a_secret_is_in_the_secret(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    send(secrets, folder, destination(form=WebhookFormat.SLACK), url=f"{api.url}/services/T0/B0/x?y=z")
    _, path, headers, body = api.asked[-1]
    assert (path, body) == ("/services/T0/B0/x?y=z", BODY.encode())
    assert not any(name.lower().startswith("webhook-") for name in headers)


def test_what_has_no_address_or_no_key_is_not_sent(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    cases: list[tuple[Destination, dict[str, Any]]] = [
        (destination(), {"current": CURRENT}),
        (destination(f"{api.url}/hook"), {"url": f"{api.url}/hook"}),
        (destination(f"{api.url}/hook"), {"current": "whsec_not base64"}),
        (destination(), {"current": CURRENT, "url": "ftp://127.0.0.1/"}),
    ]
    for to, secret in cases:
        with pytest.raises(Unavailable) as raised:
            send(secrets, folder, to, **secret)
        assert "not base64" not in str(raised.value)
    assert api.asked == []


def test_a_secret_that_is_missing_or_no_json_is_named_and_not_shown(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    webhooks = Webhooks(secrets, folder=folder, https=Https(opened=HERE))
    with pytest.raises(Unavailable):
        webhooks.send(message(), to=destination(f"{api.url}/hook"), at=datetime.now(UTC))
    secrets.create_secret(Name=f"{folder}/on-call", SecretString=CURRENT)
    with pytest.raises(Unavailable, match="whsec_…") as raised:
        webhooks.send(message(), to=destination(f"{api.url}/hook"), at=datetime.now(UTC))
    assert CURRENT not in str(raised.value)
    assert api.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook", "https://127.0.0.1/hook", "https://10.0.0.1/hook"])
def test_private_addresses_are_not_asked(secrets: Any, folder: str, url: str) -> None:  # noqa: ANN401
    with pytest.raises(Unavailable, match="not a public one"):
        send(secrets, folder, destination(url), opened=(), current=CURRENT)


@pytest.mark.parametrize(
    ("status", "error"),
    [(301, Unavailable), (400, Unavailable), (404, Unavailable), (410, Refused), (429, Throttled), (503, Unreachable)],
)
def test_what_is_not_taken_says_so(
    secrets: Any,  # noqa: ANN401
    folder: str,
    api: Api,
    status: int,
    error: type[Exception],
) -> None:
    api.status, api.headers = status, {"Location": f"{api.url}/elsewhere"}
    with pytest.raises(error):
        send(secrets, folder, destination(f"{api.url}/hook"), current=CURRENT)
    # No redirect is followed.
    assert [path for _, path, _, _ in api.asked] == ["/hook"]


def test_it_makes_the_calls_that_it_declares(secrets: Any, folder: str, api: Api) -> None:  # noqa: ANN401
    with suppress(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name=f"{folder}/on-call", SecretString=json.dumps({"current": CURRENT}))
    actions = recorded_actions(secrets)
    webhooks = Webhooks(secrets, folder=folder, https=Https(opened=HERE))
    webhooks.send(message(), to=destination(f"{api.url}/hook"), at=datetime.now(UTC))
    assert actions == Webhooks.ACTIONS
