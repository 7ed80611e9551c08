"""The ports WaitingHints and DueHints, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

from dayone.model.commands import FetchHrRecord
from dayone.model.hr_sources import ChangeNotification
from dayone.model.subjects import Subject, SubjectKind
from tests.contract.hr_state import HrPorts
from tests.contract.state_samples import HIRED, LEFT, MOVED, NOW, cause

pytest_plugins = ("tests.contract.state_fixtures", "tests.contract.hr_fixtures")

_MINUTE = timedelta(minutes=1)


def _request(change: str = HIRED, *, source: str = "bamboohr", attempts: int = 1) -> FetchHrRecord:
    hint = ChangeNotification(record="67890", at=NOW, attempts=attempts)
    return FetchHrRecord(subject=Subject(SubjectKind.HR_SOURCE, source), cause=cause(change), notification=hint)


def test_what_waits_is_given_when_its_time_has_come_the_longest_due_first(hr_ports: HrPorts) -> None:
    hr_ports.waiting.wait(_request(HIRED), until=NOW, because="down")
    hr_ports.waiting.wait(_request(MOVED), until=NOW - _MINUTE, because="down")
    hr_ports.waiting.wait(_request(LEFT), until=NOW + _MINUTE, because="down")
    assert list(hr_ports.due.due(now=NOW, limit=9)) == [_request(MOVED), _request(HIRED)]
    assert list(hr_ports.due.due(now=NOW, limit=1)) == [_request(MOVED)]


def test_what_was_given_stays_until_it_is_done(hr_ports: HrPorts) -> None:
    hr_ports.waiting.wait(_request(), until=NOW, because="down")
    assert hr_ports.due.due(now=NOW, limit=9) == hr_ports.due.due(now=NOW, limit=9)
    hr_ports.waiting.done(_request(attempts=7))
    assert list(hr_ports.due.due(now=NOW, limit=9)) == []
    hr_ports.waiting.done(_request())


def test_what_waits_anew_waits_once(hr_ports: HrPorts) -> None:
    hr_ports.waiting.wait(_request(), until=NOW, because="down")
    later = _request(attempts=2)
    hr_ports.waiting.wait(later, until=NOW + _MINUTE, because="still down")
    assert list(hr_ports.due.due(now=NOW, limit=9)) == []
    assert list(hr_ports.due.due(now=NOW + _MINUTE, limit=9)) == [later]


def test_two_sources_may_wait_under_the_same_change(hr_ports: HrPorts) -> None:
    for source in ("bamboohr", "okta"):
        hr_ports.waiting.wait(_request(source=source), until=NOW, because="down")
    hr_ports.waiting.done(_request(source="okta"))
    assert list(hr_ports.due.due(now=NOW, limit=9)) == [_request()]


def test_everything_about_a_request_survives_its_waiting(hr_ports: HrPorts) -> None:
    hint = ChangeNotification(record="ä/#1", at=NOW, is_deletion=True, attempts=3)
    request = replace(_request(), notification=hint)
    hr_ports.waiting.wait(request, until=NOW, because="down")
    assert list(hr_ports.due.due(now=NOW, limit=9)) == [request]


def test_whose_record_it_was_is_remembered_by_source(hr_ports: HrPorts) -> None:
    assert hr_ports.waiting.person_of("gusto", "r-1") == ""
    hr_ports.waiting.know("gusto", "r-1", person="e-1")
    hr_ports.waiting.know("deel", "r-1", person="e-2")
    hr_ports.waiting.know("gusto", "r-1", person="e-3")
    assert (hr_ports.waiting.person_of("gusto", "r-1"), hr_ports.waiting.person_of("deel", "r-1")) == ("e-3", "e-2")


def test_the_record_of_a_person_is_found_by_the_person(hr_ports: HrPorts) -> None:
    assert hr_ports.waiting.record_of("bamboohr", "e-1") == ""
    hr_ports.waiting.know("bamboohr", "67890", person="e-1")
    assert hr_ports.waiting.record_of("bamboohr", "e-1") == "67890"
    assert hr_ports.waiting.record_of("hibob", "e-1") == ""
    hr_ports.waiting.know("bamboohr", "67891", person="e-1")
    assert hr_ports.waiting.record_of("bamboohr", "e-1") == "67891"
