"""Inputs with thousands of mistakes are answered in bounded time, with a bounded list of them."""

import json
import time
from collections.abc import Callable

import pytest

from dayone.errors import Invalid
from dayone.messages.problems import problem_of
from dayone.policy.language.parser import read_policy
from dayone.policy.unmatched_rules import UnmatchedRules
from tests.builders import NOON, a_person

_MANY = 8000
# Processor seconds, on a slow machine: each mistake was compared with each name, which took half a minute.
_MOST_SECONDS = 12.0
_MOST_BYTES = 200_000


def _unknown_names() -> str:
    groups = "".join(f"  g{number}: {{}}\n" for number in range(_MANY // 2))
    rules = "".join(f"  - {{group: x{number}}}\n" for number in range(_MANY // 2))
    return f"version: 1\ngroups:\n{groups}assignments:\n{rules}"


POLICIES: dict[str, Callable[[], str]] = {
    "groups that there are not": _unknown_names,
    "unknown keys": lambda: "version: 1\n" + "".join(f"key{number}: 1\n" for number in range(_MANY)),
    "unknown conditions": lambda: f"version: 1\ngroups:\n  g: {{members: [{'{departmnt: x}, ' * _MANY}]}}\n",
    "wrong types": lambda: "version: 1\nassignments:\n" + "- 1\n" * _MANY,
    "the same key": lambda: "version: 1\ngroups:\n" + "  a: {}\n" * _MANY,
    "circles": lambda: (
        "version: 1\npeople:\n  same_person:\n" + "".join(f"    a{number}: a{number + 1}\n" for number in range(_MANY))
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("make", POLICIES.values(), ids=POLICIES.keys())
def test_a_policy_with_thousands_of_mistakes(make: Callable[[], str]) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        read_policy({"policy.yaml": make()}, version=0)
    assert time.process_time() - began < _MOST_SECONDS
    assert len(json.dumps(problem_of(refused.value))) < _MOST_BYTES
    assert "more mistakes that are not listed" in refused.value.findings[-1]


@pytest.mark.thorough
def test_the_first_of_many_unknown_names_still_gets_a_suggestion() -> None:
    text = "version: 1\ngroups:\n  engineers: {}\nassignments:\n" + "  - {group: engineer}\n" * _MANY
    with pytest.raises(Invalid) as refused:
        read_policy({"policy.yaml": text}, version=0)
    assert "did you mean `engineers`?" in "".join(refused.value.findings[:9])


def test_no_problem_lists_more_than_helps() -> None:
    problem = problem_of(Invalid("wrong", findings=tuple(f"row {number}: {'x' * 5000}" for number in range(20_000))))
    assert problem["findings"][0].startswith("row 0: x")
    assert problem["findings"][-1] == "and 19799 more that are not listed"
    assert len(json.dumps(problem)) < 2 * _MOST_BYTES


@pytest.mark.thorough
def test_thousands_of_globs_that_match_nobody() -> None:
    """Each was compared with each value that is recorded, in a preview that everybody may ask for who reads."""
    globs = ", ".join(f"'*x{number}*a*b*'" for number in range(_MANY))
    policy = read_policy({"policy.yaml": f"version: 1\ngroups: {{g: {{members: [title: [{globs}]]}}}}\n"}, version=0)
    unmatched = UnmatchedRules(policy, now=NOON)
    for number in range(100):
        unmatched.add(a_person(f"e-{number}", title=f"Title {number} of all that there are in the company"))
    # What costs time is not to read people, which is limited by itself.
    for number in range(5000):
        unmatched._values.add("person.title", f"Another title, of number {number}, of all that there are")
    began = time.process_time()
    assert len(unmatched.notes()) == _MANY
    assert time.process_time() - began < _MOST_SECONDS / 2
