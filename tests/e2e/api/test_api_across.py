"""Behaviour common to all routes, and the state of the whole deployment: through the deployed API."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from dayone.messages.inbox import to_json
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ReconcileSubject
from dayone.model.subjects import Subject, SubjectKind
from sandbox.day_one import expect
from sandbox.signed_http import Answer
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually


def _put(day_one: DayOne, **headers: str) -> Answer:
    told = {name.replace("_", "-"): said for name, said in headers.items()}
    body = policies.text_of(policies.BASE)
    return day_one.deployed.api.send(
        "PUT", "/v1/policy?file=access.yaml", body=body, headers={"content-type": "application/yaml", **told}
    )


def _newest(day_one: DayOne) -> int:
    return int(day_one.get("/v1/policy/versions?limit=1")["versions"][0]["version"])


class TestOnce:
    def test_the_same_request_under_the_same_key_happens_once(self, day_one: DayOne) -> None:
        key = str(uuid.uuid4())
        first, again = (_put(day_one, Idempotency_Key=key) for _ in range(2))
        assert (again.status, again.text, again.headers["location"]) == (202, first.text, first.headers["location"])
        assert again.headers["idempotency-replayed"] == "true"
        assert _newest(day_one) == first.json()["version"]
        day_one.succeeded(first.json()["change"])

    def test_another_request_needs_another_key(self, day_one: DayOne) -> None:
        key = str(uuid.uuid4())
        expect(day_one.deployed.api.send("POST", "/v1/accounts/discover", headers={"Idempotency-Key": key}), status=202)
        refused = _put(day_one, Idempotency_Key=key)
        assert (refused.status, refused.json()["type"]) == (422, "tag:dayone,2026:idempotency-key-reused")

    def test_of_many_at_once_one_does_it(self, day_one: DayOne) -> None:
        key, before = str(uuid.uuid4()), _newest(day_one)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: _put(day_one, Idempotency_Key=key), range(4)))
        assert {answer.status for answer in answers} <= {202, 409}
        assert len({answer.text for answer in answers if answer.status == 202}) == 1
        assert all("retry-after" in answer.headers for answer in answers if answer.status == 409)
        assert _newest(day_one) == before + 1


def test_of_two_editors_of_the_policy_the_second_is_told(day_one: DayOne) -> None:
    seen = f'"{_newest(day_one)}"'
    first = _put(day_one, If_Match=seen)
    assert (first.status, first.headers["etag"]) == (202, f'"{int(seen[1:-1]) + 1}"')
    second = _put(day_one, If_Match=seen)
    assert (second.status, second.json()["type"]) == (412, "tag:dayone,2026:precondition-failed")
    day_one.succeeded(first.json()["change"])
    assert expect_etag(day_one) == first.headers["etag"]


def expect_etag(day_one: DayOne) -> str:
    answer = day_one.deployed.api.get("/v1/policy")
    assert answer.status == 200
    return str(answer.headers["etag"])


def test_a_change_is_waited_for_and_found_again(day_one: DayOne) -> None:
    person = somebody("Engineering")
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    change = day_one.tell(person)
    assert day_one.get(f"/v1/changes/{change}?wait=20")["change"]["state"] == "succeeded"
    subject = f"person:{person['id']}"
    query = urlencode({"subject": subject, "cause": "hr-event", "state": "succeeded", "since": since})
    listed = eventually(lambda: day_one.get(f"/v1/changes?{query}")["changes"], holds=bool)
    assert [pair["id"] for pair in listed] == [change]
    assert day_one.get(f"/v1/changes?{urlencode({'subject': subject, 'state': 'held'})}")["changes"] == []


def test_what_was_done_is_on_record_and_the_record_is_whole(day_one: DayOne) -> None:
    person = somebody("Engineering")
    change = day_one.told(person)["change"]["id"]
    entries: list[Any] = day_one.get(f"/v1/audit?subject=person%3A{person['id']}&limit=100")["entries"]
    assert {pair["change"] for pair in entries} == {change}
    assert {"create-user", "create-membership"} <= {
        pair["action"].split()[0] for pair in entries if pair["outcome"] == "succeeded"
    }
    by_hr = day_one.get("/v1/audit?actor=hr%3Astandard&limit=5")["entries"]
    assert {pair["actor"] for pair in by_hr} == {"hr:standard"}
    found = day_one.get(f"/v1/audit/verify?day={datetime.now(UTC).date().isoformat()}")
    assert (found["first_break"], found["cursor"]) == (None, "")
    assert found["entries"] >= len(entries)


def _given_up(day_one: DayOne, subject: Subject) -> str:
    """A request to plan a subject that lies among the dead letters; returns the id of its change."""
    at = datetime.now(UTC)
    change = ulid_of(at, name=uuid.uuid4().hex)
    cause = Cause(change=change, kind=CauseKind.DUE, actor="dayone", reference="sweep", at=at)
    day_one.sandbox.client("sqs").send_message(
        QueueUrl=day_one.queue_url("InboxDeadLetters"),
        MessageBody=to_json(ReconcileSubject(subject=subject, cause=cause)),
        MessageGroupId=str(subject),
        MessageDeduplicationId=change,
    )
    return change


def test_what_was_given_up_is_planned_again(day_one: DayOne) -> None:
    person = somebody("Engineering")
    day_one.told(person)
    change = _given_up(day_one, Subject(SubjectKind.PERSON, person["id"]))
    for _ in range(2):
        (letter,) = day_one.get("/v1/dead-letters?queue=inbox")["dead_letters"]
        assert (letter["subject"], letter["change"]) == (f"person:{person['id']}", change)
    api = day_one.deployed.api
    done = expect(api.send("POST", "/v1/dead-letters/redrive", body=b'{"queue": "inbox"}'), status=202)
    assert (done["replanned"], done["changes"], done["href"]) == (1, [change], f"/v1/changes/{change}")
    assert day_one.get(f"{done['href']}?wait=20")["change"]["state"] == "succeeded"
    assert day_one.waiting("InboxDeadLetters") == 0


def test_an_event_that_was_given_up_has_its_account_looked_at(day_one: DayOne) -> None:
    account = day_one.get("/v1/accounts?limit=1")["accounts"][0]["id"]
    event = {
        "id": str(uuid.uuid4()),
        "source": "aws.organizations",
        "detail-type": "AWS API Call via CloudTrail",
        "time": datetime.now(UTC).isoformat(),
        "detail": {"eventName": "MoveAccount", "requestParameters": {"accountId": account}},
    }
    url = day_one.queue_url("AccountEventsDeadLetters")
    day_one.sandbox.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))
    done = expect(day_one.deployed.api.send("POST", "/v1/dead-letters/redrive"), status=202)
    assert done["replanned"] == 1
    change = day_one.get(f"{done['href']}?wait=20")["change"]
    assert (change["state"], change["cause"]["kind"]) == ("succeeded", "account-event")
    assert day_one.waiting("AccountEventsDeadLetters") == 0


def test_the_settings_are_checked_and_what_the_local_aws_lacks_is_unknown(day_one: DayOne) -> None:
    found = {pair["name"]: pair for pair in day_one.get("/v1/settings/check")["findings"]}
    fits = ("instance", "identity-store", "organization-instance", "administered-from")
    assert {name: found[name]["state"] for name in fits} == dict.fromkeys(fits, "ok")
    assert {found[name]["state"] for name in ("identity-source", "quotas", "first-sign-in")} == {"unknown"}
    assert {found[name]["state"] for name in ("lambda-concurrency", "roles", "permission-sets")} == {"ok"}
    assert found["trail"]["state"] in ("unknown", "warning")


def test_the_numbers_of_the_day_count_what_has_happened(day_one: DayOne) -> None:
    day_one.told(somebody("Engineering"))
    numbers = day_one.get("/v1/metrics")
    assert numbers["changes"]["by_cause"]["hr-event"] >= 1
    assert numbers["operations"]["succeeded"] >= 1
    assert numbers["provisioning_time"]["p50"] > 0
    assert {pair["queue"] for pair in numbers["dead_letters"]} == {
        "inbox",
        "engine",
        "account-events",
        "publish-events",
        "notifications",
    }
