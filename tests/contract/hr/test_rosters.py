"""The port Rosters, in memory and over DynamoDB alike."""

from datetime import timedelta

from dayone.model.changes import ChangeState
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.hr import Roster
from tests.contract.hr_state import HrPorts
from tests.contract.state_samples import HIRED, NOW, cause, entry

pytest_plugins = ("tests.contract.state_fixtures", "tests.contract.hr_fixtures")

_PEOPLE = Subject(SubjectKind.HR_SOURCE, "people")
_ROSTER = Roster(at=NOW, people={"e-1": "0a", "e-2": "0b"}, missing=("e-9",))


def test_before_the_first_import_there_is_none(hr_ports: HrPorts) -> None:
    assert hr_ports.rosters.roster("people") is None


def test_the_last_one_that_was_kept_counts_for_its_source(hr_ports: HrPorts) -> None:
    hr_ports.rosters.keep("people", _ROSTER)
    hr_ports.rosters.keep("contractors", Roster(at=NOW))
    later = Roster(at=NOW + timedelta(days=1), people={"e-1": "0c"}, missing=("e-2", "e-9"))
    assert hr_ports.rosters.roster("people") == _ROSTER
    hr_ports.rosters.keep("people", later)
    assert hr_ports.rosters.roster("people") == later
    assert hr_ports.rosters.roster("contractors") == Roster(at=NOW)


def test_a_company_of_any_size_fits(hr_ports: HrPorts) -> None:
    people = {f"employee-{number:06d}": f"{number * 2654435761 % 2**64:016x}" for number in range(60_000)}
    large = Roster(at=NOW, people=people)
    hr_ports.rosters.keep("people", large)
    assert hr_ports.rosters.roster("people") == large
    smaller = Roster(at=NOW + timedelta(days=1), people={"e-1": "0a"})
    hr_ports.rosters.keep("people", smaller)
    assert hr_ports.rosters.roster("people") == smaller


def test_a_refusal_is_the_end_of_its_change_with_the_reason_and_counts_once(hr_ports: HrPorts) -> None:
    for _ in range(2):
        hr_ports.rosters.refuse(cause(), subject=_PEOPLE, because="1 people after 9", audit=entry(_PEOPLE))
    change = hr_ports.records.change(HIRED)
    assert change is not None
    assert (change.state, change.notes) == (ChangeState.FAILED, ("1 people after 9",))
    assert hr_ports.rosters.roster("people") is None
