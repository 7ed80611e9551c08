"""One local AWS with one small application on it, for all tests of a module."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import Sandbox, Stack
from tests.sandbox.ministack.small_application import write_application

GREETING = 'a "good" morning, {"and": 1}'


@dataclass(frozen=True)
class Application:
    """The small application, deployed."""

    sandbox: Sandbox
    stack: Stack

    def said(self, function: str) -> list[dict[str, Any]]:
        """Return a function's JSON output, oldest first."""
        lines = self.sandbox.function_logs(self.stack.resources[function])
        return [json.loads(line) for line in lines if line.startswith("{")]

    def probe(self, *, function: str = "ProbeFunction") -> dict[str, Any]:
        """Return a function's report on its environment."""
        answer = self.sandbox.client("lambda").invoke(FunctionName=self.stack.resources[function], Payload=b"{}")
        found: dict[str, Any] = json.loads(json.loads(answer["Payload"].read())["body"])
        return found

    def put(self, *names: str) -> None:
        """Write records while the stream's function is not called, so that it gets them in one batch.

        One transaction is not enough: a stream tells its readers of each record as soon as it has it.
        """
        table = self.stack.resources["Table"]
        changes = [{"Put": {"TableName": table, "Item": {"id": {"S": name}}}} for name in names]
        with self._held_back("StreamFunction"):
            self.sandbox.client("dynamodb").transact_write_items(TransactItems=changes)

    @contextmanager
    def _held_back(self, function: str) -> Iterator[None]:
        calls = self.sandbox.client("lambda")
        mappings = calls.list_event_source_mappings(FunctionName=self.stack.resources[function])
        (mapping,) = mappings["EventSourceMappings"]
        calls.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        yield
        calls.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def send(self, name: str, *, group: str, deed: str = "") -> None:
        """Send the queue's function a message that has it `write` a file, or `await` one for a minute and a half."""
        self.sandbox.client("sqs").send_message(
            QueueUrl=self.stack.outputs["QueueUrl"], MessageBody=f"{name} {deed}", MessageGroupId=group
        )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def application(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Application:
    template = write_application(tmp_path_factory.mktemp("small") / "application")
    return Application(sandbox, sandbox.deploy("small", template=template, parameters={"Greeting": GREETING}))


def eventually[T](read: Callable[[], T], *, seconds: float = 120.0) -> T:
    """Return the first true answer of `read`, or its last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := read()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def allow(action: str) -> dict[str, Any]:
    """An IAM policy that allows one action on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
