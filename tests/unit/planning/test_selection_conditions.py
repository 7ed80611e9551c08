"""Every form of condition on a text, alone and among others, by a policy made ready and by the rule itself."""

from itertools import product

import pytest

from dayone.model.policy.rules import Condition, GroupRule, PersonSelector, Policy
from dayone.planning.compiled_rules import Selection
from dayone.planning.desired import EachRule
from dayone.policy.match_index import TextFacet
from tests.builders import HERE, NOON, a_person

_TEXTS = ("", "Data", "data", "DATA SCIENCE", "Straße", "STRASSE", "x", "[x]", "*")
_ANY_OF = ((), ("Data",), ("D*",), ("strasse", "x*"), ("[x]",), ("",))
_NONE_OF = ((), ("data",), ("*A", "?"))
_CONDITIONS = [
    Condition("department", any_of=any_of, none_of=none_of, present=present)
    for any_of, none_of, present in product(_ANY_OF, _NONE_OF, (None, True, False))
]


def _policy(*conditions: Condition) -> Policy:
    groups = [
        GroupRule(f"group-{number}", "", (PersonSelector((condition,), HERE),), HERE)
        for number, condition in enumerate(conditions)
    ]
    return Policy(version=1, groups=tuple(groups))


@pytest.mark.parametrize("condition", _CONDITIONS)
def test_a_condition_alone_holds_for_just_the_texts_it_holds_for(condition: Condition) -> None:
    policy = _policy(condition)
    selection = Selection(policy)
    for text in _TEXTS:
        person = a_person(department=text)
        plain = EachRule(policy).memberships(person, now=NOON)
        assert selection.memberships(person, now=NOON) == plain, text


@pytest.mark.parametrize("text", _TEXTS)
def test_all_conditions_at_once_do_not_disturb_each_other(text: str) -> None:
    policy, person = _policy(*_CONDITIONS), a_person(department=text)
    assert Selection(policy).memberships(person, now=NOON) == EachRule(policy).memberships(person, now=NOON)


@pytest.mark.parametrize("text", _TEXTS)
def test_two_conditions_on_one_attribute_must_both_hold(text: str) -> None:
    pairs = [PersonSelector(pair, HERE) for pair in product(_CONDITIONS[::5], repeat=2)]
    groups = tuple(GroupRule(f"group-{number}", "", (pair,), HERE) for number, pair in enumerate(pairs))
    policy, person = Policy(version=1, groups=groups), a_person(department=text)
    assert Selection(policy).memberships(person, now=NOON) == EachRule(policy).memberships(person, now=NOON)


def test_what_is_remembered_of_values_that_never_come_again_is_bounded() -> None:
    facet = TextFacet()
    facet.ask_whether(1, condition=Condition("user_name", any_of=("*7",)))
    given = [facet.holding(f"e-{number}") & 1 for number in range(5000)]
    assert given == [int(number % 10 == 7) for number in range(5000)]
    assert 0 < len(facet.bits_by_value) < 5000
