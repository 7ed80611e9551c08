"""The whole of Day One behind the address that the `dayone` command speaks to, in memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.table.policies import LivingProcess
from tests.functions.access_api import world as api
from tests.unit.cli_api import Answered, Asked, CliApi, is_signed, running
from tests.unit.world import World


@dataclass
class WholeWorld(World):
    """A world whose policies are read from the text that was uploaded, as in production."""

    process: LivingProcess = field(default_factory=lambda: LivingProcess(parse=api.parsed))


@dataclass
class Door(CliApi):
    """The API's function as it is deployed; what a request leads to has happened when it is answered."""

    world: World = field(default_factory=WholeWorld)

    def __post_init__(self) -> None:
        self._function = api.World(state=self.world.state, center=self.world.center, inbox=self.world.inbox)

    def answer(self, asked: Asked, *, target: str) -> Answered:
        self.asked.append(asked)
        assert is_signed(asked, target=target)
        self._function.now = self.world.now
        answer = self._function.send(_event(asked))
        if asked.method != "GET":
            self.world.settle()
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        return Answered(body=answer.body, status=answer.status, headers=headers)

    def get(self, path: str, **query: str) -> Mapping[str, Any]:
        """Return the API's answer to a GET of another caller."""
        event = {**api.load("read_change"), "path": path, "queryStringParameters": query}
        self._function.now = self.world.now
        body: Mapping[str, Any] = self._function.send(event).body
        return body


def _event(asked: Asked) -> dict[str, Any]:
    event = api.load("read_change")
    body = asked.body.decode() or None
    return {
        **event,
        "path": asked.path,
        "httpMethod": asked.method,
        "headers": dict(asked.headers),
        "multiValueHeaders": {name: [value] for name, value in asked.headers.items()},
        "queryStringParameters": dict(asked.query) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in asked.query.items()} or None,
        "requestContext": {**event["requestContext"], "httpMethod": asked.method},
        "body": body,
    }


@contextmanager
def open_door() -> Iterator[Door]:
    """The whole, for as long as the block lasts."""
    door = Door()
    with running(door):
        yield door
