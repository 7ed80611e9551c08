"""The messages on the inbox: a command as JSON text, and what became of each message of a batch."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dayone.errors import Malformed, NewerForm
from dayone.messages.codec import SCHEMA, SCHEMA_VERSION, check_schema, decode, encode
from dayone.model.commands import COMMANDS, Command

_COMPACT = json.JSONEncoder(separators=(",", ":"))
_KINDS = {kind.__name__: kind for kind in COMMANDS}


def to_json(command: Command) -> str:
    """Encode a command as a JSON object: the name of its class, the version of its form, and its fields.

    Subjects are `kind:name`, times are in ISO 8601, and empty fields are left out.
    """
    return _COMPACT.encode({"command": type(command).__name__, SCHEMA: SCHEMA_VERSION, **encode(command)})


def from_json(text: str, *, taken_at: datetime | None = None) -> Command:
    """Decode a text of `to_json`, of this release or another; raise Malformed for anything else.

    Raises NewerForm for one that a later release has written in a form of its own.
    `taken_at` is the time at which the inbox received it, unless the command has the time of an earlier message.
    """
    try:
        message = json.loads(text)
        check_schema(message)
        command = decode(_KINDS[message["command"]], message)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Malformed(f"not a command: {type(error).__name__}") from error
    received_at = command.cause.received_at or taken_at
    return replace(command, cause=replace(command.cause, received_at=received_at))


def accepted_digest(command: Command) -> str:
    """Return the digest of a command and its author: SHA-256 in hex.

    The cursor of a continued run, the time of receipt and the version of the form are no part of it.
    """
    message = json.loads(to_json(replace(command, cause=replace(command.cause, received_at=None))))
    for name in ("cursor", SCHEMA):
        message.pop(name, None)
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class HandledMessage:
    """A message, and why it failed: `error` is None when it was handled, or skipped behind another of its group.

    `received` counts how often the queue has handed it out, and `group` is its message group, which is its subject
    where SQS takes that for one.
    """

    id: str
    receipt: str
    group: str
    body: str
    received: int
    sent_at: datetime
    error: Exception | None = None
    is_skipped: bool = False

    @property
    def command(self) -> Command | None:
        """Command in the message; None when it cannot be parsed, or not by this release."""
        try:
            return from_json(self.body, taken_at=self.sent_at)
        except (Malformed, NewerForm):
            return None


def handled_messages(
    event: Mapping[str, Any], answer: Mapping[str, Any], *, errors: Mapping[str, Exception]
) -> tuple[HandledMessage, ...]:
    """Return the messages of an SQS event; `answer` is its partial batch response, and `errors` are by message id."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    return tuple(
        HandledMessage(
            id=record["messageId"],
            receipt=record["receiptHandle"],
            group=str(record["attributes"].get("MessageGroupId", "")),
            body=record["body"],
            received=int(record["attributes"]["ApproximateReceiveCount"]),
            sent_at=datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC),
            error=errors.get(record["messageId"]),
            is_skipped=record["messageId"] in failed - errors.keys(),
        )
        for record in event["Records"]
    )


def without(answer: Mapping[str, Any], ended: Collection[str]) -> dict[str, Any]:
    """Return the partial batch response without messages that the queue need not keep, by message id."""
    failures = answer["batchItemFailures"]
    return {**answer, "batchItemFailures": [failure for failure in failures if failure["itemIdentifier"] not in ended]}
