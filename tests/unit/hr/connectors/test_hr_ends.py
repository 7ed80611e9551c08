"""An end needs only the id: whatever else is wrong with a record, whoever leaves loses their access."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Invalid
from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in as read_person
from dayone.hr.merge import unpacked
from dayone.messages.deliveries import Delivery
from dayone.model.commands import ApplyHrRecord, Command, ImportWorkforce
from dayone.model.people import Status
from dayone.model.subject_state import SourceRecord
from tests.unit.hr_senders import NOW, SCHEMES, SETUP, Receiving, key_of, sample, with_body
from tests.unit.hr_world import ADA, later, notes_of, person_in, tells
from tests.unit.world import World

_LEAVER = {"id": "e-1", "email": "lea@example.com", "given_name": "Lea", "family_name": "Ver", "department": "Sales"}


def _delivery(
    data: Mapping[str, object], *, kind: str, at: object = "2026-11-20T18:00:00Z"
) -> tuple[Receiving, Delivery]:
    receiving = Receiving()
    receiving.sources.text = SETUP.replace("  people: {kind: csv}", "  people: {kind: standard}")
    body = json.dumps({"type": kind, "timestamp": at, "data": data}).encode()
    delivery = replace(sample("workforce_csv"), body=body)
    return receiving, replace(delivery, headers=SCHEMES["people"](body, key_of("people"), NOW))


def _standard(
    data: Mapping[str, object], *, kind: str = "person.ended", at: str = "2026-11-20T18:00:00Z"
) -> SourceRecord:
    receiving, delivery = _delivery(data, kind=kind, at=at)
    receiving.takes(delivery)
    return _only(receiving.recorded)


def _only(commands: list[Command]) -> SourceRecord:
    (command,) = commands
    assert isinstance(command, ApplyHrRecord)
    return command.record


@pytest.mark.parametrize(
    "flaw",
    [
        {"manager": None},
        {"manager": 7},
        {"title": "x" * 1100},
        {"time_zone": "W. Europe Standard Time"},
        {"start_date": "2026-11-01", "end_date": "2026-10-31"},
        {"termination_reason": "x"},
        {"end_date": ""},
        {"end_date": "31.11.2026"},
        {"email": "lea"},
        {"email": f"{'l' * 200}@example.com"},
        {"given_name": None, "family_name": ""},
        {"status": "gone"},
        {"title": "Engineer \ud83d"},
        {"department": "Sales \ud83d"},
        {"email": "lea@example.com\ud83d"},
        {"termination_reason": "\ud83d"},
    ],
)
@pytest.mark.parametrize("kind", ["person.ended", "person.updated"])
def test_an_end_is_taken_whatever_else_is_wrong(flaw: dict[str, object], kind: str) -> None:
    status = {} if "status" in flaw or kind == "person.ended" else {"status": "ended"}
    if kind == "person.updated" and "status" in flaw:
        with pytest.raises(Invalid):
            _standard({**_LEAVER, **flaw}, kind=kind)
        return
    assert _standard({**_LEAVER, **flaw, **status}, kind=kind).attributes["status"] == Status.ENDED


def test_the_id_alone_is_enough_and_empties_nothing() -> None:
    assert _standard({"id": "e-1"}).attributes == {"status": "ended"}


def test_what_was_left_aside_is_named() -> None:
    assert _standard({**_LEAVER, "time_zone": "Berlin"}).flaws == (
        "time_zone: not an IANA time zone, such as Europe/Berlin",
    )


def test_an_end_without_an_id_is_nobody_s() -> None:
    with pytest.raises(Invalid):
        _standard({**_LEAVER, "id": ""})


def test_an_end_with_a_time_to_come_is_of_when_it_was_signed() -> None:
    assert _standard(_LEAVER, at="2026-12-24T00:00:00Z").version.at == NOW


@pytest.mark.parametrize(
    "change",
    [
        *({"modified_at": None}, {"modified_at": "soon"}, {"work_email": "jane"}, {"start_date": "soon"}),
        *({"first_name": "Jane \ud83d"}, {"start_date": "9999-12-31T23:59:59-12:00"}),
    ],
)
def test_merge_s_removal_needs_only_the_id(change: dict[str, object]) -> None:
    delivery = sample("merge_created")
    body = json.loads(delivery.body)
    body["hook"]["event"] = "employee.deleted"
    body["data"] |= change
    receiving = Receiving()
    receiving.takes(with_body(delivery, body))
    assert _only(receiving.recorded).attributes["status"] == "ended"


@pytest.mark.parametrize(
    ("flaw", "finding"),
    [
        ({"email": "lea"}, "data.email: not an e-mail address"),
        ({"shoe_size": 39}, "data.shoe_size: Extra inputs are not permitted"),
        ({"family_name": ""}, "data.family_name: Field required"),
    ],
)
@pytest.mark.parametrize("status", [{}, {"status": "active"}])
def test_a_last_day_is_taken_of_an_event_that_is_refused(
    flaw: dict[str, object], finding: str, status: dict[str, object]
) -> None:
    data = {**_LEAVER, "end_date": "2026-11-19", **status, **flaw}
    receiving, delivery = _delivery(data, kind="person.updated")
    with pytest.raises(Invalid, match="only the end of 1 person was taken") as refused:
        receiving.takes(delivery)
    assert refused.value.findings == (finding,)
    assert _only(receiving.recorded).attributes == {"end_date": "2026-11-19"}


@pytest.mark.parametrize("flaw", [{"start_date": "2026-11-20"}, {"end_date": "soon"}, {"status": "gone"}, {"id": ""}])
def test_nothing_is_taken_of_an_event_of_which_no_end_is_clear(flaw: dict[str, object]) -> None:
    data = {**_LEAVER, "email": "lea", "end_date": "2026-11-19", **flaw}
    receiving, delivery = _delivery(data, kind="person.updated")
    with pytest.raises(Invalid):
        receiving.takes(delivery)
    assert receiving.recorded == []


@pytest.mark.parametrize("at", ["soon", "2026-11-20T18:00:00", None, -1, "0001-01-01T00:00:00Z", 10**20])
def test_an_end_of_no_clear_time_is_of_when_it_was_signed(at: object) -> None:
    receiving, delivery = _delivery(_LEAVER, kind="person.ended", at=at)
    receiving.takes(delivery)
    record = _only(receiving.recorded)
    assert (record.attributes["status"], record.version.at) == ("ended", NOW)
    assert record.flaws[0].startswith("timestamp: ")


def test_the_corrected_event_is_another_change_than_its_end() -> None:
    receiving, refused = _delivery({**_LEAVER, "end_date": "2026-11-19", "email": "lea"}, kind="person.updated")
    with pytest.raises(Invalid):
        receiving.takes(refused)
    _, corrected = _delivery({**_LEAVER, "end_date": "2026-11-19"}, kind="person.updated")
    receiving.takes(corrected)
    assert len({command.cause.change for command in receiving.recorded}) == 2


@pytest.mark.parametrize("change", [{"work_email": "jane"}, {"modified_at": None}])
def test_merge_s_last_day_is_taken_of_a_record_that_is_refused(change: dict[str, object]) -> None:
    delivery = sample("merge_created")
    body = json.loads(delivery.body)
    body["data"] |= {"employment_status": None, "start_date": None, "termination_date": "2026-11-19"} | change
    receiving = Receiving()
    with pytest.raises(Invalid, match="only the end of 1 person was taken"):
        receiving.takes(with_body(delivery, body))
    assert _only(receiving.recorded).attributes == {"end_date": "2026-11-19"}


# What each kind says of somebody who has left, and what may be wrong with the rest of it.
_ENDED: Mapping[str, tuple[dict[str, object], dict[str, object]]] = {
    "bamboohr": (
        {"id": "e-1", "employmentHistoryStatus": "Terminated"},
        {"workEmail": "lea", "firstName": None, "hireDate": "soon", "jobTitle": "x" * 1100, "status": "gone"},
    ),
    "hibob": (
        {"/root/id": {"value": "e-1"}, "/internal/lifecycleStatus": {"value": "Terminated"}},
        {"/root/email": "lea", "/root/firstName": None, "/work/startDate": "soon", "/internal/status": "gone"},
    ),
    "merge": (
        {"id": "e-1", "employment_status": "INACTIVE"},
        {"work_email": "lea", "first_name": None, "start_date": "soon", "team": [7], "termination_date": "31.11.2026"},
    ),
    "gusto": (
        {"uuid": "e-1", "terminated": True},
        {"work_email": "lea", "first_name": None, "department": {"id": 7}, "jobs": [{"primary": True, "hire_date": 7}]},
    ),
    "deel": (
        {"id": "e-1", "hiring_status": "terminated"},
        {"emails": [{"type": "work", "value": "lea"}], "first_name": None, "start_date": "soon", "timezone": "Berlin"},
    ),
    "okta": (
        {"id": "e-1", "status": "DEPROVISIONED"},
        {"profile": {"login": "ann lee", "email": "lea", "firstName": None, "timezone": "Berlin", "title": ["SRE"]}},
    ),
    "workday": (
        {"Employee_ID": "e-1", "Active_Status": "0"},
        {"Work_Email": "lea", "First_Name": None, "Hire_Date": "soon", "Termination_Date": "31.11.2026"},
    ),
    "csv": ({"id": "e-1", "status": "ended"}, {"email": "lea", "given_name": "", "start_date": "soon"}),
    "json": ({"id": "e-1", "status": "ended"}, {"email": "lea", "given_name": None, "manager": ["e-2"]}),
}


@pytest.mark.parametrize("is_flawed", [False, True], ids=["the id alone", "everything else is wrong"])
@pytest.mark.parametrize("kind", _ENDED)
def test_the_end_in_a_record_of_each_kind_needs_only_the_id(kind: str, *, is_flawed: bool) -> None:
    end, flaws = _ENDED[kind]
    record: object = {**flaws, **end} if is_flawed else end
    asks = kind_called(kind).asks
    person = read_person(asks.answer(record).record if asks else record, rules=kind_called(kind).mapping, at=NOW)
    assert (person.id, person.attributes["status"]) == ("e-1", "ended")
    assert bool(person.flaws) is is_flawed
    assert "email" not in person.attributes


def test_a_row_of_workday_that_ends_is_not_held_back_by_others() -> None:
    delivery = sample("workday_hired")
    row = json.loads(delivery.body)["Report_Entry"][0]
    leaver = {**row, "Employee_ID": "21002", "Active_Status": "0", "Work_Email": "jane"}
    last_day = {key: value for key, value in row.items() if key != "Active_Status"}
    last_day |= {"Employee_ID": "21003", "Hire_Date": "2020-01-01", "Termination_Date": "2026-11-01"}
    receiving = Receiving()
    with pytest.raises(Invalid, match="only the ends of 2 people"):
        receiving.takes(with_body(delivery, [{**row, "Work_Email": "jane"}, leaver, last_day]))
    ends = {command.subject.name: _only([command]).attributes for command in receiving.recorded}
    assert ends["21002"]["status"] == "ended"
    assert ends["21003"] == {"end_date": "2026-11-01"}


_FILE = """id,email,given_name,family_name,start_date,end_date,status
c-1,c1@example.com,Ann,Lee,,,active
c-2,bad,Bob,Ray,,,ended
c-3,bad,Cy,Poe,2020-01-01,2026-11-01,
c-4,bad,Di,Fox,2026-11-10,2026-11-01,
c-5,bad,Ed,Ash,,2026-11-01,active
c-6,bad,Flo,Oak,,,gone
"""


def test_the_ends_in_a_file_are_not_held_back_by_its_bad_rows() -> None:
    receiving = Receiving()
    with pytest.raises(Invalid) as refused:
        receiving.takes(with_body(sample("workforce_csv"), _FILE.encode()))
    assert any(finding.startswith("row 6: status: ") for finding in refused.value.findings)
    (command,) = receiving.recorded
    assert isinstance(command, ImportWorkforce)
    assert command.only_ends
    assert unpacked(command.workforce) == {"c-2": {"status": "ended"}, "c-3": {"end_date": "2026-11-01"}}


def test_somebody_of_whom_a_name_is_missing_leaves_too() -> None:
    world = World()
    tells(world, "e-1", ADA)
    world.settle()
    later(world, seconds=1)
    tells(world, "e-1", {"given_name": "", "status": "ended"})
    world.settle()
    person = person_in(world, "e-1")
    assert person is not None
    assert person.status is Status.ENDED


def test_an_end_older_than_the_newest_record_ends_nothing() -> None:
    world = World()
    tells(world, "e-1", ADA)
    world.settle()
    tells(world, "e-1", {"status": "ended"}, at=world.now - timedelta(days=1))
    world.settle()
    person = person_in(world, "e-1")
    assert person is not None
    assert person.status is Status.ACTIVE


@pytest.mark.parametrize("end", [{"status": "ended"}, {"end_date": "2026-11-01"}])
def test_an_end_of_somebody_who_was_never_recorded_says_so(end: dict[str, str]) -> None:
    world = World()
    tells(world, "e-1", ADA)
    world.settle()
    misspelt = tells(world, "E-1", end)
    world.settle()
    assert any("was never recorded, so nothing is revoked" in note for note in notes_of(world, misspelt))
    assert not any("waits for" in note for note in notes_of(world, misspelt))


def test_what_a_source_tells_no_more_is_named() -> None:
    world = World()
    tells(world, "e-1", {**ADA, "end_date": "2099-01-01"})
    world.settle()
    later(world, seconds=1)
    silent = tells(world, "e-1", {**ADA, "title": "SRE"})
    world.settle()
    assert notes_of(world, silent) == ("standard tells no more, so it stays as it was: end_date",)
