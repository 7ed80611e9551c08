"""Files of people: one reader whichever door they come in by, and nothing that they stop telling goes unnoticed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dayone.errors import Invalid
from dayone.hr.merge import packed, unpacked
from dayone.messages.deliveries import Delivery
from dayone.model.changes import ChangeState
from dayone.model.commands import ApplyHrRecord, ImportWorkforce
from dayone.model.people import Status
from dayone.model.subjects import Subject, SubjectKind
from dayone_cli.inputs.event_files import HrDelivery, read_event
from dayone_cli.inputs.people_files import leavers_in, people_in
from tests.unit.hr_senders import Receiving, sample, signed, with_body
from tests.unit.hr_world import cause_of, later, notes_of, person_in
from tests.unit.world import World

_ROW = {"id": "e-1", "given_name": "Zoë", "family_name": "Müller"}
_FILES = [
    "id,given_name,family_name\r\ne-1,Zoë,Müller\r\n".encode(),
    "\ufeffid;given_name;family_name\r\ne-1;Zoë;Müller\r\n".encode(),
    "id\tgiven_name\tfamily_name\ne-1\tZoë\tMüller\n".encode(),
    'sep=;\r\n"id";"given_name";"family_name"\r\n"e-1";"Zoë";"Müller"\r\n'.encode(),
    "id;given_name;family_name\ne-1;Zoë;Müller\n".encode("cp1252"),
    "id;given_name;family_name\ne-1;Zoë;Müller\n".encode("utf-16"),
    "ID, Given_Name ,FAMILY_NAME\ne-1,Zoë,Müller\n\n".encode(),
    "id,given_name,family_name\n,,\ne-1,Zoë,Müller\n , ,\n".encode(),
    "id,given_name,family_name,,\ne-1,Zoë,Müller,,\n".encode(),
]


@pytest.mark.parametrize("raw", _FILES)
def test_a_file_is_the_same_at_the_webhook_and_at_the_command(raw: bytes, tmp_path: Path) -> None:
    receiving = Receiving()
    receiving.takes(signed(replace(sample("workforce_csv"), body=raw)))
    (command,) = receiving.inbox.commands
    assert isinstance(command, ImportWorkforce)
    person = {name: text for name, text in _ROW.items() if name != "id"}
    assert unpacked(command.workforce) == {"e-1": person}
    (tmp_path / "people.CSV").write_bytes(raw)
    assert people_in(tmp_path / "people.CSV", problems=[]) == [_ROW]


_ACTIVE = {"id": "e-1", "email": "ann@example.com", "status": "active"}
_ENDED = {"id": "e-1", "email": "ann@example.com", "status": "ended"}
_BAD = {"email": "ann"}


@pytest.mark.parametrize(
    ("rows", "end"),
    [
        ([_ENDED, _ENDED], {"status": "ended"}),
        ([_ENDED, {**_ENDED, **_BAD, "end_date": "2026-11-01"}], {"status": "ended", "end_date": "2026-11-01"}),
        ([{"id": "e-1", "end_date": "2026-12-31"}, _ENDED], {"end_date": "2026-12-31"}),
        ([_ENDED, _ACTIVE], None),
        ([_ACTIVE, _ENDED], None),
        ([{**_ENDED, **_BAD}, _ACTIVE], None),
        ([_ACTIVE, {"id": "e-1", "end_date": "2026-11-01", **_BAD}], None),
        ([_ENDED, {**_ACTIVE, **_BAD}], None),
        ([{**_ACTIVE, **_BAD}, _ENDED], None),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "json", "workday", "the command"])
def test_who_is_in_it_twice_ends_when_every_row_says_so(
    kind: str, rows: list[dict[str, str]], end: dict[str, str] | None
) -> None:
    if kind == "the command":
        leavers = leavers_in(rows)
        assert [{key: row[key] for key in ("status", "end_date") if key in row} for row in leavers] == (
            [end] if end else []
        )
        return
    receiving = Receiving()
    with pytest.raises(Invalid, match="only the end" if end else "nothing was taken"):
        receiving.takes(_in_form(kind, rows))
    ends = [
        *(unpacked(command.workforce)["e-1"] for command in receiving.inbox.of(ImportWorkforce)),
        *(command.record.attributes for command in receiving.inbox.of(ApplyHrRecord)),
    ]
    assert ends == ([end] if end else [])


def _in_form(kind: str, rows: list[dict[str, str]]) -> Delivery:
    if kind == "json":
        return with_body(sample("workforce_json"), rows)
    if kind == "workday":
        names = {"id": "Employee_ID", "email": "Work_Email", "end_date": "Termination_Date", "status": "Active_Status"}
        words = {"active": "1", "ended": "0"}
        report = [{names[name]: words.get(text, text) for name, text in row.items()} for row in rows]
        return with_body(sample("workday_hired"), report)
    columns = ("id", "email", "end_date", "status")
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    return with_body(sample("workforce_csv"), "\n".join(lines).encode())


@pytest.mark.parametrize("name", ["email", "department"])
def test_of_a_column_that_is_there_twice_the_ends_beside_it_count(name: str) -> None:
    receiving = Receiving()
    raw = f"id,{name},{name.title()},status\ne-1,a@example.com,b@example.com,ended\n".encode()
    with pytest.raises(Invalid, match="only the end of 1 person") as refused:
        receiving.takes(signed(replace(sample("workforce_csv"), body=raw)))
    assert refused.value.findings == (f"{name}: more than one column is called so",)
    (command,) = receiving.inbox.of(ImportWorkforce)
    assert unpacked(command.workforce) == {"e-1": {"status": "ended"}}


def test_columns_of_one_name_that_nothing_reads_matter_to_nobody() -> None:
    receiving = Receiving()
    raw = b"id,note,note\ne-1,a,b\n"
    assert receiving.takes(signed(replace(sample("workforce_csv"), body=raw))).notes == ("nothing reads note",)


def test_the_command_imports_the_rest_of_a_file_with_a_bad_row(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,status\ne-1,ended\ne-2\ne-3,active\n")
    problems: list[str] = []
    assert [row["id"] for row in people_in(tmp_path / "people.csv", problems=problems)] == ["e-1", "e-3"]
    assert problems == ["line 3: has more or fewer values than there are columns"]


def test_a_file_is_signed_as_it_arrives(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes("id,given_name\ne-1,Zoë\n".encode("cp1252"))
    event = read_event(tmp_path / "people.csv")
    assert isinstance(event, HrDelivery)
    assert event.body == "id,given_name\ne-1,Zoë\n".encode()


def test_columns_that_nothing_reads_are_named_to_the_sender() -> None:
    receiving = Receiving()
    raw = b"id,given_name,family_name,End Date\ne-1,Ann,Lee,2026-11-20\n"
    assert receiving.takes(signed(replace(sample("workforce_csv"), body=raw))).notes == ("nothing reads End Date",)


_SETUP = "version: 1\nsources: {people: {kind: csv%s}}"
_STAFF = {
    f"e-{number}": {"given_name": "Ann", "family_name": "Lee", "email": f"e{number}@example.com", "end_date": ""}
    for number in (1, 2, 3)
}


def _imported(world: World, people: dict[str, dict[str, str]], *, only_ends: bool = False) -> ImportWorkforce:
    command = ImportWorkforce(
        subject=Subject(SubjectKind.HR_SOURCE, "people"),
        cause=cause_of(world, "people", at=world.now),
        workforce=packed(people),
        only_ends=only_ends,
    )
    world.inbox.put([command])
    world.settle()
    later(world, seconds=1)
    return command


def _world(options: str = "") -> World:
    world = World()
    world.hr_sources.text = _SETUP % options
    _imported(world, _STAFF)
    return world


def _without_last_days(**also: dict[str, str]) -> dict[str, dict[str, str]]:
    kept = {person: {key: text for key, text in said.items() if key != "end_date"} for person, said in _STAFF.items()}
    return {person: {**said, **also.get(person.replace("-", ""), {})} for person, said in kept.items()}


def _status(world: World, person: str) -> Status:
    fact = person_in(world, person)
    assert fact is not None
    return fact.status


def test_a_file_with_a_vanished_column_gives_nothing_but_the_ends_that_it_states() -> None:
    world = _world()
    changed = _without_last_days(e1={"status": "ended"}, e2={"given_name": "Eve"})
    refused = _imported(world, changed)
    assert world.state.changes[refused.cause.change].state is ChangeState.FAILED
    assert "missing from this file: end_date" in notes_of(world, refused)[0]
    assert (_status(world, "e-1"), _status(world, "e-2")) == (Status.ENDED, Status.ACTIVE)
    assert person_in(world, "e-2").given_name == "Ann"  # type: ignore[union-attr]


def test_a_column_may_be_left_out_once_that_is_allowed() -> None:
    world = _world(", may_omit: [end_date]")
    taken = _imported(world, _without_last_days(e2={"given_name": "Eve"}))
    assert world.state.changes[taken.cause.change].state is not ChangeState.FAILED
    assert person_in(world, "e-2").given_name == "Eve"  # type: ignore[union-attr]


def test_a_file_that_shrank_too_much_carries_out_the_ends_that_it_states() -> None:
    world = _world(", may_shrink: {percent: 0, at_least: 0}")
    _imported(world, {"e-1": {**_STAFF["e-1"], "end_date": (world.now.date() - timedelta(days=2)).isoformat()}})
    assert isinstance(person_in(world, "e-1").end_date, date)  # type: ignore[union-attr]
    assert _status(world, "e-2") is Status.ACTIVE


def test_who_was_ended_alone_is_looked_at_in_the_next_whole_file_and_nobody_is_missing() -> None:
    world = _world()
    _imported(world, {"e-1": {"status": "ended"}}, only_ends=True)
    assert [_status(world, person) for person in _STAFF] == [Status.ENDED, Status.ACTIVE, Status.ACTIVE]
    back = {**_STAFF, "e-1": {**_STAFF["e-1"], "status": "active"}}
    _imported(world, back)
    assert _status(world, "e-1") is Status.ACTIVE
