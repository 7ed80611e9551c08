"""Input of the `dayone` command: policies in folders, people in files, events, and typed times."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dayone_cli.failures import Misused
from dayone_cli.inputs.event_files import AccountEvents, HrDelivery, read_event
from dayone_cli.inputs.moments import moment_to_come
from dayone_cli.inputs.people_files import people_in
from dayone_cli.inputs.policy_files import policy_texts
from tests.unit.cli_runs import dayone

EVENTS = Path(__file__).resolve().parents[3] / "events"
NOW = datetime(2026, 11, 23, 8, 0, 30, tzinfo=UTC)
GOOD = "version: 1\ngroups:\n  data: {members: [{department: Data}]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy of two files, with a hidden file and a text beside them."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "groups.yaml").write_text(GOOD)
    (tmp_path / "sets" / "admin.yml").write_text("version: 1\n")
    (tmp_path / ".draft.yaml").write_text("nonsense")
    (tmp_path / "notes.txt").write_text("nonsense")
    return tmp_path


def test_a_folder_is_its_yaml_files_named_below_it(folder: Path) -> None:
    assert policy_texts([folder]) == {"groups.yaml": GOOD, "sets/admin.yml": "version: 1\n"}


@pytest.mark.parametrize("name", ["b.YAML", "b.Yml"])
def test_a_file_ends_in_letters_of_either_case(folder: Path, name: str) -> None:
    (folder / name).write_text(GOOD)
    assert name in policy_texts([folder])


def test_a_file_is_named_by_its_last_part_wherever_it_is(folder: Path) -> None:
    assert list(policy_texts([folder / "sets" / "admin.yml"])) == ["admin.yml"]


def test_files_and_folders_together_are_one_policy_unless_two_have_one_name(folder: Path) -> None:
    assert list(policy_texts([folder / "groups.yaml", folder / "sets"])) == ["groups.yaml", "admin.yml"]
    with pytest.raises(Misused, match="the same name"):
        policy_texts([folder, folder / "groups.yaml"])


@pytest.mark.parametrize("missing", ["nowhere.yaml", "empty"])
def test_no_policy_is_a_mistake_of_whoever_typed_it(tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    assert dayone("policy", "check", tmp_path / missing).code == 2


def test_check_needs_no_network_and_lists_mistakes_where_an_editor_finds_them(folder: Path) -> None:
    assert dayone("policy", "check", folder, api="http://127.0.0.1:9").out.startswith("No mistakes in 2 files: 1 group")
    (folder / "sets" / "admin.yml").write_text("version: 1\ngrups: {}\nassignments: 7\n")
    ended = dayone("policy", "check", folder)
    assert (ended.code, ended.out) == (1, "")
    title, *findings = ended.err.splitlines()
    assert title == "2 mistakes"
    assert [finding.strip().partition(": ")[0] for finding in findings] == [
        f"{folder}/sets/admin.yml:2:1",
        f"{folder}/sets/admin.yml:3:1",
    ]


def test_people_come_from_csv_without_the_cells_that_are_empty(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        '\ufeffid,email,title,end_date\r\ne-1,ada@example.com,"Lead, SRE",\r\ne-2,bob@example.com,,2026-12-31\r\n'
    )
    assert people_in(file, problems=[]) == [
        {"id": "e-1", "email": "ada@example.com", "title": "Lead, SRE"},
        {"id": "e-2", "email": "bob@example.com", "end_date": "2026-12-31"},
    ]


@pytest.mark.parametrize("text", ['[{"id": "e-1"}]', '{"people": [{"id": "e-1"}]}'])
def test_people_come_from_json_as_a_list_or_below_people(tmp_path: Path, text: str) -> None:
    file = tmp_path / "people.json"
    file.write_text(text)
    assert people_in(file, problems=[]) == [{"id": "e-1"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.json", "{"),
        ("people.json", '{"peple": []}'),
        ("people.json", "[1]"),
        ("people.json", "[]"),
        ("people.csv", "id,email\n"),
        ("people.csv", "id,email\ne-1,ada@example.com,more\n"),
        ("people.csv", 'id,email\n"e-1\n'),
    ],
)
def test_a_file_without_people_is_a_mistake_of_whoever_typed_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert dayone("people", "import", tmp_path / name).code == 2


def test_an_event_is_told_by_its_form_also_as_a_function_gets_it(tmp_path: Path) -> None:
    proxied = read_event(EVENTS / "receive_hr_event" / "workforce_csv.json")
    assert isinstance(proxied, HrDelivery)
    assert (proxied.source, proxied.content_type, proxied.body[:9]) == ("people", "text/csv", b"id,email,")
    queued = read_event(EVENTS / "record_account_event" / "batch.json")
    assert isinstance(queued, AccountEvents)
    assert len(queued.bodies) == 3
    bare = tmp_path / "event.json"
    bare.write_text('{"type": "person.created"}')
    assert read_event(bare) == HrDelivery(body=b'{"type": "person.created"}')
    bare.write_text('{"detail-type": "import", "detail": {}}')
    assert isinstance(read_event(bare), AccountEvents)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30m", "2026-11-23T08:31:00Z"),
        ("8h", "2026-11-23T16:01:00Z"),
        ("5d", "2026-11-28T08:01:00Z"),
        ("2026-11-23T18:00Z", "2026-11-23T18:00:00Z"),
        ("2026-11-23T18:00:00+02:00", "2026-11-23T16:00:00Z"),
    ],
)
def test_times_are_typed_as_they_are_or_from_now_on_and_never_end_too_soon(typed: str, meant: str) -> None:
    assert moment_to_come(typed, now=NOW) == meant


@pytest.mark.parametrize("typed", ["tomorrow", "8", "2026-11-23T18:00", ""])
def test_a_time_that_is_none_or_has_no_zone_is_a_mistake(typed: str) -> None:
    with pytest.raises(Misused):
        moment_to_come(typed, now=NOW)
