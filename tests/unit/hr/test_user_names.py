"""User names made of people's names: plain, short enough, never one that is taken or kept by AWS."""

from collections.abc import Mapping
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.hr.merge import LONGEST, candidates, plain_letters
from dayone.model.hr_sources import OnCollision, UserNames

_ADA = {"given_name": "Ada", "family_name": "Lovelace", "email": "Ada.Lovelace@example.com"}
_NAMES = UserNames(pattern="{given_name}.{family_name}")


def _first(rule: UserNames, attributes: Mapping[str, str] = _ADA, *, told: str = "", most: int = 3) -> list[str]:
    return list(islice(candidates(rule, attributes, person_id="e-1", given=told), most))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ada", "ada"),
        ("Søren Ærø", "sorenaero"),
        ("Łukasz", "lukasz"),
        ("Weiß", "weiss"),
        ("O'Brien-Smith", "obrien-smith"),
        ("Núñez", "nunez"),
        ("\u0130pek I\u015f\u0131k", "ipekisik"),
        ("王", ""),
        ("ﬁ", "fi"),
    ],
)
def test_letters_become_plain_ones(text: str, name: str) -> None:
    assert plain_letters(text) == name


def test_without_a_rule_the_name_is_the_e_mail_address_as_it_is_written() -> None:
    assert _first(UserNames(), most=1) == ["Ada.Lovelace@example.com"]


def test_a_number_tells_namesakes_apart() -> None:
    assert _first(_NAMES) == ["ada.lovelace", "ada.lovelace2", "ada.lovelace3"]
    assert _first(UserNames(), most=2)[1] == "Ada.Lovelace2@example.com"


def test_or_the_person_s_id_does() -> None:
    rule = UserNames(pattern="{given_name}", on_collision=OnCollision.ID)
    assert _first(rule) == ["ada", "ada.e-1"]


def test_or_nothing_does() -> None:
    assert _first(UserNames(pattern="{given_name}", on_collision=OnCollision.REFUSE)) == ["ada"]


def test_what_hr_tells_comes_before_any_rule() -> None:
    assert _first(_NAMES, told="countess", most=2) == ["countess", "countess2"]


@pytest.mark.parametrize("attributes", [{"given_name": "王", "family_name": "Wei"}, {"given_name": "Ada"}, {}])
def test_half_a_name_is_none_and_the_id_stands_in(attributes: dict[str, str]) -> None:
    assert _first(_NAMES, attributes, most=1) == ["e-1"]


def test_a_name_that_aws_keeps_is_passed_over() -> None:
    assert _first(UserNames(pattern="{given_name}"), {"given_name": "Administrator"}, most=1) == ["administrator2"]


@given(
    attributes=st.fixed_dictionaries({"given_name": st.text(), "family_name": st.text()}),
    rule=st.builds(
        UserNames,
        pattern=st.sampled_from(["{given_name}.{family_name}", "{given_name}@example.com", "{family_name}"]),
        on_collision=st.sampled_from([OnCollision.NUMBER, OnCollision.ID, OnCollision.REFUSE]),
    ),
)
def test_whatever_people_are_called_a_name_is_one_that_aws_takes(attributes: dict[str, str], rule: UserNames) -> None:
    names = list(candidates(rule, attributes, person_id="e-1", given=""))
    assert names
    assert all(1 <= len(name) <= LONGEST and not name.isspace() for name in names)
    assert len({name.casefold() for name in names}) == len(names)
