"""People as text that fits into a message: whoever unpacks it needs nothing of what has checked them."""

import base64
import json
import zlib
from collections.abc import Mapping

from dayone.errors import TooLarge

# Source: Amazon SQS API Reference, SendMessage: 1 MiB, of which the rest of the message needs a little.
_LARGEST_PACKED = 1_000_000


def packed(people: Mapping[str, Mapping[str, str]]) -> str:
    """People's attributes by id as text that fits into a message."""
    written = json.dumps(people, separators=(",", ":"), ensure_ascii=False).encode()
    text = base64.b64encode(zlib.compress(written, 9)).decode()
    if len(text) > _LARGEST_PACKED:
        raise TooLarge(f"{len(people)} people do not fit into one message, even packed: split the workforce by source")
    return text


def unpacked(text: str) -> Mapping[str, Mapping[str, str]]:
    """Decode a text written by `packed`."""
    people: Mapping[str, Mapping[str, str]] = json.loads(zlib.decompress(base64.b64decode(text)))
    return people
