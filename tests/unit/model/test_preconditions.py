"""Writes that If-Match and If-None-Match let through."""

import pytest

from dayone.api.params import etag_of, precondition_of
from dayone.errors import Malformed, Outdated
from dayone.model.preconditions import NO_PRECONDITION, Precondition


def _asked(**headers: str) -> Precondition:
    return precondition_of({"headers": {name.replace("_", "-"): said for name, said in headers.items()}})


def test_without_a_header_every_write_goes_through() -> None:
    assert _asked() == NO_PRECONDITION
    for newest in (None, "7"):
        NO_PRECONDITION.check(newest)


@pytest.mark.parametrize(
    ("headers", "newest"),
    [
        ({"If_Match": '"7"'}, "7"),
        ({"if_match": '"6", "7"'}, "7"),
        ({"IF_MATCH": 'W/"6","7"'}, "7"),
        ({"If_Match": "*"}, "7"),
        ({"If_None_Match": "*"}, None),
    ],
)
def test_a_write_goes_through_when_what_is_there_is_what_was_seen(headers: dict[str, str], newest: str | None) -> None:
    wanted = _asked(**headers)
    wanted.check(newest)
    assert wanted != NO_PRECONDITION


@pytest.mark.parametrize(
    ("headers", "newest"),
    [
        ({"If_Match": '"7"'}, "8"),
        ({"If_Match": '"7"'}, None),
        ({"If_Match": '"7", "6"'}, "8"),
        ({"If_Match": 'W/"7"'}, "7"),
        ({"If_Match": '""'}, None),
        ({"If_Match": "*"}, None),
        ({"If_None_Match": "*"}, "7"),
    ],
)
def test_a_write_is_refused_when_it_is_not(headers: dict[str, str], newest: str | None) -> None:
    with pytest.raises(Outdated):
        _asked(**headers).check(newest)


@pytest.mark.parametrize(
    "headers",
    [
        {"If_Match": "7"},
        {"If_Match": '"7" "8"'},
        {"If_Match": '"7'},
        {"If_None_Match": '"7"'},
        {"If_Match": '"7"', "If_None_Match": "*"},
    ],
)
def test_a_header_that_says_nothing_of_the_kind_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        _asked(**headers)


def test_what_an_etag_was_made_of_is_what_it_matches() -> None:
    _asked(If_Match=etag_of(7)).check("7")
