"""Differences that a complete reading of Identity Center has to find, by its contents before it was edited and now."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Key(NamedTuple):
    """Something in Identity Center by AWS's own ids.

    `kind` and what the names mean: `user` (id), `group` (id), `member` (group, user), `set` (ARN), `part` (ARN, what is
    attached), `assignment` (account, ARN, principal), `role` (ARN, account).
    """

    kind: str
    names: tuple[str, ...]


class Difference(NamedTuple):
    """A kind of difference as docs/inventory.md names it, and what differs."""

    kind: str
    key: Key


type Contents = Mapping[Key, str]


def drift(before: Contents, now: Contents, *, others: frozenset[str]) -> Iterator[Difference]:
    """Yield what differs, where all of `before` was Day One's but the ids in `others`."""
    there = {**before, **now}
    for key in before.keys() - now.keys():
        # Source: docs/inventory.md: what belongs to something missing is not listed beside it.
        if key.kind != "role" and all(part in now for part in _parts(key, there)):
            yield Difference("missing", key)
    for key, text in now.items():
        if others.isdisjoint(key.names) and (difference := _of(key, text, before=before, now=now)):
            yield difference


def _of(key: Key, text: str, *, before: Contents, now: Contents) -> Difference | None:
    """Return in what something that is there differs."""
    if key.kind == "role":
        of_set = Key("set", key.names[:1])
        return Difference("unprovisioned", of_set) if text != "as it is" and of_set in before else None
    if key.kind == "assignment" and _parts(key, {**before, **now})[1] not in now:
        return Difference("orphaned", key)
    if key in before:
        return Difference("changed", key) if text != before[key] else None
    # Source: the same: a membership in a group of Day One's, a policy in one of its permission sets.
    container = _CONTAINERS.get(key.kind)
    return Difference("unmanaged", key) if not container or Key(container, key.names[:1]) in before else None


_CONTAINERS = {"member": "group", "part": "set"}


def _parts(key: Key, there: Contents) -> tuple[Key, ...]:
    """Return what it cannot be there without; of an assignment the permission set, then the principal."""
    match key.kind:
        case "member":
            return Key("group", key.names[:1]), Key("user", key.names[1:])
        case "part":
            return (Key("set", key.names[:1]),)
        case "assignment":
            _, arn, principal = key.names
            user = Key("user", (principal,))
            return Key("set", (arn,)), user if user in there else Key("group", (principal,))
        case _:
            return ()
