"""Whoever is to blame for what a change holds, in its record: an attribute each, since every plan adds some."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from dayone.contracts.codec import Record, decode, encode
from dayone.domain.changes import Blame

_PREFIX = "blame_"


def blame_parts(blamed: Sequence[Blame]) -> Record:
    """What a plan has to say of it; of each actor, apart for leavers, the first reason counts."""
    names = [hashlib.sha256(f"{one.actor} {one.of_leavers}".encode()).hexdigest()[:24] for one in blamed]
    return {f"{_PREFIX}{name}": encode(one) for name, one in zip(names, blamed, strict=True)}


def blamed_in(record: Mapping[str, Any]) -> tuple[Blame, ...]:
    """What the record of a change says of it."""
    return tuple(decode(Blame, record[name]) for name in sorted(record) if name.startswith(_PREFIX))
