"""Dictionaries with groups, and lists page by page, for what the fakes keep."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping
from copy import deepcopy
from typing import Any, Self

from dayone.errors import Invalid
from dayone.ports.records import Page


class Grouped[K: Hashable, V](dict[K, V]):
    """A dictionary that finds the entries of a group without looking at every other.

    An entry belongs to the groups that `groups_of` names for its key and its value when it is put in.
    """

    def __init__(self, groups_of: Callable[[K, V], Iterable[Hashable]], entries: Mapping[K, V] | None = None) -> None:
        super().__init__()
        self._groups_of = groups_of
        self._keys: dict[Hashable, dict[K, None]] = {}
        self._groups: dict[K, tuple[Hashable, ...]] = {}
        self.update(entries or {})

    def in_group(self, group: Hashable) -> Iterable[K]:
        """The keys of a group, the first put in first."""
        return tuple(self._keys.get(group, ()))

    def __setitem__(self, key: K, value: V) -> None:
        groups = tuple(self._groups_of(key, value))
        before = self._groups.get(key, ())
        if groups != before:
            self._leave(key)
            self._groups[key] = groups
            for group in groups:
                self._keys.setdefault(group, {})[key] = None
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self._leave(key)

    def _leave(self, key: K) -> None:
        for group in self._groups.pop(key, ()):
            del self._keys[group][key]
            if not self._keys[group]:
                del self._keys[group]

    # A dictionary's own ways to write pass these two by.
    popitem = MutableMapping.popitem
    setdefault = MutableMapping.setdefault
    update = MutableMapping.update
    clear = MutableMapping.clear

    def pop(self, key: K, *default: Any) -> Any:  # noqa: ANN401 - as a dictionary's own
        if key in self:
            self._leave(key)
        return super().pop(key, *default)

    def __ior__(self, entries: Mapping[K, V]) -> Self:  # type: ignore[override,misc]
        self.update(entries)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self._groups_of, deepcopy(dict(self), memo))


def page[T](of: str, found: Mapping[str, T], *, cursor: str, limit: int, newest_first: bool = False) -> Page[T]:
    names = sorted(found, reverse=newest_first)
    if cursor:
        last = _place(cursor, of=of)
        names = [name for name in names if (name < last if newest_first else name > last)]
    rest = urlsafe_b64encode(f"{of}\n{names[limit - 1]}".encode()).decode() if len(names) > limit else ""
    return Page([found[name] for name in names[:limit]], rest)


def _place(cursor: str, *, of: str) -> str:
    try:
        listed, _, last = urlsafe_b64decode(cursor).decode().partition("\n")
    except ValueError as error:
        raise Invalid("the cursor cannot be read") from error
    if listed != of:
        raise Invalid("the cursor belongs to another list")
    return last
