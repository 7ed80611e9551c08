"""The port SigningKeys, in memory and over AWS alike."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from dayone.adapters.hr.sources import SecretNames, SecretsManagerKeys
from dayone.errors import Throttled, Unavailable
from dayone.model.hr_sources import Source
from dayone.ports.hr import SigningKeys
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import fresh
from tests.fakes.signing_keys import MemorySigningKeys

STANDARD = Source(name="standard", kind="standard")
OTHER = Source(name="other", kind="gusto")


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class LocalSecret:
    """A secret of the local AWS and the keys read from it."""

    client: Any
    clock: Seconds = field(default_factory=Seconds)
    name: str = field(default_factory=lambda: fresh("hr"))

    def write(self, text: str) -> None:
        self.client.put_secret_value(SecretId=self.name, SecretString=text)

    @property
    def keys(self) -> SecretsManagerKeys:
        names = SecretNames(folder="nowhere", given={"standard": self.name})
        return SecretsManagerKeys(self.client, names=names, clock=self.clock)


@pytest.fixture(scope="module")
def secretsmanager(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("secretsmanager")


@pytest.fixture
def secret(secretsmanager: Any) -> LocalSecret:  # noqa: ANN401
    made = LocalSecret(secretsmanager)
    secretsmanager.create_secret(Name=made.name, SecretString=json.dumps({"current": "new", "previous": "old"}))
    return made


@pytest.fixture(params=["fake", "aws"])
def signing_keys(request: pytest.FixtureRequest) -> SigningKeys:
    if request.param == "fake":
        return MemorySigningKeys({"standard": ("new", "old")})
    secret: LocalSecret = request.getfixturevalue("secret")
    return secret.keys


def test_the_current_key_comes_before_the_previous_one(signing_keys: SigningKeys) -> None:
    assert signing_keys.keys(STANDARD) == ("new", "old")


def test_a_source_without_a_secret_is_our_fault(signing_keys: SigningKeys) -> None:
    with pytest.raises(Unavailable):
        signing_keys.keys(OTHER)


@pytest.mark.parametrize(
    ("source", "is_for_api", "name"),
    [
        (STANDARD, False, "arn:of:the:template"),
        (OTHER, False, "dayone/hr/other"),
        (Source(name="standard", kind="standard", secret="dayone/hr/mine"), False, "dayone/hr/mine"),
        (Source(name="other", kind="gusto", api_secret="dayone/hr-api/mine"), False, "dayone/hr/other"),
        (Source(name="other", kind="gusto", api_secret="dayone/hr-api/mine"), True, "dayone/hr-api/mine"),
        (OTHER, True, "dayone/hr-api/other"),
    ],
)
def test_a_secret_s_name_follows_from_its_source_unless_it_is_said(
    source: Source,
    is_for_api: bool,  # noqa: FBT001
    name: str,
) -> None:
    folder = "dayone/hr-api" if is_for_api else "dayone/hr"
    given = {} if is_for_api else {"standard": "arn:of:the:template"}
    assert SecretNames(folder=folder, given=given, is_for_api=is_for_api).of(source) == name


@pytest.mark.parametrize("previous", [{}, {"previous": ""}, {"previous": None}])
def test_without_a_previous_key_there_is_one(secret: LocalSecret, previous: dict[str, Any]) -> None:
    secret.write(json.dumps({"current": "only", **previous}))
    assert secret.keys.keys(STANDARD) == ("only",)


@pytest.mark.parametrize(
    "text", ["whsec_plain", "[]", "{}", '{"current": ""}', '{"current": 7}', '{"previous": "old"}']
)
def test_a_secret_that_holds_no_key_is_our_fault_and_stays_secret(secret: LocalSecret, text: str) -> None:
    secret.write(text)
    with pytest.raises(Unavailable) as raised:
        secret.keys.keys(STANDARD)
    assert "whsec_plain" not in repr(raised.value)
    assert raised.value.__context__ is None


def test_a_missing_secret_is_our_fault(secretsmanager: Any) -> None:  # noqa: ANN401
    keys = SecretsManagerKeys(secretsmanager, names=SecretNames(folder="not-there"))
    with pytest.raises(Unavailable):
        keys.keys(STANDARD)


def test_a_rotation_shows_after_a_minute_and_costs_no_call_before(secret: LocalSecret) -> None:
    keys = secret.keys
    assert keys.keys(STANDARD) == ("new", "old")
    secret.write(json.dumps({"current": "newest", "previous": "new"}))
    secret.clock.now = 59.9
    with sending(secret.client, "GetSecretValue") as sent:
        assert keys.keys(STANDARD) == ("new", "old")
    assert sent == []
    secret.clock.now = 60.0
    assert keys.keys(STANDARD) == ("newest", "new")


def test_a_failed_reading_is_not_remembered(secret: LocalSecret) -> None:
    keys = secret.keys
    with answering(secret.client, "GetSecretValue", "ThrottlingException"), pytest.raises(Throttled):
        keys.keys(STANDARD)
    assert keys.keys(STANDARD) == ("new", "old")


def test_the_adapter_needs_every_action_it_names(secret: LocalSecret) -> None:
    called = recorded_actions(secret.client)
    secret.keys.keys(STANDARD)
    assert called == SecretsManagerKeys.ACTIONS
