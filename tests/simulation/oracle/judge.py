"""Compare what is in Identity Center with what should be, and name whatever is too much or missing."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tests.simulation.oracle import policy_text
from tests.simulation.oracle.expected import Expected, expected, left_alone
from tests.simulation.oracle.facts import Facts, Item, Snapshot, group_of, set_of, user

# Source: docs/hr.md, "Attributes": those that a user has; a name and an address are one user's only.
_OF_ALL, _OF_ONE_ONLY = ("title", "given_name", "family_name", "display_name"), ("user_name", "email")


def differences(facts: Facts, there: Snapshot, *, now: datetime) -> Iterator[str]:
    """Yield a sentence for each item that should be there and is not, or is and should not, or is otherwise."""
    wanted = expected(facts, now=now)
    missing, excess = compare(wanted, facts, there, now=now)
    yield from (f"{described(item)} is missing" for item in sorted(missing))
    yield from (f"{described(item)} is there without a reason" for item in sorted(excess))
    yield from _of_users(wanted, facts, there)
    yield from _of_groups(wanted, facts, there)
    yield from _of_sets(wanted, facts, there)


def compare(wanted: Expected, facts: Facts, there: Snapshot, *, now: datetime) -> tuple[set[Item], set[Item]]:
    """Return what is missing and what there is without a reason."""
    kept = _kept(wanted, facts, there, now=now)
    missing = {item for item in wanted.must - there.items if not wanted.is_open(item)}
    excess = {item for item in there.items - wanted.must if not wanted.is_open(item) and item not in kept}
    return missing, excess


def described(item: Item) -> str:
    return f"{item.kind} {' / '.join(item.names)}"


def _kept(wanted: Expected, facts: Facts, there: Snapshot, *, now: datetime) -> set[Item]:
    """Return groups and permission sets that are others', and what anything that may stay is made of."""
    kept = {*map(group_of, facts.others_groups), *map(set_of, facts.others_sets)}
    for item in (*filter(wanted.is_open, there.items), *left_alone(wanted, facts, now=now)):
        # Source: docs/people.md: a user is deleted when everything else about it has gone.
        kept |= made_of(item)
    return kept


def made_of(item: Item) -> set[Item]:
    """Return the user, group and permission set that a membership or an assignment cannot be there without."""
    if item.kind == "membership":
        return {user(item.names[0]), group_of(item.names[1])}
    if item.kind != "assignment":
        return set()
    _, permission_set, principal = item.names
    kind, _, name = principal.partition(":")
    return {set_of(permission_set), user(name) if kind == "person" else group_of(name)}


def sharing_names(facts: Facts) -> set[str]:
    """Return the people who should have a user name that somebody else should have, or had."""
    names = Counter(record.attributes["user_name"] for _, record in facts.newest())
    return {person for person, record in facts.newest() if names[record.attributes["user_name"]] > 1}


def _of_users(wanted: Expected, facts: Facts, there: Snapshot) -> Iterator[str]:
    sharing = sharing_names(facts)
    for person, record in facts.newest():
        found = there.users.get(person, [])
        if len(found) > 1:
            yield f"{person} has {len(found)} users"
        if not found or user(person) not in wanted.must or wanted.is_open(user(person)):
            continue
        for attribute in _OF_ALL if person in sharing else (*_OF_ALL, *_OF_ONE_ONLY):
            value, should = found[0].get(attribute, ""), record.attributes.get(attribute, "")
            if value != should:
                yield f"{person} has an old {attribute}: {value!r}, not {should!r}"


def _of_groups(wanted: Expected, facts: Facts, there: Snapshot) -> Iterator[str]:
    rules = policy_text.groups(wanted.policy)
    for key, rule in rules.items():
        item = group_of(policy_text.called(rules, key))
        description = there.descriptions.get(item.names[0], "")
        is_sure = item in wanted.must and item in there.items and not wanted.is_open(item)
        if is_sure and description != rule.get("description", ""):
            yield f"group {key} has an old description: {description!r}"
    for name, description in facts.others_groups.items():
        is_theirs = group_of(name) not in wanted.must and not wanted.is_open(group_of(name))
        if is_theirs and there.descriptions.get(name) != description:
            yield f"group {name} was others' and has the description {there.descriptions.get(name)!r}"


def _of_sets(wanted: Expected, facts: Facts, there: Snapshot) -> Iterator[str]:
    rules = policy_text.sets(wanted.policy)
    for key, rule in rules.items():
        name = policy_text.called(rules, key)
        item, stored, form = set_of(name), there.sets.get(name), policy_text.form(rule)
        if item in wanted.must and stored and not wanted.is_open(item) and stored != form:
            yield f"permission set {key} is not as it should be: {stored}"
    for name, form in facts.others_sets.items():
        item = set_of(name)
        if item not in wanted.must and not wanted.is_open(item) and there.sets.get(name) != form:
            yield f"permission set {name} was others' and is {there.sets.get(name)}"
