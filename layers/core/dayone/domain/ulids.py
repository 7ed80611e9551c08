"""Ids that sort by time, made from a moment and either chance or the name of what they stand for."""

import hashlib
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(at: datetime, *, entropy: bytes) -> str:
    """26 characters: 48 bits of Unix milliseconds, then 80 bits of `entropy`. Source: the ULID specification."""
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(entropy[:10])
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def ulid_of(at: datetime, *, name: str) -> str:
    """The same moment and name give the same id, so an event that comes again leads to the same change."""
    return ulid(at, entropy=hashlib.sha256(name.encode()).digest())
