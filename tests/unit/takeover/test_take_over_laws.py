"""A policy for any estate gives exactly what is there, by the plainest meaning of each rule."""

from collections.abc import Mapping
from random import Random

import pytest

from dayone.model.accounts import AccountState
from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from dayone.planning.desired import EachRule
from dayone.policy.service import check_policy
from dayone.ports.identity_center import PrincipalType
from dayone.takeover.estate import Estate
from dayone.takeover.policy_files import policy_files
from dayone.takeover.proof import prove
from dayone.takeover.propose import propose
from dayone.takeover.users import match_users
from tests.unit.takeover.estates import NOW, random_estate

SEEDS = range(40)
type Rows = set[tuple[str, ...]]


def _texts(estate: Estate, *, by_rules: bool = True, with_management: bool = False) -> Mapping[str, str]:
    users = match_users(estate, mapping={})
    return policy_files(propose(estate, users, by_rules=by_rules, with_management=with_management), estate)


def _given(policy: Policy, estate: Estate) -> Rows:
    """Everything that the policy gives, rule by rule."""
    rules = EachRule(policy)
    working = {name: person for name, person in estate.people.items() if person.status is not Status.ENDED}
    rows: Rows = set()
    for person in working.values():
        rows |= {(person.id, resource.name) for resource in rules.memberships(person, now=NOW)}
    for account in estate.accounts.values():
        if account.state is not AccountState.CLOSED:
            rows |= {(account.id, resource.name) for resource in rules.assignments(account, employed=working)}
    return rows


def _existing(estate: Estate, *, with_management: bool) -> Rows:
    """Everything that is there, of people who work here and accounts that are open."""
    working = {f"user-{name}": name for name, person in estate.people.items() if person.status is not Status.ENDED}
    rows: Rows = {
        (working[user], estate.groups[group]["name"])
        for group, members in estate.members.items()
        for user in members & working.keys() & estate.users.keys()
    }
    for key in estate.assignments:
        account = estate.accounts[key.account_id]
        if account.state is AccountState.CLOSED or (account.is_management and not with_management):
            continue
        if key.principal_type is PrincipalType.GROUP:
            principal = estate.groups[key.principal_id]["name"]
        elif key.principal_id in working:
            principal = f"person:{working[key.principal_id]}"
        else:
            continue
        rows.add((account.id, f"{key.permission_set_arn.removeprefix('arn:')}/{principal}"))
    return rows


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by_rules", [True, False], ids=["rules", "rows"])
@pytest.mark.parametrize("with_management", [True, False], ids=["management", "members"])
def test_the_policy_gives_exactly_what_is_there(seed: int, *, by_rules: bool, with_management: bool) -> None:
    estate = random_estate(seed)
    policy, _ = check_policy(_texts(estate, by_rules=by_rules, with_management=with_management))
    assert _given(policy, estate) == _existing(estate, with_management=with_management)
    proof = prove(policy, estate, match_users(estate, mapping={}))
    assert proof.is_empty
    assert proof.same == len(_existing(estate, with_management=with_management))


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_take_no_more_lines_than_rows(seed: int) -> None:
    estate = random_estate(seed)

    def lines(*, by_rules: bool) -> int:
        texts = _texts(estate, by_rules=by_rules).values()
        return sum(not line.lstrip().startswith("#") for text in texts for line in text.splitlines())

    assert lines(by_rules=True) <= lines(by_rules=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_estate_in_any_order_is_the_same_policy(seed: int) -> None:
    estate, other = random_estate(seed), random_estate(seed)
    for part in ("sets", "groups", "users", "members", "accounts", "people"):
        entries = list(getattr(other, part).items())
        Random(seed + 1).shuffle(entries)  # noqa: S311 - chance that can be had again
        getattr(other, part).clear()
        getattr(other, part).update(entries)
    assert _texts(estate) == _texts(other)


def _changed(policy: Policy, estate: Estate) -> tuple[int, int]:
    proof = prove(policy, estate, match_users(estate, mapping={}))
    return len(proof.given), len(proof.lacking)


def test_the_proof_sees_one_assignment_more_and_one_less() -> None:
    seen = 0
    for seed in SEEDS:
        estate = random_estate(seed)
        policy, _ = check_policy(_texts(estate))
        keys = [key for key in sorted(estate.assignments, key=str) if _is_managed(estate, key.account_id)]
        groups = [key for key in keys if key.principal_type is PrincipalType.GROUP]
        if groups:
            estate.assignments.remove(groups[0])
            assert _changed(policy, estate) == (1, 0)
            seen += 1
    assert seen > 20


def _is_managed(estate: Estate, account: str) -> bool:
    return estate.accounts[account].state is not AccountState.CLOSED and not estate.accounts[account].is_management


def test_the_proof_sees_a_member_more_and_one_less() -> None:
    for seed in SEEDS:
        estate = random_estate(seed)
        policy, _ = check_policy(_texts(estate))
        group = min(estate.groups)
        users = {f"user-{person.id}" for person in estate.working()} & estate.users.keys()
        inside, outside = sorted(estate.members[group] & users), sorted(users - estate.members[group])
        if inside:
            estate.members[group].remove(inside[0])
            assert _changed(policy, estate) == (1, 0)
            estate.members[group].add(inside[0])
        if outside:
            estate.members[group].add(outside[0])
            assert _changed(policy, estate) == (0, 1)
