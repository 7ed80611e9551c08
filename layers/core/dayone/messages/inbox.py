"""The messages on the inbox: a command as JSON text."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from dayone.errors import Malformed
from dayone.messages.codec import decode, encode
from dayone.model.commands import COMMANDS, Command

_KINDS = {kind.__name__: kind for kind in COMMANDS}


def to_json(command: Command) -> str:
    """Encode a command as a JSON object: `command` is the name of its class, the other members are its fields.

    Subjects are `kind:name`, times are in ISO 8601, and empty fields are left out.
    """
    return json.dumps({"command": type(command).__name__, **encode(command)}, separators=(",", ":"))


def from_json(text: str, *, taken_at: datetime | None = None) -> Command:
    """Decode a text of `to_json`, of this release or another; raise Malformed for anything else.

    `taken_at` is the time at which the inbox received it, unless the command has the time of an earlier message.
    """
    try:
        message = json.loads(text)
        command = decode(_KINDS[message["command"]], message)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Malformed(f"not a command: {type(error).__name__}") from error
    received_at = command.cause.received_at or taken_at
    return replace(command, cause=replace(command.cause, received_at=received_at))


def accepted_digest(command: Command) -> str:
    """Return the digest of a command and its author: SHA-256 in hex.

    The cursor of a continued run and the time of receipt are no part of it.
    """
    message = json.loads(to_json(replace(command, cause=replace(command.cause, received_at=None))))
    message.pop("cursor", None)
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
