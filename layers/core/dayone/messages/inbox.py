"""The messages on the inbox: a command as JSON text."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from dayone.errors import Malformed
from dayone.messages.codec import decode, encode
from dayone.model.commands import COMMANDS, Command

_KINDS = {kind.__name__: kind for kind in COMMANDS}


def to_json(command: Command) -> str:
    """The command as a JSON object: `command` is the name of its class, the other members are its fields.

    Subjects are `kind:name`, times are in ISO 8601, and what is empty is left out.
    """
    return json.dumps({"command": type(command).__name__, **encode(command)}, separators=(",", ":"))


def from_json(text: str, *, taken_at: datetime | None = None) -> Command:
    """Read what `to_json` wrote, in this release or another; raises Malformed for anything else.

    `taken_at` is when the inbox took it, which counts unless an earlier message about the same has said when.
    """
    try:
        command = _command(json.loads(text))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Malformed(f"not a command: {type(error).__name__}") from error
    received_at = command.cause.received_at or taken_at
    return replace(command, cause=replace(command.cause, received_at=received_at))


def accepted_digest(command: Command) -> str:
    """Stands for what a command asks for and on whose word: SHA-256 in hex.

    Where a run goes on, and when the inbox took it, is no part of that.
    """
    message = json.loads(to_json(replace(command, cause=replace(command.cause, received_at=None))))
    message.pop("cursor", None)
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()


def _command(message: dict[str, Any]) -> Command:
    return decode(_KINDS[message["command"]], message)
