"""HR systems that send: the published payloads, signed by code that has nothing to do with ours."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC

from dayone.hr.webhook import Received, ReceiveHrEvent, Refusals, receive_hr_event
from dayone.messages.deliveries import Delivery, delivery_of
from dayone.model.commands import Command, NoteRefusedRecord
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys

EVENTS = Path(__file__).parents[2] / "events" / "receive_hr_event"
KEY, OLD_KEY = "a key that they were given", "the key before it"
STANDARD_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
OLD_STANDARD_KEY = base64.b64encode(b"the key that was in use before..").decode()
# When the samples were published, near enough.
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
SETUP = """
version: 1
sources:
  bamboohr: {kind: bamboohr, api: {url: "https://acme.bamboohr.com"}}
  hibob: {kind: hibob}
  gusto: {kind: gusto}
  deel: {kind: deel}
  merge: {kind: merge}
  okta: {kind: okta, api: {url: "https://acme.okta.com"}, senders: [203.0.113.0/24]}
  workday: {kind: workday, senders: [203.0.113.0/24]}
  people: {kind: csv}
  people-json: {kind: json}
"""

type Headers = Mapping[str, str]


def mac(key: str, signed: bytes, algorithm: type[HashAlgorithm] = SHA256) -> bytes:
    made = HMAC(key.encode(), algorithm())
    made.update(signed)
    return made.finalize()


def _bamboohr(body: bytes, key: str, at: datetime) -> Headers:
    stamp = str(int(at.timestamp()))
    return {"x-bamboohr-timestamp": stamp, "x-bamboohr-signature": mac(key, body + stamp.encode()).hex()}


def _standard(body: bytes, key: str, at: datetime) -> Headers:
    stamp = str(int(at.timestamp()))
    made = HMAC(base64.b64decode(key), SHA256())
    made.update(f"msg_1.{stamp}.".encode() + body)
    signature = f"v1,{base64.b64encode(made.finalize()).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def _basic(key: str) -> str:
    return f"Basic {base64.b64encode(key.encode()).decode()}"


SCHEMES: Mapping[str, Callable[[bytes, str, datetime], Headers]] = {
    "bamboohr": _bamboohr,
    "hibob": lambda body, key, _: {"bob-signature": base64.b64encode(mac(key, body, SHA512)).decode()},
    "gusto": lambda body, key, _: {"x-gusto-signature": mac(key, body).hex()},
    "deel": lambda body, key, _: {"x-deel-signature": mac(key, b"POST" + body).hex()},
    "merge": lambda body, key, _: {
        "x-merge-webhook-signature": base64.urlsafe_b64encode(mac(key, body)).decode().rstrip("=")
    },
    "okta": lambda _body, key, _: {"authorization": key},
    "workday": lambda _body, key, _: {"authorization": _basic(key)},
    "people": _standard,
    "people-json": _standard,
}
SIGNED = ("bamboohr", "hibob", "gusto", "deel", "merge", "people", "people-json")
SAMPLES = {
    "bamboohr": "bamboohr_created",
    "hibob": "hibob_joined",
    "gusto": "gusto_created",
    "deel": "deel_created",
    "merge": "merge_created",
    "okta": "okta_created",
    "workday": "workday_hired",
    "people": "workforce_csv",
    "people-json": "workforce_json",
}


def key_of(source: str, *, old: bool = False) -> str:
    if source.startswith("people"):
        return OLD_STANDARD_KEY if old else STANDARD_KEY
    return OLD_KEY if old else KEY


@dataclass
class Receiving:
    """The receiving function, set up for every source."""

    sources: MemoryHrSources = field(default_factory=lambda: MemoryHrSources(SETUP))
    token_keys: MemoryTokenKeys = field(default_factory=MemoryTokenKeys)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    now: datetime = NOW

    def takes(self, delivery: Delivery) -> Received:
        keys = {name: (key_of(name), key_of(name, old=True)) for name in SCHEMES}
        ports = ReceiveHrEvent(
            sources=self.sources,
            keys=MemorySigningKeys(keys),
            token_keys=self.token_keys,
            refusals=Refusals(MemoryInbox()),
            inbox=self.inbox,
            clock=lambda: self.now,
        )
        return receive_hr_event(delivery, ports=ports)

    @property
    def recorded(self) -> list[Command]:
        """Commands on the inbox, without notes on refusals."""
        return [command for command in self.inbox.commands if not isinstance(command, NoteRefusedRecord)]


def sample(name: str) -> Delivery:
    """A delivery as its event file has it, with a signature that proves nothing."""
    return delivery_of(json.loads((EVENTS / f"{name}.json").read_text()))


def signed(delivery: Delivery, *, key: str = "", at: datetime = NOW) -> Delivery:
    """The delivery as its sender signs it."""
    headers = SCHEMES[delivery.source](delivery.body, key or key_of(delivery.source), at)
    return replace(delivery, headers={**delivery.headers, **headers})


def sent(source: str, *, key: str = "", at: datetime = NOW) -> Delivery:
    """The sample of a source, signed."""
    return signed(sample(SAMPLES[source]), key=key, at=at)


def with_body(delivery: Delivery, body: object) -> Delivery:
    """Another body, signed."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return signed(replace(delivery, body=raw))
