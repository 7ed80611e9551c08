"""Authors of each part of a policy: by its meaning, not by its place or notation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.policy.context import Terms
from dayone.model.policy.origins import MOST_PARTS, Origins, group_rule, origins_after, part_digest, policy_parts
from dayone.model.policy.rules import GroupRule, PersonSelector, Policy
from dayone.policy.language.parser import read_policy
from tests.builders import HERE, NOON, a_group, a_policy

_SELECTORS = ("{department: Eng}", "{title: Boss}", "{team: Blue}", "{start_date: {not_reached: 30}}")
_EDITS = st.lists(
    st.tuples(st.sampled_from(["alice", "bob", "carol"]), st.sets(st.sampled_from(_SELECTORS), min_size=1)),
    min_size=2,
    max_size=8,
)


def _read(text: str, *, by: str = "", version: int = 1) -> Policy:
    return replace(read_policy({"p.yaml": f"version: 1\n{text}"}, version=version), terms=Terms(actor=by))


def _staff(selectors: list[str], *, by: str = "") -> Policy:
    return _read(f"groups:\n  staff: {{members: [{', '.join(selectors)}]}}\n", by=by)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("groups: {a: {members: [{title: X}]}}\n", "# first\n\ngroups:\n  a:\n    members:\n      - title: X\n"),
        (
            "groups: {a: {members: [{title: {any: [X, Y]}}]}}\n",
            "groups: {a: {description: others, members: [{title: {any: [y, X, x]}}]}}\n",
        ),
        (
            "groups: {a: {members: [{title: X}, {team: Y}]}}\n",
            "groups: {a: {members: [{team: Y}, {title: X}]}}\n",
        ),
        (
            "groups: {a: {members: [{title: X, team: Y}]}}\n",
            "groups: {a: {members: [{team: Y, title: X}]}}\n",
        ),
    ],
)
def test_the_same_meaning_is_the_same_part_however_it_is_written(name: str, other: str) -> None:
    assert policy_parts(_read(name)).keys() == policy_parts(_read(other)).keys()


@pytest.mark.parametrize(
    "other",
    [
        "groups: {a: {members: [{title: {not: [X]}}]}}\n",
        "groups: {a: {members: [{team: X}]}}\n",
        "groups: {a: {members: everyone, except: [{title: X}]}}\n",
        "groups: {b: {members: [{title: X}]}}\n",
        "groups: {a: {members: [{title: X, start_date: {not_reached: 1}}]}}\n",
    ],
)
def test_another_meaning_is_another_part(other: str) -> None:
    assert policy_parts(_read("groups: {a: {members: [{title: X}]}}\n")).keys() != policy_parts(_read(other)).keys()


def test_the_direction_in_which_people_are_the_same_counts() -> None:
    policy, other = (_read(f"people: {{same_person: {{{pair}}}}}\n") for pair in ("e-1: e-2", "e-2: e-1"))
    assert policy_parts(policy).keys() != policy_parts(other).keys()


@given(_EDITS)
def test_a_part_is_theirs_who_brought_it_into_a_policy_that_lacked_it(edits: list[tuple[str, set[str]]]) -> None:
    existing, before = Origins(), None
    expected: dict[str, list[str]] = {}
    had: set[str] = set()
    for actor, selectors in edits:
        policy = _staff(sorted(selectors), by=actor)
        if before is not None:
            existing = origins_after(existing, before=before, after=policy, now=NOON)
        for selector in selectors - had:
            brought = expected.setdefault(selector, [])
            brought += [actor] if actor not in brought else []
        before, had = policy, selectors
    for selector in had:
        (member,) = _staff([selector]).groups[0].members
        digest = part_digest(group_rule("staff"), "gives", member)
        assert list(existing.of(digest, otherwise=("nobody",))) == expected[selector]


def test_who_took_a_part_out_of_a_rule_is_known_by_the_last_time() -> None:
    both, less = _staff(["{title: X}", "{team: Y}"], by="alice"), _staff(["{title: X}"], by="bob")
    existing = origins_after(Origins(), before=both, after=less, now=NOON)
    existing = origins_after(existing, before=less, after=both, now=NOON)
    existing = origins_after(existing, before=both, after=less, now=NOON + timedelta(days=1))
    assert existing.taken_out == {"group staff": {"bob": NOON + timedelta(days=1)}}


def test_in_a_policy_with_too_many_parts_everybody_is_who_has_brought_any() -> None:
    few = replace(a_policy(a_group("a")), terms=Terms(actor="alice"))
    members = tuple(PersonSelector((), replace(HERE, line=number)) for number in range(2))
    many = tuple(GroupRule(f"g-{number}", "", members, HERE) for number in range(MOST_PARTS))
    bob = replace(a_policy(*many), terms=Terms(actor="bob"))
    existing = origins_after(Origins(), before=few, after=bob, now=NOON)
    assert len(existing.brought) == 1
    assert existing.of("any", otherwise=("",)) == ("alice", "bob")
    again = origins_after(existing, before=bob, after=replace(few, terms=Terms(actor="carol")), now=NOON)
    (digest,) = policy_parts(a_policy(a_group("a"))).keys() & {
        part_digest(group_rule("a"), "gives", selector) for selector in a_group("a").members
    }
    assert again.of(digest, otherwise=("",)) == ("carol",)
