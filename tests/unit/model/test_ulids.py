"""Ids that sort by time and are the same for the same event."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dayone.model.changes import ulid, ulid_of
from tests.builders import NOON

_moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds
_entropy = st.binary(min_size=10, max_size=10)


def test_an_id_is_written_as_the_specification_has_it() -> None:
    at = datetime.fromtimestamp(1469918176385 / 1000, UTC)
    assert ulid(at, entropy=bytes(10)) == "01ARYZ6S410000000000000000"
    assert ulid(at, entropy=b"\xff" * 10) == "01ARYZ6S41ZZZZZZZZZZZZZZZZ"


@given(_moments, _entropy)
def test_an_id_has_26_characters_of_crockfords_alphabet(at: datetime, entropy: bytes) -> None:
    made = ulid(at, entropy=entropy)
    assert len(made) == 26
    assert set(made) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@given(_moments, _entropy, _entropy, st.integers(2, 10**9))
def test_a_later_id_sorts_behind(at: datetime, entropy: bytes, other: bytes, milliseconds: int) -> None:
    try:
        later = at + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return
    assert ulid(at, entropy=entropy) < ulid(later, entropy=other)


@given(st.text(), st.text())
def test_the_same_moment_and_name_give_the_same_id(name: str, other: str) -> None:
    assert ulid_of(NOON, name=name) == ulid_of(NOON, name=name)
    assert (ulid_of(NOON, name=name) == ulid_of(NOON, name=other)) is (name == other)
