"""Expected contents of Identity Center, from the facts and the words of the documentation alone.

Of each item it is decided whether it must be there, or must not; where what happened leaves both possible (an answer
that was lost, a removal that somebody rejected, a refusal by AWS) it may be either, and is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

from tests.simulation.oracle import policy_text
from tests.simulation.oracle.conditions import selects_account, selects_person
from tests.simulation.oracle.facts import (
    AccountFact,
    Facts,
    GrantFact,
    Item,
    Record,
    assignment,
    group_of,
    membership,
    set_of,
    user,
)
from tests.simulation.oracle.people import has_access, has_begun, has_left, has_user
from tests.simulation.oracle.policy_text import Rule

ACTIVE = "ACTIVE"
_LEFT_ALONE = frozenset({"SUSPENDED", "PENDING_CLOSURE"})
# For so long after a decision an edit may still have been on its way when it was made.
_ON_ITS_WAY = timedelta(seconds=60)


@dataclass
class Expected:
    """Items that must be there at a moment, and those that are open then.

    `people` are the HR ids that nothing is said of, `accounts` those in which nothing is.
    """

    policy: Rule
    must: set[Item] = field(default_factory=set)
    open: set[Item] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def is_open(self, item: Item) -> bool:
        """Return whether it may be there or not."""
        if item in self.open:
            return True
        match item.kind, item.names:
            case "user", (person,):
                return person in self.people
            case "membership", (person, group):
                return person in self.people or group_of(group) in self.open
            case "assignment", (account, permission_set, principal):
                kind, _, name = principal.partition(":")
                is_theirs = kind == "person" and (name in self.people or user(name) in self.open)
                is_groups = kind == "group" and group_of(name) in self.open
                return account in self.accounts or is_theirs or is_groups or set_of(permission_set) in self.open
            case _:
                return False


def expected(facts: Facts, *, now: datetime) -> Expected:
    """Return what should be in Identity Center now, if everything that is known had been carried out."""
    outcome = Expected(policy=policy_text.read(facts.policy))
    _expect_rules(outcome, facts)
    for person, record in facts.newest():
        _expect_person(outcome, facts, person=person, record=record, now=now)
    for account in facts.accounts.values():
        _expect_account(outcome, facts, account=account, now=now)
    outcome.must = {item for item in outcome.must if not _builds_on_others(item, outcome, facts)}
    outcome.open |= facts.refused
    outcome.open |= {item for item, at in facts.rejected.items() if _is_still_rejected(at, facts)}
    return outcome


def texts(facts: Facts) -> Iterator[Rule]:
    """Yield every policy that has been in force, or may have been."""
    yield from map(policy_text.read, dict.fromkeys(facts.sent))


def ever_protected(facts: Facts, kind: str) -> frozenset[str]:
    """Return whom any of the policies protects: an edit frees nobody before somebody else has agreed."""
    return frozenset(name for policy in texts(facts) for name in policy_text.protected(policy, kind))


def left_alone(outcome: Expected, facts: Facts, *, now: datetime) -> Iterator[Item]:
    """Yield what protected people and accounts that are left alone may have: nobody looks whether they have it."""
    for policy in texts(facts):
        rules, sets = policy_text.groups(policy), policy_text.sets(policy)
        given = {
            membership(person, policy_text.called(rules, key))
            for person in outcome.people
            for key, rule in rules.items()
            if any(_is_selected(person, record, rule=rule, now=now) for record in facts.records[person])
        }
        for account in outcome.accounts:
            known = (*facts.accounts_before.get(account, ()), facts.accounts[account])
            for rule in {id(rule): rule for fact in known for rule in _applying(policy, fact)}.values():
                _, permission_set, principal = _assigned_by(rule, account).names
                kind, _, name = principal.partition(":")
                whom = policy_text.called(rules, name) if kind == "group" else name
                given.add(assignment(account, policy_text.called(sets, permission_set), f"{kind}:{whom}"))
        yield from given


def is_employed(facts: Facts, person: str, *, policy: Rule, now: datetime) -> bool:
    newest = dict(facts.newest()).get(person)
    return newest is not None and has_access(person, newest, people=policy_text.people(policy), now=now)


def _expect_rules(outcome: Expected, facts: Facts) -> None:
    rules = policy_text.groups(outcome.policy)
    for key in rules:
        outcome.must.add(group_of(policy_text.called(rules, key)))
    sets = policy_text.sets(outcome.policy)
    for key in sets:
        outcome.must.add(set_of(policy_text.called(sets, key)))
    for name, description in facts.others_groups.items():
        asked = [rule.get("description", "") for policy in texts(facts) for rule in _rules_called(policy, name)]
        _leave_to_others(outcome, group_of(name), is_asked_for=[wanted == description for wanted in asked])
        # Whatever is renamed to a name that others have keeps the one before, for AWS refuses it.
        keys = {key for policy in texts(facts) for key in policy_text.groups(policy) if _has_name(policy, key, name)}
        outcome.open |= {
            group_of(policy_text.called(policy_text.groups(policy), key)) for policy in texts(facts) for key in keys
        } - {group_of(name)}
    for name, there in facts.others_sets.items():
        wanted = [policy_text.sets(policy)[name] for policy in texts(facts) if name in policy_text.sets(policy)]
        _leave_to_others(outcome, set_of(name), is_asked_for=[policy_text.form(rule) == there for rule in wanted])


def _leave_to_others(outcome: Expected, item: Item, *, is_asked_for: list[bool]) -> None:
    """Leave what others made as it is unless every part is wanted; once it was, it may count as made, and change."""
    if not any(is_asked_for):
        outcome.must.discard(item)
    elif not all(is_asked_for):
        outcome.open.add(item)


def _builds_on_others(item: Item, outcome: Expected, facts: Facts) -> bool:
    """Return whether it needs a group or permission set that is left to others."""
    parts = {
        "membership": lambda: {group_of(item.names[-1])},
        "assignment": lambda: {set_of(item.names[1]), group_of(item.names[-1].removeprefix("group:"))},
    }
    theirs = {*map(group_of, facts.others_groups), *map(set_of, facts.others_sets)}
    needed = parts[item.kind]() & theirs if item.kind in parts else set()
    return any(part not in outcome.must and part not in outcome.open for part in needed)


def _has_name(policy: Rule, key: str, name: str) -> bool:
    return policy_text.called(policy_text.groups(policy), key) == name


def _rules_called(policy: Rule, name: str) -> Iterator[Rule]:
    rules = policy_text.groups(policy)
    yield from (rule for key, rule in rules.items() if policy_text.called(rules, key) == name)


def _expect_person(outcome: Expected, facts: Facts, *, person: str, record: Record, now: datetime) -> None:
    people, rules = policy_text.people(outcome.policy), policy_text.groups(outcome.policy)
    if person in ever_protected(facts, "people") or person in facts.doubted or _is_namesake(person, facts):
        outcome.people.add(person)
        return
    if has_user(person, record, people=people, now=now):
        outcome.must.add(user(person))
    elif record.is_missing or _may_stay(person, record, facts, people=people, now=now):
        outcome.open.add(user(person))
    for key, rule in rules.items():
        given = membership(person, policy_text.called(rules, key))
        by_rule = belongs(person, record, rule=rule, people=people, now=now)
        _expect(outcome, facts, given, key=membership(person, key), by_rule=by_rule, now=now)


def _is_namesake(person: str, facts: Facts) -> bool:
    """Return whether somebody else has the same user name who came back after it had gone to a newcomer, or did so."""
    newest = dict(facts.newest())
    same = [other for other, record in newest.items() if _name(record) == _name(newest[person])]
    has_come_back = any(record.has_ended for other in same for record in facts.records[other])
    return len(same) > 1 and has_come_back and not any(newest[other].has_ended for other in same)


def _name(record: Record) -> str:
    return record.attributes["user_name"]


def _must_be_deleted(person: str, record: Record, *, people: Rule, now: datetime) -> bool:
    return people.get("leavers", "keep") == "delete" and has_left(person, record, people=people, now=now)


def _may_stay(person: str, record: Record, facts: Facts, *, people: Rule, now: datetime) -> bool:
    """Return whether a user who was expected may be there, and is not to be deleted."""
    return not _must_be_deleted(person, record, people=people, now=now) and _may_have_had_a_user(person, facts, now=now)


def _may_have_had_a_user(person: str, facts: Facts, *, now: datetime) -> bool:
    """Return whether by any record, under any policy, they would have been expected before or now."""
    cycles = [policy_text.people(policy) for policy in texts(facts)] or [{}]
    records = facts.records[person]
    return any(has_begun(record, people=people, now=now) for record in records for people in cycles)


def belongs(person: str, record: Record, *, rule: Rule, people: Rule, now: datetime) -> bool:
    """Return whether a person with access belongs to a group by its rule."""
    return has_access(person, record, people=people, now=now) and _is_selected(person, record, rule=rule, now=now)


def _is_selected(person: str, record: Record, *, rule: Rule, now: datetime) -> bool:
    members = rule.get("members", [])
    is_selected = (
        members == "everyone"
        or person in map(str, rule.get("people", ()))
        or any(selects_person(entry, record, now=now) for entry in members)
    )
    return is_selected and not any(selects_person(entry, record, now=now) for entry in rule.get("except", ()))


def _expect_account(outcome: Expected, facts: Facts, *, account: AccountFact, now: datetime) -> None:
    if account.state in _LEFT_ALONE or account.id in ever_protected(facts, "accounts"):
        outcome.accounts.add(account.id)
    if account.state != ACTIVE:
        return
    wanted = {_assigned_by(rule, account.id): rule for rule in _applying(outcome.policy, account)}
    granted = {grant.item: grant for grant in facts.grants.values() if grant.item.names[0] == account.id}
    for key in {**wanted, **granted}:
        rules = policy_text.sets(outcome.policy)
        _, permission_set, principal = key.names
        if permission_set not in rules:
            continue
        kind, _, name = principal.partition(":")
        if kind == "group" and name not in policy_text.groups(outcome.policy):
            continue
        if kind == "person" and not is_employed(facts, name, policy=outcome.policy, now=now):
            continue
        principal = (
            f"group:{policy_text.called(policy_text.groups(outcome.policy), name)}" if kind == "group" else principal
        )
        given = assignment(account.id, policy_text.called(rules, permission_set), principal)
        _expect(outcome, facts, given, key=key, by_rule=key in wanted, now=now)


def _applying(policy: Rule, account: AccountFact) -> Iterator[Rule]:
    for rule in policy_text.assignments(policy):
        left_out = any(selects_account(entry, account, is_exception=True) for entry in rule.get("except", ()))
        if any(selects_account(entry, account) for entry in rule["accounts"]) and not left_out:
            yield rule


def _assigned_by(rule: Rule, account: str) -> Item:
    principal = f"group:{rule['group']}" if "group" in rule else f"person:{rule['person']}"
    return assignment(account, str(rule["permission_set"]), principal)


def _expect(outcome: Expected, facts: Facts, given: Item, *, key: Item, by_rule: bool, now: datetime) -> None:
    """Decide about one membership or assignment; `key` is it in the policy's keys."""
    grants = [grant for grant in facts.grants.values() if grant.item == key]
    running = [_runs(grant, facts, policy=outcome.policy, now=now) for grant in grants]
    if not by_rule and not any(state is not False for state in running):
        return
    is_sure = by_rule or True in running
    if is_sure and _may_be_sensitive(facts, key):
        # It ends with the grant, or with the rule, that was approved; an hour later what else gives it is asked for.
        is_sure = not grants and not _was_lost(facts, key, now=now)
    (outcome.must if is_sure else outcome.open).add(given)


def _was_lost(facts: Facts, key: Item, *, now: datetime) -> bool:
    """Return whether a rule has given it, and the same one or a later one did not by the same or later facts.

    Source: docs/policy.md, "What somebody has stands on the rules as they were approved".
    """
    policies = [policy_text.read(version.text) for version in sorted(facts.versions, key=lambda version: version.at)]
    given = [[_gives(policy, key, known, now=now) for known in facts.in_order(key)] for policy in policies]
    return any(
        any(row[since:].count(False) for row in given[before:])
        for before, since in product(range(len(given)), range(len(given[0]) if given else 0))
        if given[before][since]
    )


def _gives(policy: Rule, key: Item, known: Record | AccountFact, *, now: datetime) -> bool:
    if isinstance(known, AccountFact):
        return key in {_assigned_by(rule, known.id) for rule in _applying(policy, known)}
    person, group = key.names
    people, rules = policy_text.people(policy), policy_text.groups(policy)
    return group in rules and belongs(person, known, rule=rules[group], people=people, now=now)


def _runs(grant: GrantFact, facts: Facts, *, policy: Rule, now: datetime) -> bool | None:
    """Return whether a grant gives something now; None where that is open."""
    person = _holder(grant.item)
    if now < grant.begins or (person and not is_employed(facts, person, policy=policy, now=now)):
        return False
    end = latest = grant.until
    for at, until in sorted(grant.extended):
        # One that was on its way when the grant ended may have come in time or not.
        end = max(end, until) if at < end - _ON_ITS_WAY else end
        latest = max(latest, until)
    if grant.ended is not None and grant.ended < latest:
        latest, end = grant.ended, min(end, grant.ended)
    if now >= latest:
        return False
    # Their grants end with people, and are not there again when they come back.
    is_clear = grant.is_certain and now < end and not (person and _has_ever_left(person, facts, since=grant.given))
    return True if is_clear else None


def _holder(item: Item) -> str:
    if item.kind == "membership":
        return item.names[0]
    kind, _, name = item.names[2].partition(":")
    return name if kind == "person" else ""


def _has_ever_left(person: str, facts: Facts, *, since: datetime) -> bool:
    """Return whether HR has said so since, or a last day may have come, or a policy may have said it."""
    records = facts.records.get(person, [])
    is_of_policy = any(person in policy_text.people(policy).get("same_person", {}) for policy in texts(facts))
    has_ended = any(record.has_ended and record.at >= since - _ON_ITS_WAY for record in records)
    is_ended_by_hand = person in facts.ended_by_hand or person in facts.doubted
    return is_of_policy or has_ended or is_ended_by_hand or any("end_date" in record.attributes for record in records)


def _may_be_sensitive(facts: Facts, key: Item) -> bool:
    """Return whether it gives something sensitive, or is given to a group that has, or had, something sensitive."""
    named: set[str] = {key.names[1]} if key.kind == "assignment" else set()
    group = key.names[-1].removeprefix("group:")
    named |= {name for policy in texts(facts) for name in policy_text.given_to(policy, group)}
    rules = (policy_text.sets(policy).get(name, {}) for policy in texts(facts) for name in named)
    return any(map(policy_text.is_sensitive, rules))


def _is_still_rejected(at: datetime, facts: Facts) -> bool:
    """A newer version of the policy asks again."""
    return all(version.at <= at + _ON_ITS_WAY for version in facts.versions)
