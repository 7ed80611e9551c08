"""A place in a list as a text that a client may keep and bring back, checked before it is believed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters.dynamodb_key_limits import check_keys
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.errors import Invalid, TooLarge
from dayone.ports.records import Page


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list that is read in pages: a partition of the table or of an index, and the sort keys that belong to it."""

    partition: tuple[str, str]
    sort_key: str
    prefix: str = ""
    index: str = ""
    newest_first: bool = False

    def page[T](self, table: DynamoTable, *, cursor: str, limit: int, read: Callable[[Record], T]) -> Page[T]:
        """At most `limit` entries after the cursor; raises Invalid for a cursor that is not one of this list."""
        after = self.place_of(cursor) if cursor else None
        # One more than asked for tells whether anything follows.
        found = list(
            table.query(
                self._condition(), index=self.index, newest_first=self.newest_first, after=after, limit=limit + 1
            )
        )
        entries = [read(one) for one in found[:limit]]
        return Page(entries, self.cursor_at(found[limit - 1]) if len(found) > limit else "")

    def _condition(self) -> ConditionBase:
        name, value = self.partition
        condition: ConditionBase = Key(name).eq(value)
        return condition & Key(self.sort_key).begins_with(self.prefix) if self.prefix else condition

    def _names(self) -> list[str]:
        return sorted({"pk", "sk", self.partition[0], self.sort_key})

    def cursor_at(self, record: Mapping[str, str]) -> str:
        """The place behind a record of this list."""
        place = json.dumps({name: record[name] for name in self._names()}, separators=(",", ":"))
        return urlsafe_b64encode(place.encode()).decode().rstrip("=")

    def place_of(self, cursor: str) -> dict[str, str]:
        """The key that a cursor stands for; raises Invalid for one that is not of this list."""
        try:
            place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except ValueError as error:
            raise Invalid("the cursor cannot be read") from error
        # DynamoDB would read on from wherever the key says, or answer with an error of its own.
        if not (
            isinstance(place, dict)
            and sorted(place) == self._names()
            and all(isinstance(text, str) and text for text in place.values())
            and place[self.partition[0]] == self.partition[1]
            and place[self.sort_key].startswith(self.prefix)
        ):
            raise Invalid("the cursor belongs to another list")
        try:
            check_keys(place)
        except TooLarge as error:
            raise Invalid("the cursor belongs to another list") from error
        return place
