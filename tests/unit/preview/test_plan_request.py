"""Questions "what if" as they are sent."""

import json
from dataclasses import replace
from datetime import date

import pytest

from dayone.errors import Invalid, Malformed
from dayone.model.accounts import AccountState
from dayone.model.people import Status
from dayone.preview.request import WhatIf, changed_account, changed_person, read_what_if
from tests.builders import a_person, an_account

ADA = a_person(start_date=date(2026, 11, 1), time_zone="Europe/Berlin")
DEV = replace(an_account(ou_path="/Workloads/Dev", tags={"env": "dev"}), ou_ids=("ou-1", "ou-2"))


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ({"policy": "version: 1"}, WhatIf(files={"policy.yaml": "version: 1"})),
        ({"policy": ""}, WhatIf(files={"policy.yaml": ""})),
        ({"files": {"a.yaml": "version: 1"}}, WhatIf(files={"a.yaml": "version: 1"})),
        ({"person": {"id": "e-1", "title": "SRE"}}, WhatIf(person={"id": "e-1", "title": "SRE"})),
        ({"account": {"id": "1"}}, WhatIf(account={"id": "1"})),
    ],
)
def test_a_question_is_about_a_policy_a_person_or_an_account(body: object, asked: WhatIf) -> None:
    assert read_what_if(json.dumps(body)) == asked


@pytest.mark.parametrize("text", ["version: 1", "{", '"\ud800', "[" * 100_000])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_what_if(text)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "policy",
        {"policy": "a", "person": {"id": "e-1"}},
        {"policy": "a", "files": {"b": "c"}},
        {"people": {}},
        {"files": {}},
        {"files": {"a": 1}},
        {"policy": 7},
        {"person": "e-1"},
        {"person": {"title": "SRE"}},
        {"person": {"id": 7}},
        {"account": {"id": ""}},
    ],
)
def test_what_is_not_one_question_is_invalid(body: object) -> None:
    with pytest.raises(Invalid):
        read_what_if(json.dumps(body))


class TestChangedPerson:
    def test_what_is_not_named_stays(self) -> None:
        assert changed_person(ADA, {"id": "e-1", "department": "Sales"}) == replace(ADA, department="Sales")

    def test_nothing_named_is_the_person_as_known(self) -> None:
        assert changed_person(ADA, {"id": "e-1"}) == ADA

    def test_dates_and_the_end_are_said_as_hr_says_them(self) -> None:
        changes = {"id": "e-1", "start_date": None, "end_date": "2026-12-31", "status": "ended"}
        wanted = replace(ADA, start_date=None, end_date=date(2026, 12, 31), status=Status.ENDED)
        assert changed_person(ADA, changes) == wanted

    @pytest.mark.parametrize(
        ("changes", "finding"),
        [
            ({"departement": "Sales"}, "person.departement: Extra inputs are not permitted"),
            ({"time_zone": "Mars"}, "person.time_zone: not an IANA time zone, such as Europe/Berlin"),
            ({"end_date": "soon"}, "person.end_date: Input should be a valid date"),
            ({"end_date": "2026-10-31"}, "person.the document: end_date is before start_date"),
        ],
    )
    def test_what_hr_could_not_tell_is_refused(self, changes: dict[str, object], finding: str) -> None:
        with pytest.raises(Invalid) as caught:
            changed_person(ADA, {"id": "e-1", **changes})
        (found,) = caught.value.findings
        assert found.startswith(finding)

    def test_somebody_unknown_must_be_told_whole(self) -> None:
        with pytest.raises(Invalid, match="no such person is known yet") as caught:
            changed_person(None, {"id": "e-9"})
        assert [finding.split(":")[0] for finding in caught.value.findings] == [
            "person.email",
            "person.given_name",
            "person.family_name",
        ]
        told = {"id": "e-9", "email": "b@example.com", "given_name": "Bo", "family_name": "Li"}
        assert changed_person(None, told).display_name == "Bo Li"


class TestChangedAccount:
    def test_what_is_not_named_stays(self) -> None:
        changed = changed_account(DEV, {"id": DEV.id, "tags": {"env": "prod"}, "state": "SUSPENDED"})
        assert changed == replace(DEV, tags={"env": "prod"}, state=AccountState.SUSPENDED)

    @pytest.mark.parametrize(
        ("path", "ou_ids"),
        [
            ("/Workloads/Dev", ("ou-1", "ou-2")),
            ("/Workloads/Prod", ("ou-1",)),
            ("/Workloads", ("ou-1",)),
            ("/Workloads/Dev/Blue", ("ou-1", "ou-2")),
            ("/Sandbox/Dev", ()),
            ("/", ()),
        ],
    )
    def test_a_move_keeps_the_ids_of_the_units_it_stays_in(self, path: str, ou_ids: tuple[str, ...]) -> None:
        assert changed_account(DEV, {"id": DEV.id, "ou_path": path}) == replace(DEV, ou_path=path, ou_ids=ou_ids)

    def test_ids_that_are_said_count(self) -> None:
        moved = changed_account(DEV, {"id": DEV.id, "ou_path": "/Prod", "ou_ids": ["ou-7"]})
        assert moved.ou_ids == ("ou-7",)

    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "OPEN"},
            {"ou_path": "Workloads"},
            {"ou_path": "/Workloads/"},
            {"ou_path": 7},
            {"tags": {"env": 1}},
            {"ou": "/Workloads"},
        ],
    )
    def test_what_organizations_could_not_say_is_refused(self, changes: dict[str, object]) -> None:
        with pytest.raises(Invalid):
            changed_account(DEV, {"id": DEV.id, **changes})

    def test_an_unknown_one_must_be_told_with_its_name_and_place(self) -> None:
        with pytest.raises(Invalid) as caught:
            changed_account(None, {"id": "123456789012"})
        assert [finding.split(":")[0] for finding in caught.value.findings] == ["account.name", "account.ou_path"]
        told = {"id": "123456789012", "name": "dev", "ou_path": "/"}
        assert changed_account(None, told).state is AccountState.ACTIVE
