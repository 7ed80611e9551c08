"""Facts of a simulated world as its outside drew them, in plain words: nothing here has been through Day One."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple


class Item(NamedTuple):
    """Something that is or is not in Identity Center.

    `kind` and what the names mean: `user` (HR id), `membership` (HR id, group), `group` (name), `set` (name),
    `assignment` (account, permission set, `group:<name>` or `person:<HR id>`).
    """

    kind: str
    names: tuple[str, ...]


def user(person: str) -> Item:
    return Item("user", (person,))


def membership(person: str, group: str) -> Item:
    return Item("membership", (person, group))


def group_of(name: str) -> Item:
    return Item("group", (name,))


def set_of(name: str) -> Item:
    return Item("set", (name,))


def assignment(account: str, permission_set: str, principal: str) -> Item:
    return Item("assignment", (account, permission_set, principal))


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of an HR system, or one entered by hand, as of `at`: texts, days in ISO 8601, empty or left out.

    `is_missing` is somebody whom a source does not have any more without having said that they have left.
    """

    at: datetime
    attributes: Mapping[str, str]
    has_ended: bool = False
    is_by_hand: bool = False
    is_missing: bool = False
    source: str = "standard"


@dataclass(frozen=True, kw_only=True)
class AccountFact:
    """An account as Organizations describes it; `path` are the names of its units from the root down."""

    id: str
    name: str
    state: str
    path: tuple[str, ...] = ()
    unit_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    is_management: bool = False


@dataclass(kw_only=True)
class GrantFact:
    """A grant that the API took, `item` with keys of the policy for names.

    `extended` are its later ends, each with the moment of the request; `ended` is the first moment at which somebody
    ended it. One is uncertain if its answer was lost, so that nobody knows whether it was taken.
    """

    item: Item
    begins: datetime
    until: datetime
    given: datetime
    extended: list[tuple[datetime, datetime]] = field(default_factory=list)
    ended: datetime | None = None
    is_certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Version:
    """A text of the policy that was put in force."""

    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Form:
    """A permission set as it is or should be; `managed` are paths, `boundary` a path."""

    description: str = ""
    session: str = "PT1H"
    relay_state: str = ""
    managed: frozenset[str] = frozenset()
    customer: frozenset[str] = frozenset()
    inline: str = ""
    boundary: str = ""
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(kw_only=True)
class Facts:
    """All that the outside knows.

    `records` are those that HR got an answer for, `sent` all texts of the policy that may have been in force,
    `accounts_before` how accounts were, the first one first.
    `ended_by_hand` are the last ends entered by hand, of which those in `doubted` may not have been taken.
    `rejected` is what somebody said no to, with the moment; `refused` what the model of AWS has refused for good and
    not done since. `others_groups` (descriptions) and `others_sets` are from before Day One, by name. `silent` are
    accounts whose last change nobody was told of. `sources` are the HR systems in their order, `owners` the source
    whose word counts first, by attribute.
    """

    records: dict[str, list[Record]] = field(default_factory=dict)
    policy: str = ""
    versions: list[Version] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    accounts: dict[str, AccountFact] = field(default_factory=dict)
    accounts_before: dict[str, list[AccountFact]] = field(default_factory=dict)
    grants: dict[str, GrantFact] = field(default_factory=dict)
    ended_by_hand: dict[str, datetime] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    rejected: dict[Item, datetime] = field(default_factory=dict)
    refused: set[Item] = field(default_factory=set)
    others_groups: dict[str, str] = field(default_factory=dict)
    others_sets: dict[str, Form] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    sources: tuple[str, ...] = ("standard",)
    owners: Mapping[str, str] = field(default_factory=dict)

    def newest(self) -> Iterator[tuple[str, Record]]:
        """Yield each person's record that counts: the newest of each source, with an end that was entered by hand."""
        for person in self.records:
            newest = self.history(person)[-1]
            yield person, replace(newest, has_ended=newest.has_ended or self._is_ended_by_hand(person, newest))

    def history(self, person: str) -> list[Record]:
        """Return what has counted of a person, one after the other by the records' own time."""
        ordered = sorted(self.records.get(person, []), key=lambda record: record.at)
        if len({record.source for record in ordered}) < 2:
            return ordered
        known: dict[str, Record] = {}
        return [self._merged(known := {**known, record.source: record}) for record in ordered]

    def _merged(self, known: Mapping[str, Record]) -> Record:
        """Source: docs/hr.md, "Two sources for one person": from the owner, or the first that has something to say."""
        order = sorted(known.values(), key=lambda record: self.sources.index(record.source))
        attributes: dict[str, str] = {}
        for name in dict.fromkeys(name for record in order for name in record.attributes):
            first = next((record.attributes[name] for record in order if record.attributes.get(name)), "")
            owner = known.get(self.owners.get(name, ""))
            attributes[name] = owner.attributes.get(name, first) if owner else first
        return replace(order[0], at=max(record.at for record in order), attributes=attributes)

    def in_order(self, item: Item) -> list[Record] | list[AccountFact]:
        """Return what has been known of the person of a membership, or of the account of an assignment, by its time."""
        if item.kind == "membership":
            return self.history(item.names[0])
        account = item.names[0]
        return [*self.accounts_before.get(account, []), self.accounts[account]]

    def _is_ended_by_hand(self, person: str, newest: Record) -> bool:
        # Source: docs/hr.md, "The manual source": it counts whatever HR says, until somebody enters the person again.
        at = self.ended_by_hand.get(person)
        return at is not None and not (newest.is_by_hand and newest.at > at)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Contents of Identity Center: `users` are the attributes of each user of a person that HR knows."""

    items: frozenset[Item]
    users: Mapping[str, list[Mapping[str, str]]]
    descriptions: Mapping[str, str]
    sets: Mapping[str, Form]
