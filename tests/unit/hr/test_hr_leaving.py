"""Leavers and people who merely cannot log in to the HR system: no kind confuses the two."""

from typing import Any

import pytest

from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.model.hr_sources import Source
from tests.builders import NOON

_BAMBOOHR = {"id": "1", "status": "Inactive", "employmentHistoryStatus": "Full-Time"}
_HIBOB = {"/root/id": "1", "/internal/status": "Inactive", "/internal/lifecycleStatus": "Parental leave"}
_OKTA = {"id": "1", "status": "SUSPENDED", "profile": {}}


def _status(kind: str, record: dict[str, Any]) -> str:
    asks = kind_called(kind).asks
    assert asks is not None
    return person_in(asks.answer(record).record, rules=kind_called(kind).mapping, at=NOON)[1]["status"]


@pytest.mark.parametrize(
    ("kind", "record", "status"),
    [
        ("bamboohr", _BAMBOOHR, "on_leave"),
        ("bamboohr", {**_BAMBOOHR, "employmentHistoryStatus": "Terminated"}, "ended"),
        ("bamboohr", {**_BAMBOOHR, "status": "Active"}, "active"),
        ("hibob", _HIBOB, "on_leave"),
        ("hibob", {**_HIBOB, "/internal/lifecycleStatus": {"value": "Terminated"}}, "ended"),
        ("hibob", {"/root/id": "1", "/internal/status": "Active"}, "active"),
        ("okta", _OKTA, "on_leave"),
        ("okta", {**_OKTA, "status": "LOCKED_OUT"}, "active"),
        ("okta", {**_OKTA, "status": "DEPROVISIONED"}, "ended"),
    ],
)
def test_who_cannot_log_in_has_not_left(kind: str, record: dict[str, Any], status: str) -> None:
    assert _status(kind, record) == status


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("bamboohr", ("employmentHistoryStatus",)), ("hibob", ("internal.lifecycleStatus", "internal.status"))],
)
def test_what_tells_that_somebody_has_left_is_asked_for_whatever_is_mapped(kind: str, fields: tuple[str, ...]) -> None:
    asks = kind_called(kind).asks
    assert asks is not None
    rules = {name: rule for name, rule in kind_called(kind).mapping.items() if name != "employment"}
    question = asks.question("1", Source(name=kind, kind=kind, mapping=rules), "key")
    assert [field for field in fields if field not in f"{question.path}{question.body.decode()}"] == []
