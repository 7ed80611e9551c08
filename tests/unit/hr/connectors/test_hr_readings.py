"""Published payloads of each HR system, and the person in a fetched record."""

import base64
import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.errors import Invalid, Malformed
from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.model.commands import ApplyHrRecord, Command, FetchHrRecord
from dayone.model.hr_sources import ChangeNotification, Source
from tests.captures.reading import seen
from tests.unit.hr_records import ANSWERS
from tests.unit.hr_senders import NOW, SETUP, Receiving, sample, sent, signed, with_body

_CHANGED_AT = {
    "bamboohr": datetime(2026, 11, 20, 18, 41, 58, tzinfo=UTC),
    "deel": datetime(2026, 11, 20, 15, 39, 38, 70_000, tzinfo=UTC),
    "okta": datetime(2026, 11, 20, 16, 59, 52, tzinfo=UTC),
}


def _source(name: str) -> Source:
    receiving = Receiving()
    assert name in SETUP
    return receiving.sources.configuration().sources[name]


def _commands(delivery_of: str, receiving: Receiving | None = None) -> list[Command]:
    receiving = receiving or Receiving()
    receiving.takes(signed(sample(delivery_of)))
    return receiving.recorded


@pytest.mark.parametrize("source", sorted(ANSWERS))
def test_the_record_of_a_thin_event_becomes_a_person(source: str) -> None:
    answer, also = ANSWERS[source]
    asks = kind_called(source).asks
    assert asks is not None
    asked = asks.answer(answer)
    person = person_in(asked.record, rules=_source(source).mapping, at=NOW)
    found = {"id": person.id, **person.attributes}
    expected = {
        "given_name": "Jane",
        "family_name": "Doe",
        "email": "jane.doe@example.com",
        "department": "Engineering",
        "title": "SRE",
        "status": "active",
        **also,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found.get("start_date", "2026-12-01") == "2026-12-01"
    assert asked.changed_at == _CHANGED_AT.get(source)


@pytest.mark.parametrize("source", sorted(ANSWERS))
@pytest.mark.parametrize("answer", [None, [], "text", 7])
def test_an_answer_of_another_shape_is_no_record(source: str, answer: object) -> None:
    asks = kind_called(source).asks
    assert asks is not None
    with pytest.raises(Malformed):
        asks.answer(answer)


@pytest.mark.parametrize(
    ("source", "path", "authorization"),
    [
        ("bamboohr", "/api/v1/employees/a%2Fb/", f"Basic {base64.b64encode(b'key:x').decode()}"),
        ("hibob", "/v1/people/a%2Fb", f"Basic {base64.b64encode(b'key').decode()}"),
        ("gusto", "/v1/employees/a%2Fb", "Bearer key"),
        ("deel", "/rest/v2/people/a%2Fb", "Bearer key"),
        ("okta", "/api/v1/users/a%2Fb", "SSWS key"),
    ],
)
def test_a_record_is_asked_for_by_its_id_which_cannot_lead_elsewhere(
    source: str, path: str, authorization: str
) -> None:
    asks = kind_called(source).asks
    assert asks is not None
    question = asks.question("a/b", _source(source), "key")
    assert question.path.partition("?")[0] == path
    assert question.headers["Authorization"] == authorization


def test_bamboohr_and_hibob_are_asked_for_the_fields_that_are_mapped() -> None:
    setup = SETUP.replace('com"}}', 'com"}, attributes: {team: customTeam}}', 1)
    receiving = Receiving()
    receiving.sources.text = setup
    sources = receiving.sources.configuration().sources
    bamboohr, hibob = kind_called("bamboohr").asks, kind_called("hibob").asks
    assert bamboohr is not None
    assert hibob is not None
    path = bamboohr.question("1", sources["bamboohr"], "key").path
    assert "customTeam" in path
    assert "division" not in path
    fields = json.loads(hibob.question("1", sources["hibob"], "key").body)["fields"]
    assert {"root.id", "root.email", "work.startDate", "internal.status"} <= set(fields)


def test_hibob_is_asked_for_what_people_read_and_not_for_its_ids() -> None:
    """As its documentation says what it answers: apidocs.hibob.com/reference/post_people-identifier."""
    asks = kind_called("hibob").asks
    assert asks is not None
    asked = json.loads(asks.question("1", _source("hibob"), "key").body)
    readable = {"/work/department": {"value": "Engineering"}, "/work/site": {"value": "Berlin"}}
    machine = {"/work/department": {"value": "238712345"}, "/work/site": {"value": 2491}}
    more = {"humanReadable": {"work": {"department": "Engineering", "site": "Berlin"}}}
    answers: dict[Any, Any] = {"REPLACE": readable, "APPEND": {**machine, **more}}
    whole: Any = ANSWERS["hibob"][0]
    answer = {**whole, **answers.get(asked.get("humanReadable"), machine)}
    person = person_in(asks.answer(answer).record, rules=_source("hibob").mapping, at=NOW)
    assert (person.attributes["department"], person.attributes["location"]) == ("Engineering", "Berlin")


def _notification_in(command: Command) -> ChangeNotification:
    assert isinstance(command, FetchHrRecord)
    return command.notification


def test_every_employee_of_a_field_based_event_is_hinted_at() -> None:
    notifications = [_notification_in(command) for command in _commands("bamboohr_fields")]
    assert notifications == [
        ChangeNotification(record="123", at=NOW),
        ChangeNotification(record="124", at=NOW, is_deletion=True),
    ]


@pytest.mark.parametrize(
    ("name", "record", "at"),
    [
        ("bamboohr_created", "67890", NOW),
        ("bamboohr_updated", "67890", NOW),
        ("hibob_joined", "3332883884017713938", datetime(2026, 11, 20, 0, 0, 3, 120_000, tzinfo=UTC)),
        ("gusto_created", "c0ffee00-1111-2222-3333-444455556666", datetime.fromtimestamp(1795168841, UTC)),
        ("deel_created", "hris-profile-id", datetime(2026, 11, 20, 15, 39, 38, 70_000, tzinfo=UTC)),
        ("okta_created", "00u2", datetime(2026, 11, 20, 16, 59, 52, 777_000, tzinfo=UTC)),
    ],
)
def test_a_thin_event_is_a_hint_at_its_record(name: str, record: str, at: datetime) -> None:
    (command,) = _commands(name)
    assert isinstance(command, FetchHrRecord)
    assert command.notification == ChangeNotification(record=record, at=at)
    assert str(command.subject) == f"hr-source:{name.partition('_')[0]}"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bamboohr_created", b"employee.created", b"employee.deleted"),
        ("hibob_joined", b"employee.joined", b"employee.deleted"),
        ("gusto_created", b"employee.created", b"employee.deleted"),
        ("okta_created", b"user.lifecycle.create", b"user.lifecycle.delete.completed"),
    ],
)
def test_a_deletion_is_told_as_one(name: str, old: bytes, new: bytes) -> None:
    receiving, delivery = Receiving(), sample(name)
    receiving.takes(signed(replace(delivery, body=delivery.body.replace(old, new))))
    (request,) = receiving.recorded
    assert _notification_in(request).is_deletion


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bamboohr_created", b"employee.created", b"company.created"),
        ("hibob_joined", b'{"employeeId": "3332883884017713938"}', b"{}"),
        ("gusto_created", b'"Employee"', b'"Payroll"'),
        ("deel_created", b"employee.created.direct", b"contract.created"),
        ("merge_created", b"employee.created", b"Employee.synced"),
        ("okta_created", b"user.lifecycle.create", b"system.api_token.create"),
    ],
)
def test_what_is_not_about_people_leads_to_nothing(name: str, old: bytes, new: bytes) -> None:
    receiving, delivery = Receiving(), sample(name)
    assert old in delivery.body
    received = receiving.takes(signed(replace(delivery, body=delivery.body.replace(old, new))))
    assert received.ignored
    assert receiving.recorded == []


@pytest.mark.parametrize("capture", ["hr-01", "hr-02"])
def test_an_event_hook_of_okta_is_read_in_both_spellings(capture: str) -> None:
    receiving, body = Receiving(), copy.deepcopy(seen(capture))
    body["data"]["events"][0]["published"] = NOW.isoformat()
    received = receiving.takes(with_body(sample("okta_created"), body))
    (request,) = receiving.recorded
    assert received.ignored == ""
    assert _notification_in(request) == ChangeNotification(record="00u1abcd2EFGH3ijk4l5", at=NOW)


def test_a_thing_without_an_id_in_an_event_hook_is_passed_over() -> None:
    receiving, body = Receiving(), copy.deepcopy(seen("hr-01"))
    (event,) = body["data"]["events"]
    event["published"] = NOW.isoformat()
    event["target"] = [{"type": "User"}, {"id": None, "type": "AppUser"}, {"displayName": "?"}, *event["target"]]
    receiving.takes(with_body(sample("okta_created"), body))
    assert [_notification_in(command).record for command in receiving.recorded] == ["00u1abcd2EFGH3ijk4l5"]


def test_one_message_is_put_for_each_user_of_an_event_hook_however_often_they_are_in_it() -> None:
    delivery = sample("okta_created")
    body = json.loads(delivery.body)
    event = body["data"]["events"][0]
    other = {**event, "target": [{"id": "00u3", "type": "User"}, {"id": "app", "type": "AppInstance"}]}
    body["data"]["events"] = [event, {**event, "published": "2026-11-20T17:00:00Z"}, other]
    receiving = Receiving()
    received = receiving.takes(with_body(delivery, body))
    assert [_notification_in(command).record for command in receiving.recorded] == ["00u2", "00u3"]
    assert len(set(received.changes)) == 2


# Whole records


def test_merge_tells_of_the_whole_employee_by_the_time_it_was_modified() -> None:
    (request,) = _commands("merge_created")
    assert str(request.subject) == "person:67890"
    assert isinstance(request, ApplyHrRecord)
    assert request.record.version.at == datetime(2026, 11, 20, 15, 39, 38, tzinfo=UTC)
    told = request.record.attributes
    assert (told["given_name"], told["start_date"], told["status"]) == ("Jane", "2026-12-01", "active")
    # A bare id of Merge says nothing about who the manager is.
    assert "manager" not in told


def test_merge_without_the_time_of_the_record_is_refused() -> None:
    delivery = sample("merge_created")
    body = json.loads(delivery.body)
    del body["data"]["modified_at"]
    with pytest.raises(Invalid) as refused:
        Receiving().takes(with_body(delivery, body))
    assert refused.value.findings == ("data.modified_at: is missing or not a time with a zone",)


@pytest.mark.parametrize("changes", [{"remote_was_deleted": True}, {"employment_status": "INACTIVE"}])
def test_merge_tells_that_somebody_has_left(changes: dict[str, object]) -> None:
    delivery = sample("merge_created")
    body = json.loads(delivery.body)
    body["data"] |= changes
    receiving = Receiving()
    receiving.takes(with_body(delivery, body))
    (request,) = receiving.recorded
    assert isinstance(request, ApplyHrRecord)
    assert request.record.attributes["status"] == "ended"


def test_a_row_of_workday_is_a_person_as_of_when_it_came() -> None:
    (request,) = _commands("workday_hired")
    assert str(request.subject) == "person:21001"
    assert isinstance(request, ApplyHrRecord)
    assert request.record.version.at == NOW
    assert request.record.attributes["start_date"] == "2026-12-01"


def test_a_report_of_workday_may_say_itself_when_a_row_came_to_be_so() -> None:
    receiving = Receiving()
    receiving.sources.text = SETUP.replace("{kind: workday,", "{kind: workday, attributes: {changed_at: Moment},")
    delivery = sample("workday_hired")
    body = json.loads(delivery.body)
    body["Report_Entry"][0]["Moment"] = "2026-11-20T10:00:00Z"
    receiving.takes(with_body(delivery, body))
    (request,) = receiving.recorded
    assert isinstance(request, ApplyHrRecord)
    assert request.record.version.at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    body["Report_Entry"][0]["Moment"] = "2027-01-01T00:00:00Z"
    with pytest.raises(Invalid):
        receiving.takes(with_body(delivery, body))


def test_several_rows_are_several_changes_and_a_mistake_in_one_refuses_all() -> None:
    delivery = sample("workday_hired")
    row = json.loads(delivery.body)["Report_Entry"][0]
    receiving = Receiving()
    received = receiving.takes(with_body(delivery, [row, {**row, "Employee_ID": "21002"}]))
    assert len(set(received.changes)) == 2
    receiving = Receiving()
    with pytest.raises(Invalid) as refused:
        receiving.takes(with_body(delivery, [row, {**row, "Work_Email": "jane"}, {"First_Name": "Jane"}, row]))
    assert refused.value.findings == (
        "row 2: email: not an e-mail address",
        "row 3: id: Employee_ID is missing or empty",
        "row 4: this person is in it twice",
    )
    assert receiving.recorded == []


@pytest.mark.parametrize("source", ["merge", "workday"])
def test_what_is_wrong_with_a_record_is_named_without_what_was_sent(source: str) -> None:
    delivery = sent(source)
    with pytest.raises(Invalid) as refused:
        Receiving().takes(signed(replace(delivery, body=delivery.body.replace(b"jane.doe@example.com", b"jane.doe"))))
    assert "jane" not in repr(refused.value.findings)
