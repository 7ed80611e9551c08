"""A person who has left is forgotten by the deployed system, with the rights of its roles."""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.hr_system import ENDED
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody

# No other name or id of these tests has one of these in it.
_NAMES = {
    "id": "e-forget-me-9417",
    "email": "quillon.forgettable@people.example",
    "user_name": "qvanderforgettable",
    "given_name": "Quillonforgettable",
    "family_name": "Vanderslootforgettable",
    "display_name": "Quillonforgettable Vanderslootforgettable",
    "title": "Unmistakable",
}


def _items(day_one: DayOne) -> list[str]:
    """All items of the table as they lie there, in small letters."""
    client, table = day_one.sandbox.client("dynamodb"), day_one.deployed.stack.outputs["TableName"]
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [json.dumps(item, default=str).casefold() for page in pages for item in page["Items"]]


def _with_words(day_one: DayOne, person: dict[str, str]) -> list[str]:
    words = [person[name] for name in _NAMES]
    return [item for item in _items(day_one) if any(word.casefold() in item for word in words)]


def _verified(day_one: DayOne) -> Any:  # noqa: ANN401 - JSON
    return day_one.get(f"/v1/audit/verify?day={datetime.now(UTC).date().isoformat()}")


def _sent(day_one: DayOne, person: dict[str, str]) -> Any:  # noqa: ANN401 - an answer
    return day_one.deployed.api.send("POST", f"/v1/people/{person['id']}/forget")


def test_nothing_in_the_table_names_who_is_forgotten_and_hr_may_send_the_id_again(day_one: DayOne) -> None:
    day_one.put_in_force({**policies.BASE, "people": {"leavers": "delete", "end_sessions": False}})
    person = somebody("Engineering", **_NAMES)
    day_one.told(person)
    refused = _sent(day_one, person)
    assert refused.status == 409
    assert "they have not left" in refused.text
    gone = {**person, "start_date": "2020-02-01", "end_date": "2024-02-29"}
    day_one.told(gone, event=ENDED)
    assert _with_words(day_one, person)
    assert _verified(day_one)["first_break"] is None
    answer = _sent(day_one, person)
    assert answer.status == 202, answer.text
    notes = day_one.succeeded(answer.json()["change"])["notes"]
    assert notes[0].startswith("a person was forgotten: ")
    assert _with_words(day_one, person) == []
    verified = _verified(day_one)
    assert verified["first_break"] is None
    assert verified["erased"]
    assert day_one.deployed.api.get(f"/v1/people/{person['id']}").status == 404
    other = {**somebody("Engineering"), "id": person["id"]}
    day_one.told(other)
    assert day_one.get(f"/v1/people/{person['id']}")["fact"]["email"] == other["email"]
    day_one.put_in_force(policies.BASE)
