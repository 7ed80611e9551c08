"""The cheapest cover: the best there is where that can be tried out, and never dearer than its bound says."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from dayone.takeover.cover import Candidate, cheapest_cover

_THINGS = 8
_SETS = st.integers(min_value=1, max_value=(1 << _THINGS) - 1)
_CANDIDATES = st.lists(st.tuples(_SETS, st.integers(min_value=1, max_value=5)), max_size=6)


def _made(pairs: list[tuple[int, int]]) -> list[Candidate[int]]:
    return [Candidate(number, selects, cost) for number, (selects, cost) in enumerate(pairs)]


def _least(target: int, candidates: list[Candidate[int]], *, allowed: int, named: int) -> int:
    """The cost of the best choice, by trying all."""
    fitting = [candidate for candidate in candidates if not candidate.selects & ~allowed]
    costs = []
    for number in range(len(fitting) + 1):
        for chosen in combinations(fitting, number):
            remaining = target
            for candidate in chosen:
                remaining &= ~candidate.selects
            costs.append(sum(candidate.cost for candidate in chosen) + named * remaining.bit_count())
    return min(costs)


@given(target=_SETS, pairs=_CANDIDATES, spared=st.integers(min_value=0, max_value=255), named=st.integers(1, 3))
def test_a_small_cover_is_the_cheapest_and_proved(
    target: int, pairs: list[tuple[int, int]], spared: int, named: int
) -> None:
    candidates, allowed = _made(pairs), target | spared
    cover = cheapest_cover(target, candidates, allowed=allowed, named=named)
    selected = cover.named
    for candidate in cover.chosen:
        selected |= candidate.selects & target
        assert not candidate.selects & ~allowed
    assert selected == target
    assert cover.cost == cover.bound == _least(target, candidates, allowed=allowed, named=named)
    assert cover.cost == sum(each.cost for each in cover.chosen) + named * cover.named.bit_count()


def test_a_cover_that_is_too_large_to_prove_states_a_bound_below_its_cost_and_below_the_best() -> None:
    # Pairs of neighbours of sixty things in a ring: thirty pairs are the best, and a search in vain has many ways.
    ring = [Candidate(number, (1 << number) | (1 << (number + 1) % 60), 3) for number in range(60)]
    cover = cheapest_cover((1 << 60) - 1, ring, allowed=(1 << 60) - 1, named=2)
    assert cover.bound <= 90 <= cover.cost <= 120
    assert cover.bound >= 80


def test_of_equal_covers_the_earlier_selector_is_chosen() -> None:
    both = [Candidate("first", 0b1111, 3), Candidate("second", 0b1111, 3)]
    assert [each.selector for each in cheapest_cover(0b1111, both, allowed=0b1111, named=2).chosen] == ["first"]


def test_what_selects_anything_else_is_not_used() -> None:
    wide = [Candidate("wide", 0b11111, 1)]
    assert cheapest_cover(0b1111, wide, allowed=0b1111, named=2).named == 0b1111
