"""Puts account events on the default EventBridge bus of another server, without holding up whoever caused them."""

import json
import queue
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

GIVE_UP_SECONDS = 60.0
_PAUSE_SECONDS = 0.25


class EventBus:
    """A background sender: events leave in the order in which they happened, each retried until the bus has it.

    An event that the bus refuses for good, or that has not gone after a minute, is reported on standard error and
    dropped: AWS too delivers such events on a best-effort basis.
    """

    def __init__(self, endpoint: str, *, account_id: str, region: str) -> None:
        self._endpoint = endpoint
        self._account_id = account_id
        self._region = region
        self._waiting: queue.Queue[dict[str, str]] = queue.Queue()
        threading.Thread(target=self._send_all, name="account-events", daemon=True).start()

    def publish(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Queue one event for sending, and return at once."""
        self._waiting.put({"Source": "aws.organizations", "DetailType": detail_type, "Detail": json.dumps(detail)})

    def _send_all(self) -> None:
        client = boto3.client(
            "events",
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id=self._account_id,
            aws_secret_access_key="test",
            config=Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 0}),
        )
        while True:
            entry = self._waiting.get()
            self._send(client, entry, give_up_at=time.monotonic() + GIVE_UP_SECONDS)

    def _send(self, client: Any, entry: dict[str, str], *, give_up_at: float) -> None:  # noqa: ANN401 - boto3 client
        while True:
            try:
                answer = client.put_events(Entries=[entry])
                code = answer["Entries"][0].get("ErrorCode")
            except (BotoCoreError, ClientError) as error:
                code = str(error)
            if code is None:
                return
            if code == "NotAuthorizedForSourceException" or time.monotonic() > give_up_at:
                print(f"event dropped: {entry['DetailType']}: {code}", file=sys.stderr, flush=True)
                return
            time.sleep(_PAUSE_SECONDS)
