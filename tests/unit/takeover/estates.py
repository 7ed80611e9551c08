"""Estates to take over: made by a hidden policy, then changed by hand, as people do over the years."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random

from dayone.model.accounts import Account, AccountState
from dayone.model.people import Person, Status
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.takeover.estate import Estate

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SET = Resource(ResourceKind.PERMISSION_SET)
_UNITS = (
    "/",
    "/Workloads/Prod",
    "/Workloads/Dev",
    "/Workloads/Dev/Blue",
    "/Sandboxes",
    "/CI\\/CD",
    "/Odd * unit/Below",
    "/workloads/dev/blue/Far/Down",
)
_ENVIRONMENTS = ("prod", "dev", "Dev", "", "st*ging", "no", "012")
_TEAMS = ("blue", "red", "“green”", "[x]")
_DEPARTMENTS = ("Engineering", "engineering", "Sales", "Sales [EMEA]", "Data*", "", "no", "1.10")
_TITLES = ("SRE", "Engineer", "Head of: everything", "", " padded ")


def an_estate() -> Estate:
    """Return one with nothing in it."""
    return Estate(as_of="2026-11-30T11:00:00Z", now=NOW)


def add_account(estate: Estate, number: int, **given: object) -> str:
    """Add an account and return its id."""
    name = f"{number:012d}"
    usual: dict[str, object] = {"name": f"account-{number}", "state": AccountState.ACTIVE, "ou_path": "/Workloads/Dev"}
    estate.accounts[name] = Account(id=name, email="", **{**usual, **given})  # type: ignore[arg-type]
    return name


def add_person(estate: Estate, number: int, *, has_user: bool = True, **given: object) -> str:
    """Add a person, with a user alike, and return their id."""
    name = f"e-{number}"
    usual: dict[str, object] = {
        "user_name": f"user-{number}",
        "email": f"user-{number}@example.com",
        "given_name": "Ada",
        "family_name": f"Number {number}",
        "display_name": f"Ada Number {number}",
    }
    person = Person(id=name, **{**usual, **given})  # type: ignore[arg-type]
    estate.people[name] = person
    if has_user:
        words = ("user_name", "email", "given_name", "family_name", "display_name", "title")
        estate.users[f"user-{name}"] = {word: text for word in words if (text := getattr(person, word))}
    return name


def add_group(estate: Estate, name: str, *, members: Iterable[str] = (), description: str = "") -> str:
    """Add a group of people by HR id and return AWS's id."""
    group_id = f"group-{len(estate.groups)}"
    estate.groups[group_id] = {"name": name, "description": description}
    estate.members[group_id] = {f"user-{person}" for person in members}
    return group_id


def add_set(estate: Estate, name: str, *, description: str = "", policy: str = "job-function/ViewOnlyAccess") -> str:
    """Add a permission set and return its ARN."""
    attributes = {"name": name, "description": description, "session_duration": "PT1H"}
    parts = {SET: {word: text for word, text in attributes.items() if text}}
    estate.sets[f"arn:{name}"] = {**parts, Resource(ResourceKind.MANAGED_POLICY, policy): {}}
    return f"arn:{name}"


def assign(estate: Estate, permission_set: str, *, accounts: Iterable[str], group: str = "", person: str = "") -> None:
    """Assign a permission set to a group by AWS's id, or to the user of a person."""
    kind = PrincipalType.USER if person else PrincipalType.GROUP
    principal = f"user-{person}" if person else group
    for account in accounts:
        estate.assignments.add(
            AssignmentKey(
                account_id=account, permission_set_arn=permission_set, principal_id=principal, principal_type=kind
            )
        )


def random_estate(seed: int, *, accounts: int = 16, people: int = 20) -> Estate:
    """Return an estate of odd names, whose access follows some pattern, with exceptions."""
    random, estate = Random(seed), an_estate()  # noqa: S311 - chance that can be had again
    for number in range(1, accounts + 1):
        _random_account(estate, number, random=random)
    for number in range(1, people + 1):
        _random_person(estate, number, random=random)
    sets = [add_set(estate, f"Set-{number}") for number in range(random.randint(1, 4))]
    for number in range(random.randint(1, 5)):
        group = add_group(estate, f"group {number}", members=_some_people(estate, random=random))
        for arn in random.sample(sets, random.randint(0, len(sets))):
            assign(estate, arn, accounts=_some_accounts(estate, random=random), group=group)
    for person in random.sample(sorted(estate.people), random.randint(0, 4)):
        if f"user-{person}" in estate.users:
            assign(estate, random.choice(sets), accounts=_some_accounts(estate, random=random), person=person)
    return estate


def _random_account(estate: Estate, number: int, *, random: Random) -> None:
    states = (
        AccountState.ACTIVE,
        AccountState.ACTIVE,
        AccountState.ACTIVE,
        AccountState.SUSPENDED,
        AccountState.CLOSED,
    )
    tags = {"env": random.choice(_ENVIRONMENTS), "team": random.choice(_TEAMS)}
    name = f"{random.choice(('prod', 'dev', 'Data Lake [EU]'))}-{random.choice(('web', 'db', 'x'))}-{number % 5}"
    add_account(
        estate,
        number,
        name=name,
        ou_path=random.choice(_UNITS),
        tags={key: value for key, value in tags.items() if random.random() < 0.8},
        state=random.choice(states),
        is_management=number == 1,
    )


def _random_person(estate: Estate, number: int, *, random: Random) -> None:
    add_person(
        estate,
        number,
        has_user=random.random() < 0.9,
        department=random.choice(_DEPARTMENTS),
        title=random.choice(_TITLES),
        location=random.choice(("Berlin", "Paris", "")),
        status=random.choice((Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.ENDED)),
    )


def _some_accounts(estate: Estate, *, random: Random) -> Sequence[str]:
    by = random.choice(("ou_path", "name", "tags"))
    values = {getattr(account, by) if by != "tags" else account.tags.get("env") for account in estate.accounts.values()}
    chosen = random.sample(sorted(values, key=str), min(len(values), random.randint(1, 3)))
    found = [
        account.id
        for account in estate.accounts.values()
        if (getattr(account, by) if by != "tags" else account.tags.get("env")) in chosen
    ]
    return _changed_by_hand(found, sorted(estate.accounts), random=random)


def _some_people(estate: Estate, *, random: Random) -> Sequence[str]:
    by = random.choice(("department", "title", "location"))
    values = sorted({getattr(person, by) for person in estate.people.values()})
    chosen = random.sample(values, min(len(values), random.randint(1, 3)))
    found = [person.id for person in estate.people.values() if getattr(person, by) in chosen]
    changed = _changed_by_hand(found, sorted(estate.people), random=random)
    return [person for person in changed if f"user-{person}" in estate.users]


def _changed_by_hand(found: Sequence[str], everything: Sequence[str], *, random: Random) -> Sequence[str]:
    kept = [each for each in found if random.random() < 0.93]
    return sorted({*kept, *random.sample(everything, random.randint(0, min(2, len(everything))))})
