"""Ids that sort by time, made from a moment and either chance or the name of what they stand for."""

import base64
import hashlib
from datetime import datetime

# Five bits a character as in base32, by other letters: none that are read as another.
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_LENGTH = 26


def ulid(at: datetime, *, entropy: bytes) -> str:
    """26 characters: 48 bits of Unix milliseconds, then 80 bits of `entropy`. Source: the ULID specification."""
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(entropy[:10])
    return base64.b32encode(number.to_bytes(20))[-_LENGTH:].translate(_LETTERS).decode()


def ulid_of(at: datetime, *, name: str) -> str:
    """The same moment and name give the same id, so an event that comes again leads to the same change."""
    return ulid(at, entropy=hashlib.sha256(name.encode()).digest())
