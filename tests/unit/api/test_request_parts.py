"""Parts of a request at their bounds: what is still taken, and what is one too many."""

import base64
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from dayone.api.app import check_bounds
from dayone.api.idempotency import fingerprint_of
from dayone.api.params import (
    LARGEST_POLICY,
    authors_of,
    check_nothing_is_empty,
    check_query,
    files_of,
    header_of,
    moment_of,
    seconds_of,
    text_of,
    window_of,
    word_of,
)
from dayone.errors import Malformed, TooLarge


class _Colour(StrEnum):
    DARK_RED = "dark-red"
    BLUE = "blue"


def _asking(**query: str) -> dict[str, Any]:
    return {"path": "/v1/people", "queryStringParameters": query or None}


def _listing(name: str, *values: str) -> dict[str, Any]:
    return {"path": "/v1/people", "multiValueQueryStringParameters": {name: list(values)}}


@pytest.mark.parametrize("text", ["dark-red", "DARK-RED", "Dark-Red"])
def test_a_word_counts_in_upper_and_lower_case(text: str) -> None:
    assert word_of(_asking(colour=text), "colour", _Colour) is _Colour.DARK_RED


def test_any_other_word_is_refused_with_those_there_are() -> None:
    assert word_of(_asking(), "colour", _Colour) is None
    with pytest.raises(Malformed, match="must be one of dark-red, blue"):
        word_of(_asking(colour="red"), "colour", _Colour)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00+02:00", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23T23:30:00-05:00", datetime(2026, 11, 24, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_the_same_one_in_any_zone(text: str, moment: datetime) -> None:
    found = moment_of(_asking(since=text), "since")
    assert found is not None
    assert (found, found.utcoffset()) == (moment, UTC.utcoffset(None))


@pytest.mark.parametrize(("text", "seconds"), [("", 0), ("1", 1), ("25", 25)])
def test_seconds_are_a_whole_number_up_to_the_most(text: str, seconds: int) -> None:
    assert seconds_of(_asking(wait=text), "wait", most=25) == seconds
    for wrong in ("0", "26", "-1", "1.5", "٣", "1000"):
        with pytest.raises(Malformed):
            seconds_of(_asking(wait=wrong), "wait", most=25)


@pytest.mark.parametrize(("text", "limit"), [("", 25), ("1", 1), ("100", 100), ("0100", 100)])
def test_a_part_of_a_list_has_one_to_a_hundred_entries(text: str, limit: int) -> None:
    assert window_of(_asking(**({"limit": text} if text else {}))).limit == limit
    for wrong in ("0", "101", "1000", "9999", "-1", "x"):
        with pytest.raises(Malformed):
            window_of(_asking(limit=wrong))


def test_twenty_authors_are_taken_each_once_and_no_more() -> None:
    names = [f"ada{number}" for number in range(20)]
    assert authors_of(_listing("author", *names, names[0])) == tuple(f"author:{name}" for name in names)
    with pytest.raises(Malformed, match="at most 20"):
        authors_of(_listing("author", *names, "one-more"))
    for wrong in ("a", "", "ada lovelace", "x" * 129):
        with pytest.raises(Malformed):
            authors_of(_listing("author", wrong))


def test_a_member_of_the_query_is_known_and_there_once_unless_it_is_a_list() -> None:
    names = {"person": False, "author": True}
    check_query(_listing("author", "ada", "eve", "bob"), names=names)
    check_query(_asking(person="e-1"), names=names)
    check_query(_listing("person", "e-1"), names=names)
    for wrong in (_listing("person", "e-1", "e-2"), _asking(persn="e-1"), _listing("persn", "e-1")):
        with pytest.raises(Malformed):
            check_query(wrong, names=names)


@pytest.mark.parametrize("part", ["", "%20", ".", "..", "%2e", "%2E%2e", "%2e."])
def test_no_part_of_a_path_is_empty_or_leads_elsewhere(part: str) -> None:
    for path in (f"/v1/people/{part}", f"/v1/{part}/people"):
        with pytest.raises(Malformed):
            check_nothing_is_empty({"path": path})
    check_nothing_is_empty({"path": "/v1/people/.a."})


@pytest.mark.parametrize("query", [_asking(person=" "), _listing("person", "e-1", ""), _asking(person="")])
def test_no_member_of_the_query_is_empty(query: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        check_nothing_is_empty(query)


@pytest.mark.parametrize("character", ["x", "é", "\U0001f680"])
@pytest.mark.parametrize("is_base64", [False, True])
def test_a_body_is_measured_in_bytes_of_what_it_says(character: str, *, is_base64: bool) -> None:
    size = len(character.encode())

    def event(body: str) -> dict[str, Any]:
        sent = base64.b64encode(body.encode()).decode() if is_base64 else body
        return {"body": sent, "isBase64Encoded": is_base64}

    most = character * (LARGEST_POLICY // size)
    assert text_of(event(most)) == most
    with pytest.raises(TooLarge):
        text_of(event(f"{most}{character}"))


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"])
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_json_is_json_however_its_type_is_written(name: str, kind: str) -> None:
    event = {"headers": {name: kind}, "body": '{"files": {"a.yaml": "version: 1"}}'}
    assert header_of(event, "content-type") == kind
    assert files_of(event) == {"a.yaml": "version: 1"}
    assert files_of({**event, "headers": {name: "text/yaml"}}) == {"policy.yaml": event["body"]}


@pytest.mark.parametrize("name", ["if-match", "If-Match", "IF-MATCH"])
def test_the_longest_of_each_part_is_taken_and_a_longer_one_is_not(name: str) -> None:
    for longest, event in (
        (128, lambda text: {"path": f"/v1/people/{text}"}),
        (128, lambda text: _asking(person=text)),
        (160, lambda text: _asking(subject=text)),
        (2048, lambda text: _asking(actor=text)),
        (128, lambda text: _asking(**{text: "x"})),
        (1024, lambda text: {"path": "/v1/policy", "headers": {name: text}}),
    ):
        check_bounds(event("x" * longest))
        with pytest.raises(Malformed, match=f"has more than {longest:,} characters"):
            check_bounds(event("x" * (longest + 1)))


def test_whatever_makes_a_request_another_is_in_its_fingerprint_and_nothing_else() -> None:
    event: dict[str, Any] = {
        "httpMethod": "PUT",
        "path": "/v1/policy",
        "queryStringParameters": {"file": "a.yaml"},
        "multiValueQueryStringParameters": {"file": ["a.yaml"]},
        "headers": {"Content-Type": "text/yaml", "If-Match": '"7"', "User-Agent": "dayone"},
        "requestContext": {"identity": {"userArn": "arn:aws:iam::111122223333:user/ada"}},
        "body": "version: 1",
        "isBase64Encoded": False,
    }
    others: list[dict[str, Any]] = [
        {"httpMethod": "POST"},
        {"path": "/v1/plan"},
        {"multiValueQueryStringParameters": {"file": ["b.yaml"]}},
        {"multiValueQueryStringParameters": {"file": ["a.yaml", "b.yaml"]}},
        {"headers": {**event["headers"], "Content-Type": "application/json"}},
        {"headers": {**event["headers"], "If-Match": '"8"'}},
        {"headers": {**event["headers"], "If-None-Match": "*"}},
        {"requestContext": {"identity": {"userArn": "arn:aws:iam::111122223333:user/eve"}}},
        {"body": "version: 2"},
        {"isBase64Encoded": True},
    ]
    found = {fingerprint_of(each) for each in (event, *({**event, **other} for other in others))}
    assert len(found) == len(others) + 1
    same = {name.upper(): text for name, text in event["headers"].items() if name != "User-Agent"}
    assert fingerprint_of({**event, "headers": same}) == fingerprint_of(event)
