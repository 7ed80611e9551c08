"""Worlds that others edit: their edits are findings, nothing else is, and what the policy says is repaired."""

from collections.abc import Callable
from typing import Any

import pytest

from dayone.inventory import compare, confirmation, differences, reading
from dayone.policy.language import parser
from tests.simulation.mutations import Mutation
from tests.simulation.other_hands.drift import Difference, Key, drift
from tests.simulation.other_hands.world import FOUND, OWN, REPORTED, OtherHands

_SEEDS = 40
_guardrails: Callable[..., Any] = vars(parser)["Guardrails"]


def _always(answer: object) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _first_page(pages: Callable[..., Any]) -> list[Any]:
    return list(pages(cursor="").entries)


def _that_remove(**named: Any) -> object:  # noqa: ANN401
    return _guardrails(**{**named, "removes_unmanaged": True})


FAULTS = (
    Mutation(
        "a part that was not read counts as gone",
        frozenset({FOUND, OWN}),
        ((reading, "every", _first_page),),
    ),
    Mutation(
        "our own work is reported",
        frozenset({OWN}),
        (
            (compare, "has_no_doubt", _always(answer=True)),
            (differences, "has_no_doubt", _always(answer=True)),
            (confirmation, "has_no_doubt", _always(answer=True)),
            (confirmation, "_is_same", _always(answer=True)),
            (confirmation, "_open_in", _always(frozenset())),
        ),
        shown_in=10,
    ),
    Mutation(
        "what others have given is removed by a policy that only reports",
        frozenset({REPORTED}),
        ((parser, "Guardrails", _that_remove),),
        shown_in=1,
    ),
)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.thorough if seed > 1 else ()) for seed in range(10)]
)
def test_what_others_edit_is_found_and_repaired(seed: int) -> None:
    world = OtherHands(seed)
    assert world.run().violations == []
    assert world.hands.edits


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_deliberate_fault_is_found(fault: Mutation) -> None:
    with fault.applied():
        for seed in fault.worlds(_SEEDS):
            if {violation.invariant for violation in OtherHands(seed).run().violations} & fault.caught_by:
                return
    pytest.fail(f"{_SEEDS} worlds did not show it")


_GROUP, _USER, _MEMBER = Key("group", ("g",)), Key("user", ("u",)), Key("member", ("g", "u"))


def test_what_belongs_to_something_missing_is_no_difference_beside_it() -> None:
    before = {_GROUP: "", _USER: "", _MEMBER: ""}
    assert list(drift(before, {_USER: ""}, others=frozenset())) == [Difference("missing", _GROUP)]
    assert list(drift(before, {_GROUP: "", _USER: ""}, others=frozenset())) == [Difference("missing", _MEMBER)]


def test_what_others_have_made_among_themselves_is_none() -> None:
    now = {_GROUP: "", _USER: "", _MEMBER: ""}
    assert list(drift({}, now, others=frozenset({"g"}))) == [Difference("unmanaged", _USER)]
    assert set(drift({_GROUP: ""}, now, others=frozenset())) == {
        Difference("unmanaged", _USER),
        Difference("unmanaged", _MEMBER),
    }
