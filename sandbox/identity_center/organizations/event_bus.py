"""Puts account events on the default EventBridge bus of another server, without holding up whoever caused them."""

import json
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.identity_center.organizations.account_events import Told

GIVE_UP_SECONDS = 60.0
_PAUSE_SECONDS = 0.25


class EventBus:
    """A background sender: events leave in the order in which they happened, each retried until the bus has it.

    An event that the bus refuses for good, or that has not gone after a minute, is reported on standard error and
    dropped: AWS too delivers such events on a best-effort basis.
    """

    def __init__(self, endpoint: str, delay: Callable[[], float] = lambda: 0.0) -> None:
        self._endpoint = endpoint
        self._delay = delay
        self._waiting: queue.Queue[tuple[float, Told]] = queue.Queue()
        threading.Thread(target=self._send_all, name="account-events", daemon=True).start()

    def publish(self, result: Told) -> None:
        """Queue one event for sending after the `delay` (seconds), and return at once."""
        self._waiting.put((time.monotonic() + self._delay(), result))

    def _send_all(self) -> None:
        clients: dict[tuple[str, str], Any] = {}
        while True:
            due_at, told = self._waiting.get()
            time.sleep(max(0.0, due_at - time.monotonic()))
            place = (told.account_id, told.region)
            if place not in clients:
                clients[place] = self._client(told)
            self._send(clients[place], told, give_up_at=time.monotonic() + GIVE_UP_SECONDS)

    def _client(self, result: Told) -> Any:  # noqa: ANN401 - boto3 client
        return boto3.client(
            "events",
            endpoint_url=self._endpoint,
            region_name=result.region,
            aws_access_key_id=result.account_id,
            aws_secret_access_key="test",
            config=Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 0}),
        )

    def _send(self, client: Any, result: Told, *, give_up_at: float) -> None:  # noqa: ANN401 - boto3 client
        entry = {"Source": result.source, "DetailType": result.kind, "Detail": json.dumps(result.detail)}
        while True:
            try:
                answer = client.put_events(Entries=[{**entry, "Resources": list(result.resources)}])
                code = answer["Entries"][0].get("ErrorCode")
            except (BotoCoreError, ClientError) as error:
                code = str(error)
            if code is None:
                return
            if code == "NotAuthorizedForSourceException" or time.monotonic() > give_up_at:
                print(f"event dropped: {result.kind}: {code}", file=sys.stderr, flush=True)
                return
            time.sleep(_PAUSE_SECONDS)
