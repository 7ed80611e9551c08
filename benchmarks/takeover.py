"""Estates taken over: what the policy that is written would change, and its length over that of the hidden policy.

A hidden policy gives an estate its access, as somebody with a plan would have made it by hand, with mistakes of years
beside it. The policy that `dayone import` writes is read back and compared with the estate. Three estates more were
made by hand, from no policy.
"""

import resource
from random import Random

from benchmarks.estates import estates_by_hand
from benchmarks.figures.measuring import Figure, report, wants_json
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    GroupRule,
    PermissionSetRule,
    PersonSelector,
    Policy,
)
from dayone.model.subjects import assignment_in
from dayone.planning.compiled_rules import Selection
from dayone.policy.language.parser import read_policy
from dayone.takeover.estate import Estate
from dayone.takeover.policy_files import policy_files
from dayone.takeover.proof import Proof, prove
from dayone.takeover.propose import propose
from dayone.takeover.selection import NOWHERE
from dayone.takeover.users import match_users
from tests.unit.takeover.estates import NOW, add_account, add_group, add_person, add_set, an_estate, assign

QUICK = True
_ESTATES, _MOST_PARTS = 500, 1.2
# Accounts, permission sets and people of the large estate, and the memory it may take, in GB.
_LARGE, _MOST_MEMORY = (5_000, 500, 20_000), 2.0
# The part of accounts that have a tag.
_TAGGED = 0.9
_UNITS = (
    "/Workloads/Prod/Payments",
    "/Workloads/Prod/Web",
    "/Workloads/Dev/Payments",
    "/Workloads/Dev/Web",
    "/Sandboxes",
    "/CI\\/CD",
    "/Data/Lake/Raw/Landing",
    "/Security",
)
_DEPARTMENTS = ("Engineering", "Data", "Finance", "Sales", "Security", "Support")
_TITLES = ("Engineer", "Senior Engineer", "Manager", "Analyst", "SRE")
_TEAMS = ("Payments", "Web", "Platform", "Lake")


def _company(random: Random, *, accounts: int, people: int) -> Estate:
    """Return an estate with accounts and people, and nothing given to anybody."""
    estate = an_estate()
    for number in range(1, accounts + 1):
        unit = random.choice(_UNITS)
        tags = {"env": random.choice(("prod", "dev", "test")), "owner": random.choice(_TEAMS)}
        kept = {key: value for key, value in tags.items() if random.random() < _TAGGED}
        add_account(estate, number, name=f"{random.choice(_TEAMS).lower()}-{number}", ou_path=unit, tags=kept)
    for number in range(1, people + 1):
        add_person(
            estate,
            number,
            department=random.choice(_DEPARTMENTS),
            title=random.choice(_TITLES),
            team=random.choice(_TEAMS),
            location=random.choice(("Berlin", "Paris", "Lisbon")),
            employment=random.choice(("employee", "employee", "contractor")),
        )
    return estate


def _hidden(estate: Estate, random: Random, *, groups: int, sets: int) -> Policy:
    """Return a policy as somebody writes one: by attributes and units, with people and accounts beside the rules."""
    keys = [f"group-{number}" for number in range(groups)]
    names = [f"Set-{number}" for number in range(sets)]
    rules = [_members(key, estate, random) for key in keys]
    given = {(random.choice(keys), random.choice(names)) for _ in range(groups * 2)}
    direct = {(random.choice(sorted(estate.people)), random.choice(names)) for _ in range(groups)}
    assignments = [_assignment(estate, random, name=name, group=key) for key, name in sorted(given)]
    assignments += [_assignment(estate, random, name=name, person=person) for person, name in sorted(direct)]
    permission_sets = tuple(PermissionSetRule(name, NOWHERE) for name in names)
    return Policy(groups=tuple(rules), permission_sets=permission_sets, assignments=tuple(assignments))


def _members(key: str, estate: Estate, random: Random) -> GroupRule:
    values = {"department": _DEPARTMENTS, "title": _TITLES, "team": _TEAMS}
    selectors = []
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        chosen = random.sample(sorted(values), random.choice((1, 1, 2)))
        conditions = tuple(Condition(name, any_of=(random.choice(values[name]),)) for name in chosen)
        selectors.append(PersonSelector(conditions, NOWHERE))
    beside = random.sample(sorted(estate.people), random.choice((0, 0, 1, 2) if selectors else (1, 2, 3)))
    return GroupRule(key, "", tuple(selectors), NOWHERE, people=dict.fromkeys(beside, NOWHERE))


def _assignment(estate: Estate, random: Random, *, name: str, group: str = "", person: str = "") -> AssignmentRule:
    selectors = [_accounts(random) for _ in range(random.choice((0, 1, 1, 1, 2)))]
    number = random.choice((0, 0, 0, 1, 2) if selectors else (1, 2, 3))
    ids = tuple(random.sample(sorted(estate.accounts), number))
    if ids:
        selectors.append(AccountSelector(NOWHERE, ids=ids))
    return AssignmentRule(group, name, tuple(selectors), NOWHERE, person=person)


def _accounts(random: Random) -> AccountSelector:
    unit, tag = random.choice(_UNITS), Condition("env", any_of=(random.choice(("prod", "dev", "test")),))
    above = f"/{unit.split('/')[1]}/**" if "\\" not in unit else unit
    return random.choice(
        (
            AccountSelector(NOWHERE, ous=(unit,)),
            AccountSelector(NOWHERE, ous=(above,)),
            AccountSelector(NOWHERE, ous=("/**",)),
            AccountSelector(NOWHERE, tags=(tag,)),
            AccountSelector(NOWHERE, ous=(above,), tags=(tag,)),
        )
    )


def _give(policy: Policy, estate: Estate) -> None:
    """Make by hand what the policy would give."""
    rules = Selection(policy)
    groups = {rule.name: add_group(estate, rule.name) for rule in policy.groups}
    sets = {rule.name: add_set(estate, rule.name) for rule in policy.permission_sets}
    for person in estate.people.values():
        for of in rules.memberships(person, now=NOW):
            estate.members[groups[of.name]].add(f"user-{person.id}")
    for account in estate.accounts.values():
        for of in rules.assignments(account, employed=estate.people):
            given = assignment_in(of)
            group = groups.get(given.principal.group, "")
            accounts = (account.id,)
            assign(estate, sets[given.permission_set], accounts=accounts, group=group, person=given.principal.person)


def _parts(policy: Policy) -> int:
    """Return the length of a policy: its values, and each rule that has none."""
    return sum(_length_of_group(group) for group in policy.groups) + sum(map(_length_of, policy.assignments))


def _length_of_group(group: GroupRule) -> int:
    selectors = (*group.members, *group.exceptions)
    values = sum(max(1, sum(len(each.any_of) for each in selector.conditions)) for selector in selectors)
    return values + len(group.people)


def _length_of(rule: AssignmentRule) -> int:
    selectors = (*rule.accounts, *rule.exceptions)
    return 1 + sum(
        len(each.ids) + len(each.names) + len(each.ous) + sum(max(1, len(tag.any_of)) for tag in each.tags)
        for each in selectors
    )


def _taken_over(estate: Estate) -> tuple[Policy, Proof]:
    users = match_users(estate, mapping={})
    policy = read_policy(policy_files(propose(estate, users), estate), version=0)
    return policy, prove(policy, estate, users)


def measured() -> tuple[list[Figure], list[str]]:
    """Return the figures and what was measured."""
    by_hand = [_taken_over(estate)[1] for estate in estates_by_hand().values()]
    changing, giving = sum(not proof.is_empty for proof in by_hand), sum(bool(proof.given) for proof in by_hand)
    parts = hidden = longest = 0.0
    for seed in range(_ESTATES):
        random = Random(seed)
        estate = _company(random, accounts=random.randint(5, 60), people=random.randint(5, 80))
        plan = _hidden(estate, random, groups=random.randint(1, 6), sets=random.randint(1, 4))
        _give(plan, estate)
        policy, proof = _taken_over(estate)
        changing += not proof.is_empty
        giving += bool(proof.given)
        parts, hidden = parts + _parts(policy), hidden + _parts(plan)
        longest = max(longest, _parts(policy) / _parts(plan))
    figures = [
        Figure(f"estates of {_ESTATES + len(by_hand)} that the policy would change", changing, 0),
        Figure("estates in which it would give somebody more", giving, 0),
        Figure("length of all policies over the hidden ones", parts / hidden, _MOST_PARTS),
    ]
    return figures, [
        f"{_ESTATES} estates of 5 to 60 accounts; the longest policy is {longest:.2f} times the hidden one",
        f"{len(by_hand)} estates made by hand, with {sum(proof.same for proof in by_hand)} rows in their policies",
    ]


def _large() -> list[Figure]:
    """Take over a large estate in this process."""
    accounts, sets, people = _LARGE
    random = Random(0)
    estate = _company(random, accounts=accounts, people=people)
    _give(_hidden(estate, random, groups=sets, sets=sets), estate)
    _, proof = _taken_over(estate)
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000
    return [
        Figure("memory for 5,000 accounts, 500 sets and 20,000 people, in GB", gigabytes, _MOST_MEMORY),
        Figure("what the policy of that estate would change", len(proof.given) + len(proof.lacking), 0),
    ]


def main() -> None:
    """Measure, and compare with the bounds."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report([*figures, *_large()], notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
