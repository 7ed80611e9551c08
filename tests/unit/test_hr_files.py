"""Files of people: one reader whichever door they come in by, and nothing that they stop telling goes unnoticed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dayone.contracts.hr.packed_workforce import packed, unpacked
from dayone.domain.changes import ChangeState
from dayone.domain.commands import ImportWorkforce
from dayone.domain.people import Status
from dayone.domain.subjects import Subject, SubjectKind
from dayone_cli.event_files import HrDelivery, read_event
from dayone_cli.people_files import people_in
from tests.unit.hr_senders import Receiving, sample, signed
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
    assert people_in(tmp_path / "people.CSV") == [_ROW]


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
    assert "not told any more: end_date" in notes_of(world, refused)[0]
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
