"""Batches keep order, lose nothing, and are never larger than asked for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dayone.adapters.aws.clients import batches

SIZES = st.lists(st.integers(min_value=0, max_value=120), max_size=40)


@given(SIZES)
def test_all_entries_come_out_in_order(sizes: list[int]) -> None:
    cut = batches(sizes, size=int, most=10, most_bytes=100)
    assert [entry for batch in cut for entry in batch] == sizes


@given(SIZES)
def test_no_batch_is_empty_or_over_a_limit_unless_a_single_entry_is(sizes: list[int]) -> None:
    for batch in batches(sizes, size=int, most=10, most_bytes=100):
        assert 1 <= len(batch) <= 10
        assert sum(batch) <= 100 or len(batch) == 1


@given(SIZES)
def test_no_two_neighbours_would_have_fitted_together(sizes: list[int]) -> None:
    cut = list(batches(sizes, size=int, most=10, most_bytes=100))
    for before, after in pairwise(cut):
        assert len(before) == 10 or sum(before) + after[0] > 100
