"""Users of Identity Center matched with people of HR, and what HR says otherwise about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dayone.model.people import LifeCycle, Person, Stage, stage_of
from dayone.planning.desired_people import user_attributes
from dayone.planning.existing import is_same_person
from dayone.takeover.estate import Estate


class UserState(StrEnum):
    """States of a user beside HR.

    Only an `EMPLOYED` one is in a policy: Day One finds a person's user by the user name. `RENAMED` is a person's by
    the mapping or the address and has another user name than HR says; `LEFT` and `AWAITED` are of people without access
    today; `TWICE` are several users of one person.
    """

    EMPLOYED = "employed"
    RENAMED = "renamed"
    LEFT = "left"
    AWAITED = "awaited"
    TWICE = "twice"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class UserDifference:
    """An attribute of a user that HR says otherwise; it becomes what HR says when the user is adopted."""

    attribute: str
    existing: str
    hr: str


@dataclass(frozen=True, kw_only=True)
class MatchedUser:
    """A user with the person whose it is, if any.

    A user with differences that `needs_decision` is adopted only by `dayone changes adopt`; others just change.
    """

    user_id: str
    user_name: str
    state: UserState
    person: str = ""
    needs_decision: bool = False
    differences: tuple[UserDifference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Users:
    """All users of an estate by AWS's id; `without_user` are the ids of working people who have none."""

    by_id: Mapping[str, MatchedUser] = field(default_factory=dict)
    without_user: tuple[str, ...] = ()

    def person_of(self, user_id: str) -> str:
        """Return the HR id of a user's person where a policy can name it, or empty."""
        user = self.by_id.get(user_id)
        return user.person if user and user.state is UserState.EMPLOYED else ""


def match_users(estate: Estate, *, mapping: Mapping[str, str]) -> Users:
    """Match users by the `mapping` of user names to HR ids, then by the user name, then by the address."""
    person_of = _people_of(estate, mapping=mapping)
    owners: dict[str, list[str]] = {}
    for user_id, person in person_of.items():
        owners.setdefault(person, []).append(user_id)
    twice = {user_id for users in owners.values() if len(users) > 1 for user_id in users}
    users = {
        user_id: _matched(user_id, person_of.get(user_id, ""), is_twice=user_id in twice, estate=estate)
        for user_id in sorted(estate.users)
    }
    having = {user.person for user in users.values()}
    return Users(by_id=users, without_user=tuple(each.id for each in estate.working() if each.id not in having))


def _people_of(estate: Estate, *, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the HR id of each user that has one."""
    given = {name.casefold(): person for name, person in mapping.items()}
    names = _unlike((person.user_name, person.id) for person in estate.people.values())
    addresses = _unlike((person.email, person.id) for person in estate.people.values())
    found: dict[str, str] = {}
    for user_id, user in estate.users.items():
        name, address = user.get("user_name", "").casefold(), user.get("email", "").casefold()
        person = given.get(name) or names.get(name) or addresses.get(address) or ""
        if person in estate.people:
            found[user_id] = person
    # Whose name it is has it; the address of somebody else's record does not make them two.
    by_name = {person for user_id, person in found.items() if _has_name_of(user_id, person, estate=estate)}
    return {
        user_id: person
        for user_id, person in found.items()
        if person not in by_name or _has_name_of(user_id, person, estate=estate)
    }


def _unlike(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Return what stands for one person only, without letter case."""
    found: dict[str, set[str]] = {}
    for text, person in pairs:
        if text:
            found.setdefault(text.casefold(), set()).add(person)
    return {text: next(iter(people)) for text, people in found.items() if len(people) == 1}


def _has_name_of(user_id: str, person: str, *, estate: Estate) -> bool:
    name = estate.users[user_id].get("user_name", "")
    return name.casefold() == estate.people[person].user_name.casefold()


def _matched(user_id: str, person: str, *, is_twice: bool, estate: Estate) -> MatchedUser:
    user = estate.users[user_id]
    name = user.get("user_name", user_id)
    if not person:
        return MatchedUser(user_id=user_id, user_name=name, state=UserState.UNKNOWN)
    hr = estate.people[person]
    differences = tuple(_differences(user, user_attributes(hr)))
    return MatchedUser(
        user_id=user_id,
        user_name=name,
        person=person,
        state=UserState.TWICE if is_twice else _state_of(user_id, hr, estate=estate),
        needs_decision=bool(differences) and not is_same_person(user, user_attributes(hr)),
        differences=differences,
    )


def _state_of(user_id: str, person: Person, *, estate: Estate) -> UserState:
    stage = stage_of(person, cycle=LifeCycle(), now=estate.now)
    if stage is Stage.LEFT:
        return UserState.LEFT
    if not _has_name_of(user_id, person.id, estate=estate):
        return UserState.RENAMED
    return UserState.EMPLOYED if stage is Stage.PRESENT else UserState.AWAITED


def _differences(user: Mapping[str, str], hr: Mapping[str, str]) -> Iterator[UserDifference]:
    for name in sorted({*user, *hr}):
        existing, value = user.get(name, ""), hr.get(name, "")
        if existing != value:
            yield UserDifference(attribute=name, existing=existing, hr=value)
