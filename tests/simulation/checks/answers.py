"""Answers of the API about who has what, and why: they have to fit what is in Identity Center, and the oracle."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from dayone.access.explain.explanation import Explained, Explanation, describe_step, explain_access, in_short
from dayone.access.explain.steps import Step
from dayone.errors import NotFound
from dayone.model.subjects import SubjectKind
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.policies import MemoryPolicies
from tests.fakes.table.records import MemoryRecords
from tests.simulation.checks.snapshot import refused_by_aws, snapshot
from tests.simulation.model.day_one import parsed
from tests.simulation.oracle import policy_text
from tests.simulation.oracle.expected import Expected, expected
from tests.simulation.oracle.facts import Item, assignment, membership
from tests.simulation.oracle.judge import made_of

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

# Of each world some people, others in each, in every account.
_PEOPLE = 4


def answers(world: "Simulation") -> Iterator[str]:
    """Explain some people's access in every account: what they have is said, and what is said to hold holds."""
    facts = world.outside.knows()
    facts.refused = set(refused_by_aws(world))
    wanted, there = expected(facts, now=world.time.now), snapshot(world).items
    people = sorted(facts.records)
    chosen = people[world.seed % 3 :: max(1, len(people) // _PEOPLE)]
    for person, account in product(chosen, sorted(facts.accounts)):
        if (explained := _explained(person, account, world=world)) is not None:
            yield from _about(explained, person, account, wanted=wanted, there=there)


def _explained(person: str, account: str, *, world: "Simulation") -> Explained | None:
    state = world.day_one.state
    try:
        return explain_access(
            person,
            account,
            permission_set="",
            records=MemoryRecords(state),
            grants=MemoryGrants(state),
            policies=MemoryPolicies(state, parse=parsed),
            now=world.time.now,
        )
    except NotFound:
        return None


def _about(
    explained: Explained, person: str, account: str, *, wanted: Expected, there: frozenset[Item]
) -> Iterator[str]:
    where = f"{person} in {account}"
    said = {(way.permission_set, way.principal) for way in explained.ways if way.has}
    for permission_set, principal in _has(person, account, there=there, wanted=wanted):
        if (permission_set, principal) not in said:
            yield f"{where} has {permission_set} by {principal}, and the explanation does not say so"
    for way in explained.ways:
        in_short(way, explained.context)
        for step in way.steps:
            describe_step(step, policy_version=explained.context.policy.version)
            if item := _item(way, step, person=person, account=account, wanted=wanted):
                yield from (f"{where}: {item} {words}" for words in _wrong(step, item, wanted=wanted, there=there))


def _item(way: Explanation, step: Step, *, person: str, account: str, wanted: Expected) -> Item | None:
    """Return what a step is about; None where it is open, or is left to others, whatever is asked for."""
    item = membership(person, _name(way.principal, wanted))
    if step.target.subject.kind is not SubjectKind.PERSON:
        is_own = way.principal.startswith("person:")
        principal = way.principal if is_own else f"group:{_name(way.principal, wanted)}"
        item = assignment(account, _set_name(way.permission_set, wanted), principal)
    parts = {part for part in made_of(item) if part.kind != "user"}
    return None if wanted.is_open(item) or not parts <= wanted.must else item


def _wrong(step: Step, item: Item, *, wanted: Expected, there: frozenset[Item]) -> Iterator[str]:
    obstacles, is_wanted = step.nearness.obstacles, item in wanted.must
    if step.is_there and item not in there:
        yield "is said to be there, and is not"
    if bool(step.reasons) is not is_wanted and not obstacles:
        yield f"is said to have {len(step.reasons)} reasons and nothing in its way"
    if is_wanted and obstacles:
        yield f"should be there, and this is said to be in its way: {obstacles}"


def _has(person: str, account: str, *, there: frozenset[Item], wanted: Expected) -> Iterator[tuple[str, str]]:
    """Yield the keys of permission sets that somebody has in an account, and of what they have them by."""
    groups = policy_text.groups(wanted.policy)
    for key in policy_text.sets(wanted.policy):
        name = _set_name(key, wanted)
        if assignment(account, name, f"person:{person}") in there:
            yield key, f"person:{person}"
        for group in groups:
            called = _name(group, wanted)
            if {assignment(account, name, f"group:{called}"), membership(person, called)} <= there:
                yield key, group


def _name(group: str, wanted: Expected) -> str:
    return policy_text.called(policy_text.groups(wanted.policy), group)


def _set_name(key: str, wanted: Expected) -> str:
    return policy_text.called(policy_text.sets(wanted.policy), key)
