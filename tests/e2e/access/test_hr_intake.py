"""HR events are accepted when authentic and valid, and leave no trace otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.hr_system import ENDED, HIRED, event_body, new_delivery
from sandbox.signed_http import Answer
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes


@dataclass(frozen=True)
class Wrong:
    """A delivery that must not be taken: how it is sent, and what the answer to it is."""

    status: int
    said: str
    send: Callable[[DayOne, bytes, dict[str, str]], Answer]
    body: Callable[[bytes], bytes] = field(default=lambda body: body)
    sent: timedelta = timedelta()


def _as_it_is(day_one: DayOne, body: bytes, headers: dict[str, str]) -> Answer:
    return day_one.deployed.hr.post(body, headers=headers)


def _altered(day_one: DayOne, body: bytes, headers: dict[str, str]) -> Answer:
    return day_one.deployed.hr.post(body.replace(b"Engineering", b"Finance"), headers=headers)


def _unsigned(day_one: DayOne, body: bytes, headers: dict[str, str]) -> Answer:
    return day_one.deployed.hr.post(body, headers={"content-type": headers["content-type"]})


def _elsewhere(day_one: DayOne, body: bytes, headers: dict[str, str]) -> Answer:
    return day_one.deployed.hr.post(body, headers=headers, source="workday")


WRONG = {
    "a wrong signature": Wrong(401, "signature", _altered),
    "missing headers": Wrong(401, "signature", _unsigned),
    "a time six minutes ago": Wrong(401, "five minutes", _as_it_is, sent=-timedelta(minutes=6)),
    "a time in six minutes": Wrong(401, "five minutes", _as_it_is, sent=timedelta(minutes=6)),
    "a body that is not JSON": Wrong(400, "not JSON", _as_it_is, body=lambda body: body[:-1]),
    "a record with mistakes": Wrong(
        422, "data.email", _as_it_is, body=lambda body: body.replace(b"@people.example", b" at work")
    ),
    "a body over 256 KiB": Wrong(413, "262144", _as_it_is, body=lambda body: body + b" " * 256 * 1024),
    "a source nobody knows": Wrong(404, "workday", _elsewhere),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_is_refused_and_nothing_is_recorded(day_one: DayOne, wrong: Wrong) -> None:
    person, delivery, now = somebody(), new_delivery(), datetime.now(UTC)
    body = wrong.body(event_body(person, event=HIRED, at=now))
    headers = day_one.deployed.hr.headers(body, delivery=delivery, sent_at=now + wrong.sent)
    answer = wrong.send(day_one, body, headers)
    assert (answer.status, answer.headers["Content-Type"]) == (wrong.status, "application/problem+json")
    assert wrong.said in answer.text
    # Others may have put something there; whatever was put is planned before the queue is empty.
    assert becomes(lambda: day_one.waiting("InboxQueue"), 0)
    assert not day_one.knows(f"/v1/people/{person['id']}")
    assert day_one.changes(reference=delivery) == []


def test_a_record_with_mistakes_is_answered_with_every_one_of_them(day_one: DayOne) -> None:
    person = somebody(email="nobody", time_zone="Mars/Olympus")
    answer = day_one.deployed.hr.tell(person)
    assert answer.status == 422
    assert sorted(finding.partition(":")[0] for finding in answer.json()["findings"]) == [
        "data.email",
        "data.time_zone",
    ]


def test_a_replayed_delivery_is_the_same_change_and_does_nothing(day_one: DayOne) -> None:
    person, delivery, now = somebody(), new_delivery(), datetime.now(UTC)
    body = event_body(person, event=HIRED, at=now)
    headers = day_one.deployed.hr.headers(body, delivery=delivery)
    first = day_one.deployed.hr.post(body, headers=headers)
    before = day_one.succeeded(first.json()["change"])
    again = day_one.deployed.hr.post(body, headers=headers)
    assert (again.status, again.json()) == (202, first.json())
    assert becomes(lambda: day_one.waiting("InboxQueue"), 0)
    assert day_one.succeeded(first.json()["change"]) == before
    assert len(day_one.changes(reference=delivery)) == 1


def test_the_same_event_five_times_makes_one_user_and_one_membership(day_one: DayOne) -> None:
    person, now, delivery = somebody(), datetime.now(UTC), new_delivery()
    deliveries = [delivery, delivery, delivery, new_delivery(), new_delivery()]
    answers = [day_one.deployed.hr.tell(person, at=now, delivery=delivery) for delivery in deliveries]
    assert [answer.status for answer in answers] == [202] * 5
    changes = {answer.json()["change"] for answer in answers}
    over = [day_one.succeeded(change) for change in sorted(changes)]
    assert sorted(pair["notes"] for pair in over) == [[], *[["the same record was received before"]] * 2]
    done = [each["kind"] for pair in over for each in pair["operations"] if each["state"] == "succeeded"]
    # What AWS is being asked for at that moment is planned and asked for once more, which changes nothing.
    assert set(done) == {"create-membership", "create-user"}
    assert list(day_one.view.users()).count(person["user_name"]) == 1
    assert day_one.view.memberships("Engineers", user_name=person["user_name"]) == 1


def test_of_two_events_in_the_wrong_order_the_newer_one_stays(day_one: DayOne) -> None:
    now = datetime.now(UTC)
    newer = somebody("Finance", title="Controller")
    older = {**newer, "department": "Engineering", "title": "Engineer"}
    day_one.told(newer, at=now)
    stale = day_one.told(older, at=now - timedelta(minutes=10))
    assert stale["notes"] == [f"stale: the record of standard is from {now.isoformat()}"]
    assert stale["change"]["operations"] == 0
    assert day_one.get(f"/v1/people/{newer['id']}")["fact"]["title"] == "Controller"
    assert newer["user_name"] in day_one.view.members("Finance")
    assert newer["user_name"] not in day_one.view.members("Engineers")


def test_who_moves_leaves_and_comes_back_has_the_access_of_each_time(day_one: DayOne) -> None:
    person = somebody()
    name = person["user_name"]

    def groups() -> set[str]:
        return {group for group in ("Engineers", "Finance") if name in day_one.view.members(group)}

    day_one.told(person)
    user_id = day_one.view.users()[name]["UserId"]
    assert groups() == {"Engineers"}
    day_one.told({**person, "department": "Finance"}, event="person.updated")
    assert groups() == {"Finance"}
    left = day_one.told({**person, "department": "Finance"}, event=ENDED)
    assert [pair["kind"] for pair in left["operations"]] == ["delete-membership", "create-ended-sessions"]
    assert groups() == set()
    assert day_one.view.users()[name]["UserId"] == user_id
    assert day_one.get(f"/v1/people/{person['id']}/access")["groups"] == []
    day_one.told(person, event="person.updated")
    assert groups() == {"Engineers"}
    assert day_one.view.users()[name]["UserId"] == user_id
