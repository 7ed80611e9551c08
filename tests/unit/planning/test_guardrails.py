"""Number of removals without approval."""

import pytest

from dayone.model.dependencies import Difference, is_removal
from dayone.model.guardrails import Tally, gives_nothing, limit, why_over_the_limit, why_ruinous
from dayone.model.operations import Action, Applied
from dayone.model.policy.rules import Guardrails, Policy
from dayone.model.subjects import DesiredResource, Resource
from tests.builders import (
    GROUP,
    INLINE_POLICY,
    PERMISSION_SET,
    USER,
    a_group,
    a_policy,
    assignment,
    confirmed,
    managed_policy,
    membership,
)

_A, _B = assignment("a"), assignment("b")


def _difference(resource: Resource, action: Action = Action.DELETE) -> Difference:
    return Difference(action, resource, DesiredResource({}, ()))


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (membership(), True),
        (assignment(), True),
        (GROUP, True),
        (PERMISSION_SET, True),
        (USER, True),
        (managed_policy("ReadOnlyAccess"), False),
        (INLINE_POLICY, False),
    ],
)
def test_a_removal_takes_access_away(resource: Resource, *, expected: bool) -> None:
    assert is_removal(_difference(resource)) is expected
    assert not is_removal(_difference(resource, Action.CREATE))


@pytest.mark.parametrize(
    ("percent", "at_least", "existing", "expected"),
    [(10, 5, 0, 5), (10, 5, 59, 5), (10, 5, 60, 6), (10, 5, 105, 10), (0, 0, 1000, 0), (100, 0, 7, 7)],
)
def test_the_limit_is_a_percentage_rounded_down_and_never_under_the_least(
    percent: int, at_least: int, existing: int, expected: int
) -> None:
    assert limit(Guardrails(percent=percent, at_least=at_least), existing=existing) == expected


@pytest.mark.parametrize(
    ("case", "removals", "tally", "expected"),
    [
        ("exactly the limit goes", 10, Tally(existing=105), ""),
        (
            "one more does not",
            11,
            Tally(existing=105),
            "11 removals, the limit is 10 (10 % of 105, at least 5)",
        ),
        (
            "what went before on the day counts",
            1,
            Tally(existing=105, today=10),
            "1 removal after 10 others, the limit is 10 (10 % of 105, at least 5)",
        ),
        (
            "what went before in the change counts, though it was yesterday",
            2,
            Tally(existing=0, today=1, in_change=4),
            "2 removals after 4 others, the limit is 5 (10 % of 0, at least 5)",
        ),
    ],
)
def test_removals_over_the_limit_say_how_many_and_how_many_may(
    case: str, removals: int, tally: Tally, expected: str
) -> None:
    assert why_over_the_limit(removals, guardrails=Guardrails(), tally=tally) == expected, case


@pytest.mark.parametrize(
    ("case", "removed", "created", "applied", "is_held"),
    [
        ("every assignment goes", [_A, _B], [], {_A: confirmed(_A), _B: confirmed(_B)}, True),
        ("one stays", [_A], [], {_A: confirmed(_A), _B: confirmed(_B)}, False),
        ("all go and another comes", [_A], [_B], {_A: confirmed(_A)}, False),
        ("there were none", [], [], {}, False),
        ("there was none yet", [_A], [], {_A: confirmed(_A, doubt=Action.CREATE)}, False),
        ("memberships are no assignments", [membership()], [], {membership(): confirmed(membership())}, False),
    ],
)
def test_an_account_does_not_lose_its_last_assignment_by_itself(
    case: str,
    removed: list[Resource],
    created: list[Resource],
    applied: dict[Resource, Applied],
    *,
    is_held: bool,
) -> None:
    found = [*map(_difference, removed), *(_difference(resource, Action.CREATE) for resource in created)]
    assert bool(why_ruinous(removed, found=found, applied=applied)) is is_held, case


def test_a_policy_gives_nothing_when_it_has_neither_groups_nor_sets_nor_assignments() -> None:
    assert gives_nothing(a_policy())
    assert not gives_nothing(a_policy(a_group()))
    # Before the first policy nothing is there to lose.
    assert not gives_nothing(Policy())
