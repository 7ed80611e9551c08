"""An estate as it is: what the inventory has read of Identity Center, with the recorded accounts and people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dayone.model.accounts import GONE, Account, AccountState
from dayone.model.people import LifeCycle, Person, Status, has_access
from dayone.model.subjects import ITSELF, Resource, ResourceKind, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType

type Attributes = Mapping[str, str]
type Json = Mapping[str, Any]

_SET = ITSELF[SubjectKind.PERMISSION_SET]
_TEXTS = (
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "department",
    "title",
    "team",
    "cost_centre",
    "location",
    "employment",
    "manager",
)


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Everything there is: permission sets by ARN, groups and users by AWS's ids, accounts and people by their own.

    `as_of` is when the inventory was over, `now` when the accounts and people were read.
    """

    as_of: str
    now: datetime
    sets: dict[str, dict[Resource, Attributes]] = field(default_factory=dict)
    groups: dict[str, Attributes] = field(default_factory=dict)
    users: dict[str, Attributes] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    assignments: set[AssignmentKey] = field(default_factory=set)
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def add_resources(self, entries: Iterable[Json]) -> None:
        """Take in resources as `GET /v1/inventory/resources` answers them."""
        for entry in entries:
            resource, attributes, ids = Resource.parse(entry["resource"]), entry["attributes"], entry["ids"]
            match resource.kind:
                case ResourceKind.GROUP:
                    self.groups[ids["group_id"]] = attributes
                case ResourceKind.USER:
                    self.users[ids["user_id"]] = attributes
                case ResourceKind.MEMBERSHIP:
                    self.members.setdefault(ids["group_id"], set()).add(ids["user_id"])
                case ResourceKind.ASSIGNMENT:
                    self.assignments.add(_key_in(ids))
                case _:
                    self.sets.setdefault(ids["permission_set_arn"], {})[resource] = attributes

    def add_accounts(self, entries: Iterable[Json]) -> None:
        """Take in accounts as `GET /v1/accounts` answers them, without those that Organizations has not described."""
        for entry in entries:
            if entry["state"]:
                self.accounts[entry["id"]] = Account(
                    id=entry["id"],
                    name=entry["name"],
                    email="",
                    state=AccountState(entry["state"]),
                    ou_path=entry["ou_path"],
                    tags=entry["tags"],
                    is_management=entry["is_management"],
                )

    def add_people(self, entries: Iterable[Json]) -> None:
        """Take in people as `GET /v1/people` answers them, without those whose record is incomplete."""
        for entry in entries:
            if entry["status"]:
                self.people[entry["id"]] = Person(
                    id=entry["id"],
                    status=Status(entry["status"]),
                    time_zone=entry["time_zone"],
                    start_date=_day(entry["start_date"]),
                    end_date=_day(entry["end_date"]),
                    leave_start=_day(entry["leave_start"]),
                    leave_end=_day(entry["leave_end"]),
                    **{name: entry[name] for name in _TEXTS},
                )

    def set_name(self, arn: str) -> str:
        """Return the name of a permission set, or its ARN when it was not read."""
        return self.sets.get(arn, {}).get(_SET, {}).get("name", arn)

    def principal_name(self, key: AssignmentKey) -> str:
        """Return the name of a group or a user for people to read, or AWS's id of one that does not exist."""
        if key.principal_type is PrincipalType.USER:
            return f"user {self.users.get(key.principal_id, {}).get('user_name', key.principal_id)}"
        return f"group {self.groups.get(key.principal_id, {}).get('name', key.principal_id)}"

    def working(self) -> list[Person]:
        """Return everybody who has access by what HR says today, by id."""
        cycle = LifeCycle()
        return [person for _, person in sorted(self.people.items()) if has_access(person, cycle=cycle, now=self.now)]

    def assignable(self, *, with_management: bool) -> list[Account]:
        """Return the accounts that a policy can be about, by id; the management account only if it is asked for."""
        return [
            account
            for _, account in sorted(self.accounts.items())
            if account.state not in GONE and (with_management or not account.is_management)
        ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _key_in(ids: Attributes) -> AssignmentKey:
    return AssignmentKey(
        account_id=ids["account"],
        permission_set_arn=ids["permission_set_arn"],
        principal_id=ids["principal_id"],
        principal_type=PrincipalType(ids["principal_type"]),
    )
