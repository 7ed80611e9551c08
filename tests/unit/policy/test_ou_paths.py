"""Paths of organizational units are lists of names, whichever characters the names have."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.policy.rules import AccountSelector
from dayone.policy.match_index import AccountSelectors
from dayone.policy.matching import selects_account
from dayone.policy.ou_paths import is_pattern, is_under, names_in, path_of
from dayone.preview.request import changed_account
from tests.builders import HERE, an_account

_NAMES = st.lists(st.text(alphabet="aA/\\*\n[ ß", min_size=1, max_size=4), max_size=4).map(tuple)
_LONGEST = 128


@pytest.mark.parametrize(
    ("case", "pattern", "path", "expected"),
    [
        ("the root alone", "/", "/", True),
        ("the root alone is not what is below it", "/", "/Workloads", False),
        ("everything includes the root", "/**", "/", True),
        ("everything includes every depth", "/**", "/Workloads/Dev/Team", True),
        ("an OU is itself", "/Workloads", "/Workloads", True),
        ("an OU is not what is below it", "/Workloads", "/Workloads/Dev", False),
        ("an OU is not one that begins alike", "/Workloads", "/Workloads2", False),
        ("one star is one level", "/Workloads/*", "/Workloads/Dev", True),
        ("one star is not the OU itself", "/Workloads/*", "/Workloads", False),
        ("one star is not two levels", "/Workloads/*", "/Workloads/Dev/Team", False),
        ("one star below the root is not the root", "/*", "/", False),
        ("one star below the root is an OU there", "/*", "/Workloads", True),
        ("a star and all below it is not the root", "/*/**", "/", False),
        ("a star and all below it is any OU", "/*/**", "/Workloads/Dev", True),
        ("two stars include the OU itself", "/Workloads/**", "/Workloads", True),
        ("two stars include every depth", "/Workloads/**", "/Workloads/Dev/Team", True),
        ("two stars leave out one that begins alike", "/Workloads/**", "/Workloads2/Dev", False),
        ("a star inside a name", "/Team-*/Dev", "/Team-Blue/Dev", True),
        ("a star inside a name stands for nothing as well", "/Team*", "/Team", True),
        ("a star inside a name stays on its level", "/Team-*/Dev", "/Team-Blue/X/Dev", False),
        ("letter case does not count", "/workloads/DEV", "/Workloads/Dev", True),
        ("letter case does not count in other alphabets", "/STRASSE*", "/straße-1", True),
        ("a dot in an OU name is a dot", "/a.c", "/abc", False),
        ("a bracket in an OU name is a bracket", "/a[1]", "/a[1]", True),
        ("a star may not take what comes behind it twice", "/ab*b", "/ab", False),
        ("each text between stars has a place of its own", "/*aa*aa*", "/aaa", False),
        ("stars may stand in a row where nobody checked", "/a***b", "/a-b", True),
        ("an escaped star is a star", r"/a\*", "/a*", True),
        ("an escaped star is nothing else", r"/a\*", "/ab", False),
        ("a lone backslash is a backslash", r"/CORP\dev", r"/CORP\\dev", True),
        ("what does not begin at the root matches nothing", "Workloads/**", "/Workloads", False),
        ("an account without a place is nowhere", "/**", "", False),
    ],
)
def test_ou_patterns(case: str, pattern: str, path: str, *, expected: bool) -> None:
    assert is_under(pattern, path) is expected, case


@pytest.mark.parametrize(
    ("case", "names", "path"),
    [
        ("the root", (), "/"),
        ("plain names", ("Workloads", "Dev"), "/Workloads/Dev"),
        ("a slash in a name is escaped", ("CI/CD",), r"/CI\/CD"),
        ("a backslash in a name is escaped", ("CI\\", "CD"), r"/CI\\/CD"),
        ("a line end stays", ("Prod\n",), "/Prod\n"),
        ("a star stays", ("a*b",), "/a*b"),
    ],
)
def test_a_path_is_written_and_read(case: str, names: tuple[str, ...], path: str) -> None:
    assert (path_of(names), names_in(path)) == (path, names), case


@pytest.mark.parametrize(
    ("case", "pattern", "names", "expected"),
    [
        ("a unit with a slash is not two units", "/CI/CD", ("CI/CD",), False),
        ("two units are not one with a slash", r"/CI\/CD", ("CI", "CD"), False),
        ("a policy can write the slash of a name", r"/CI\/CD", ("CI/CD",), True),
        ("a unit in the root is not below one that begins alike", "/Workloads/**", ("Workloads/Legacy",), False),
        ("a star stands for a slash of a name", "/Work*", ("Workloads/Legacy",), True),
        ("everything includes a name with a line end", "/**", ("Prod\nEU",), True),
        ("everything includes a name that is a line end", "/**", ("Workloads", "\n"), True),
        ("a star stands for a line end", "/Prod*", ("Prod\n",), True),
        ("one star is a name with a line end", "/*", ("Prod\nEU",), True),
        ("what is below includes a line end", "/Workloads/**", ("Workloads", "Prod\n"), True),
    ],
)
def test_names_with_any_character(case: str, pattern: str, names: tuple[str, ...], *, expected: bool) -> None:
    account = an_account(ou_path=path_of(names))
    selector = AccountSelector(HERE, ous=(pattern,))
    assert is_under(pattern, account.ou_path) is expected, case
    assert selects_account(selector, account) is expected, case
    assert bool(AccountSelectors([selector]).meaning(account)) is expected, case


@given(_NAMES, _NAMES)
def test_two_paths_are_the_same_text_only_if_their_names_are_the_same(
    names: tuple[str, ...], others: tuple[str, ...]
) -> None:
    assert names_in(path_of(names)) == names
    assert (path_of(names) == path_of(others)) is (names == others)


@given(_NAMES)
def test_a_policy_can_write_every_name(names: tuple[str, ...]) -> None:
    pattern = path_of(names).replace("*", r"\*")
    assert is_pattern(pattern)
    assert is_under(pattern, path_of(names))
    assert not is_under(pattern, path_of((*names, "below")))
    assert is_under(f"{pattern}/**" if names else "/**", path_of((*names, "below")))


@pytest.mark.parametrize("pattern", ["", "Workloads", "/a/", "/a//b", "/a**", "/**/a", "/***", r"/a\/**b", "//"])
def test_a_text_that_could_match_nothing_is_no_pattern(pattern: str) -> None:
    assert not is_pattern(pattern)


@pytest.mark.parametrize(
    ("case", "pattern"),
    [
        ("stars in a row", "/" + "*" * 2000 + "z"),
        ("stars with letters between them", "/" + "*a" * 2000 + "b"),
        ("many levels of stars", "/*" * 2000 + "z"),
        ("backslashes", "/" + "\\" * 2001 + "*z"),
    ],
)
def test_no_pattern_takes_long(case: str, pattern: str) -> None:
    path = path_of(["a" * _LONGEST] * 5)
    began = time.process_time()
    assert not is_under(pattern, path)
    assert time.process_time() - began < 1, case


def test_a_preview_moves_an_account_by_the_names_of_its_units() -> None:
    account = replace(an_account(), ou_path=r"/CI\/CD/Dev", ou_ids=("ou-1", "ou-2"))
    moved = changed_account(account, {"id": account.id, "ou_path": r"/CI\/CD/Prod"})
    assert moved.ou_ids == ("ou-1",)
    assert changed_account(account, {"id": account.id, "ou_path": "/CI/CD/Dev"}).ou_ids == ()
