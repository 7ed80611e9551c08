"""People and accounts matched by a selector, one sentence per case."""

import time
from collections.abc import Mapping

import pytest

from dayone.model.policy.rules import AccountSelector, Condition, PersonSelector
from dayone.policy.matching import fits, matches_any, selects_account, selects_person
from tests.builders import ACCOUNT_ID, HERE, NOON, a_person, an_account


@pytest.mark.parametrize(
    ("case", "pattern", "text", "expected"),
    [
        ("a plain word matches itself", "Data", "Data", True),
        ("letter case does not count", "dATA", "Data", True),
        ("letter case does not count in other alphabets", "STRASSE", "straße", True),
        ("a plain word matches the whole text only", "Data", "Data Science", False),
        ("a star stands for anything", "*SRE*", "Senior SRE II", True),
        ("a star stands for nothing as well", "*SRE*", "SRE", True),
        ("a star stands for line ends as well", "a*b", "a\nb", True),
        ("a question mark is exactly one character", "Team ?", "Team A", True),
        ("a question mark is not two characters", "Team ?", "Team AB", False),
        ("brackets list characters", "Team [AB]", "Team b", True),
        ("brackets can leave characters out", "Team [!AB]", "Team b", False),
        ("a dot is a dot", "a.c", "abc", False),
        ("a name with brackets matches as it is written", "Sales [EMEA]", "sales [emea]", True),
        ("brackets list characters all the same", "Sales [EMEA]", "Sales A", True),
        ("a name with brackets matches nothing longer", "Sales [EMEA]", "Sales [EMEA] North", False),
        ("an empty text never matches", "*", "", False),
        ("an empty pattern matches nothing", "", "Data", False),
    ],
)
def test_globs(case: str, pattern: str, text: str, *, expected: bool) -> None:
    assert matches_any([pattern], text) is expected, case


@pytest.mark.parametrize(
    ("case", "pattern"),
    [
        ("stars in a row", "*" * 2000 + "z"),
        ("stars with letters between them", "*a" * 500 + "b"),
        ("question marks behind a star", "*" + "?" * 500 + "z"),
        ("brackets with stars between them", "*[ab]" * 500 + "z"),
    ],
)
def test_no_glob_takes_long(case: str, pattern: str) -> None:
    condition = Condition("title", any_of=(pattern,))
    began = time.process_time()
    assert not fits(condition, "a" * 1024)
    assert time.process_time() - began < 1, case


def test_one_matching_pattern_of_several_is_enough() -> None:
    assert matches_any(["Data", "Eng*"], "Engineering")
    assert not matches_any([], "Engineering")


@pytest.mark.parametrize(
    ("case", "wanted", "expected"),
    [
        ("one attribute that matches", {"department": ("Eng*",)}, True),
        ("one of several patterns", {"department": ("Data", "Engineering")}, True),
        ("every attribute must match", {"department": ("Engineering",), "title": ("*SRE*",)}, True),
        ("one attribute that does not match is enough to fail", {"department": ("Eng*",), "title": ("VP",)}, False),
        ("an attribute that HR left out matches nothing", {"team": ("*",)}, False),
        ("no condition means everyone", {}, True),
    ],
)
def test_people(case: str, wanted: Mapping[str, tuple[str, ...]], *, expected: bool) -> None:
    person = a_person(department="Engineering", title="Senior SRE")
    conditions = tuple(Condition(attribute, any_of=globs) for attribute, globs in wanted.items())
    assert selects_person(PersonSelector(conditions, HERE), person, now=NOON) is expected, case


@pytest.mark.parametrize(
    ("case", "selector", "expected"),
    [
        ("no condition means every account", AccountSelector(HERE), True),
        ("its id", AccountSelector(HERE, ids=(ACCOUNT_ID,)), True),
        ("another id", AccountSelector(HERE, ids=("111122223333",)), False),
        ("a glob of its name", AccountSelector(HERE, names=("TEAM-*",)), True),
        ("another name", AccountSelector(HERE, names=("team",)), False),
        ("its OU", AccountSelector(HERE, ous=("/Workloads/**",)), True),
        ("one of several OUs", AccountSelector(HERE, ous=("/Security", "/Workloads/*")), True),
        ("another OU", AccountSelector(HERE, ous=("/Security/**",)), False),
        ("a tag's value", AccountSelector(HERE, tags=(Condition("env", any_of=("DEV", "staging")),)), True),
        ("another value of the tag", AccountSelector(HERE, tags=(Condition("env", any_of=("prod",)),)), False),
        ("a tag that it has not", AccountSelector(HERE, tags=(Condition("team", any_of=("*",)),)), False),
        ("tag keys keep their case", AccountSelector(HERE, tags=(Condition("Env", any_of=("dev",)),)), False),
        (
            "every tag must match",
            AccountSelector(
                HERE,
                tags=(
                    Condition("env", any_of=("dev",)),
                    Condition("tier", any_of=("1",)),
                ),
            ),
            False,
        ),
        ("every kind of condition must hold", AccountSelector(HERE, ous=("/Workloads/**",), names=("x",)), False),
    ],
)
def test_accounts(case: str, selector: AccountSelector, *, expected: bool) -> None:
    account = an_account(ou_path="/Workloads/Dev", tags={"env": "dev"})
    assert selects_account(selector, account) is expected, case


@pytest.mark.parametrize(
    ("case", "selector", "expected"),
    [
        ("not by no condition", AccountSelector(HERE), False),
        ("not by its name", AccountSelector(HERE, names=("management",)), False),
        ("not by everything below the root", AccountSelector(HERE, ous=("/**",)), False),
        ("not even by its id", AccountSelector(HERE, ids=(ACCOUNT_ID,)), False),
        ("by its id with the word", AccountSelector(HERE, ids=(ACCOUNT_ID,), include_management=True), True),
        ("not by its OU, whatever it says", AccountSelector(HERE, ous=("/**",), include_management=True), False),
        (
            "not when a condition fails",
            AccountSelector(HERE, ids=(ACCOUNT_ID,), ous=("/Workloads",), include_management=True),
            False,
        ),
    ],
)
def test_the_management_account_is_meant_only_where_the_selector_says_so(
    case: str, selector: AccountSelector, *, expected: bool
) -> None:
    account = an_account(name="management", ou_path="/", is_management=True)
    assert selects_account(selector, account) is expected, case
