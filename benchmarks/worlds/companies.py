"""Companies and policies of any size, the same ones every time."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    GroupRule,
    Location,
    PermissionSetRule,
    PersonSelector,
    Policy,
)

_DEPARTMENTS = [f"Department {number}" for number in range(120)]
_TITLES = [f"{rank} {field}" for rank in ("Junior", "Senior", "Lead", "Head of") for field in range(100)]
_TEAMS = [f"team-{number}" for number in range(900)]
_LOCATIONS = ["Berlin", "London", "New York", "Paris", "Sydney", "Tokyo"]
_ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "Europe/Paris", "Australia/Sydney", "Asia/Tokyo"]
_UNITS = [f"Unit {number}" for number in range(50)]
_ENVIRONMENTS = ["dev", "staging", "prod"]
_SETS, _ADMIN, _VIEW = 40, "AdministratorAccess", "job-function/ViewOnlyAccess"
_HIRED = date(2015, 1, 5)


def people_as_json(number: int) -> list[bytes]:
    """Events of an HR system, one for each person."""
    random = Random("people")
    return [json.dumps(_person_event(entry, random)).encode() for entry in range(number)]


def accounts_as_json(number: int) -> list[bytes]:
    """Return accounts with all their recorded data."""
    random = Random("accounts")
    return [json.dumps(_account(entry, random)).encode() for entry in range(number)]


def policy_of(*, groups: int, assignments: int) -> Policy:
    """Return a policy like those of large companies: most groups match some people of one or two departments."""
    random = Random("policy")
    return Policy(
        version=1,
        groups=tuple(_group(number, random) for number in range(groups)),
        # Of each twenty one is sensitive.
        permission_sets=tuple(
            PermissionSetRule(f"Set{number}", next(_LINES), managed_policies=(_ADMIN if number % 20 == 0 else _VIEW,))
            for number in range(_SETS)
        ),
        assignments=tuple(_assignment(number, random, groups=groups) for number in range(assignments)),
    )


def _person_event(number: int, random: Random) -> dict[str, object]:
    place = random.randrange(len(_LOCATIONS))
    record = {
        "id": f"e-{number:06}",
        "email": f"person.{number}@example.com",
        "given_name": f"Given{number % 997}",
        "family_name": f"Family{number % 7919}",
        "department": random.choice(_DEPARTMENTS),
        "title": random.choice(_TITLES),
        "team": random.choice(_TEAMS),
        "cost_centre": f"{random.randrange(300):04}",
        "location": _LOCATIONS[place],
        "employment": random.choice(["employee", "employee", "employee", "contractor"]),
        "manager": f"e-{number // 9:06}",
        "start_date": str(_HIRED + timedelta(days=random.randrange(4000))),
        "end_date": None,
        "time_zone": _ZONES[place],
    }
    return {"type": "person.updated", "timestamp": "2026-11-01T00:00:00Z", "data": record}


def _account(number: int, random: Random) -> dict[str, object]:
    unit, environment = random.choice(_UNITS), random.choice(_ENVIRONMENTS)
    return {
        "id": f"{number:012}",
        "name": f"{random.choice(_TEAMS)}-{environment}",
        "email": f"aws+{number}@example.com",
        "state": "ACTIVE",
        "ou_path": f"/Workloads/{unit}/{environment}",
        "ou_ids": ["ou-abcd-00000001", f"ou-abcd-{_UNITS.index(unit):08}", f"ou-{environment}-{_UNITS.index(unit):08}"],
        "tags": {"env": environment, "team": random.choice(_TEAMS)},
        "is_management": False,
    }


def _lines() -> Iterator[Location]:
    line = 0
    while True:
        line += 1
        yield Location("policy.yaml", line)


_LINES = _lines()


def _group(number: int, random: Random) -> GroupRule:
    forms: Sequence[Callable[[Random], tuple[Condition, ...]]] = (
        *[_of_department] * 7,
        _of_title,
        _of_team,
        _of_newcomers,
    )
    members = tuple(PersonSelector(forms[number % len(forms)](random), next(_LINES)) for _ in range(1 + number % 2))
    return GroupRule(f"group-{number}", "", members, next(_LINES))


def _of_department(random: Random) -> tuple[Condition, ...]:
    where = Condition("department", any_of=(random.choice(_DEPARTMENTS),))
    further = [
        (),
        (Condition("employment", any_of=("employee",)),),
        (Condition("location", any_of=tuple(random.sample(_LOCATIONS, 3))),),
        (Condition("title", none_of=("Junior*",)),),
    ]
    return (where, *random.choice(further))


def _of_title(random: Random) -> tuple[Condition, ...]:
    departments = tuple(random.sample(_DEPARTMENTS, 10))
    return (Condition("title", any_of=(f"*{random.randrange(10)}",)), Condition("department", any_of=departments))


def _of_team(random: Random) -> tuple[Condition, ...]:
    return (Condition("team", any_of=tuple(random.sample(_TEAMS, 6))), Condition("manager", present=True))


def _of_newcomers(random: Random) -> tuple[Condition, ...]:
    where = Condition("department", any_of=(random.choice(_DEPARTMENTS),))
    return (where, Condition("start_date", reached=random.choice([0, 30, 90])))


def _assignment(number: int, random: Random, *, groups: int) -> AssignmentRule:
    match number % 10:
        case 0:
            selector = AccountSelector(next(_LINES), tags=(Condition("team", any_of=(random.choice(_TEAMS),)),))
        case 1:
            selector = AccountSelector(next(_LINES), names=(f"team-{random.randrange(90)}*-prod",))
        case 2:
            selector = AccountSelector(next(_LINES), ids=(f"{random.randrange(5000):012}",))
        case _:
            environments = tuple(random.sample(_ENVIRONMENTS, 2))
            selector = AccountSelector(
                next(_LINES),
                ous=(f"/Workloads/{random.choice(_UNITS)}/**",),
                tags=(Condition("env", any_of=environments),),
            )
    group = f"group-{random.randrange(groups)}"
    return AssignmentRule(group, f"Set{number % _SETS}", (selector,), next(_LINES))
