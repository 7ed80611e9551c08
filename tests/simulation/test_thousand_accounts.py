"""Many accounts at once, a policy edit in the midst of them, and an Organizations that throttles."""

import pytest

from tests.simulation.model.thousand_accounts import MANY, Told, lived_through


def _is_well(result: Told, *, accounts: int) -> None:
    assert (result.accounts, result.wrong, result.failed) == (accounts, (), 0)
    assert result.throttles > accounts // 2


def test_fifty_accounts_within_three_minutes_have_just_what_the_newest_policy_gives_them() -> None:
    _is_well(lived_through(1, many=50, within=180), accounts=50)


@pytest.mark.thorough
def test_a_thousand_accounts_within_an_hour_have_just_what_the_newest_policy_gives_them() -> None:
    _is_well(lived_through(2), accounts=MANY)
