"""Current contents of Identity Center, and those that no rule of ours gave."""

from dataclasses import replace
from typing import Any

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.operations import Applied
from dayone.model.people import Person
from dayone.model.policy.context import OffLimits, Terms
from dayone.model.subject_state import Head
from dayone.model.subjects import ITSELF, Reason, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.functions.access_api.state import NOW
from tests.functions.access_api.world import World, asking

HERE, ELSEWHERE = "111111111111", "222222222222"
ADA = Subject(SubjectKind.PERSON, "e-1")

type Row = tuple[str, str, str, str, str, str]


def confirmed(resource: Resource, **references: str) -> Applied:
    reasons = (Reason("policy.yaml:5", f"why {resource}"),)
    return Applied(resource=resource, references=references, reasons=reasons, at=NOW)


class Company:
    """Engineers, of whom Ada is one, have ViewOnly here; by hand there are auditors, Root, and what they have."""

    def __init__(self) -> None:
        self.world = World()
        center, state = self.world.center, self.world.state
        center.groups |= {"g-1": StoredGroup("Engineers", ""), "g-2": StoredGroup("Auditors", "")}
        center.users |= {"u-1": {"user_name": "Ada"}, "u-2": {"user_name": "hand.made"}}
        center.permission_sets |= {"arn:view": StoredSet("ViewOnly", {}), "arn:root": StoredSet("Root", {})}
        center.memberships["m-1"] = ("g-1", "u-1")
        ours = [
            (Subject(SubjectKind.GROUP, "engineers"), {"group_id": "g-1"}),
            (Subject(SubjectKind.PERMISSION_SET, "view-only"), {"permission_set_arn": "arn:view"}),
            (ADA, {"user_id": "u-1"}),
        ]
        for subject, references in ours:
            state.heads[subject] = Head(subject=subject, revision=1)
            state.applied[ResourceOf(subject, ITSELF[subject.kind])] = confirmed(ITSELF[subject.kind], **references)
        names = {"given_name": "A", "family_name": "B", "display_name": "A B"}
        fact = Person(id="e-1", user_name="Ada", email="ada@example.com", **names)  # type: ignore[arg-type]
        state.heads[ADA] = Head(subject=ADA, fact=fact, claims=("user-name:ada",), revision=1)
        self.remember(ADA, Resource(ResourceKind.MEMBERSHIP, "engineers"))
        for name, ou in ((HERE, "/Workloads"), (ELSEWHERE, "/Sandbox")):
            subject = Subject(SubjectKind.ACCOUNT, name)
            account = Account(id=name, name=f"a{name[0]}", email="", state=AccountState.ACTIVE, ou_path=ou)
            state.heads[subject] = Head(subject=subject, fact=account, revision=1)
        self.assign(HERE, "arn:view", "g-1")
        self.remember(Subject(SubjectKind.ACCOUNT, HERE), Resource(ResourceKind.ASSIGNMENT, "view-only/engineers"))

    def remember(self, subject: Subject, resource: Resource) -> None:
        self.world.state.applied[ResourceOf(subject, resource)] = confirmed(resource)

    def assign(self, account: str, arn: str, principal: str) -> None:
        kind = PrincipalType.USER if principal.startswith("u") else PrincipalType.GROUP
        key = AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=principal, principal_type=kind)
        self.world.center.assignments.add(key)
        self.world.center.provisioned[account, arn] = 1

    def rows(self, **query: str) -> list[Row]:
        answer = self.world.send(asking("list_assignments", **query))
        assert answer.status == 200, answer.body
        return sorted(
            (
                pair["account"],
                pair["permission_set"],
                f"{pair['kind']} {pair['principal']}",
                pair["principal_name"],
                pair["through"],
                pair["state"],
            )
            for pair in answer.body["assignments"]
        )


@pytest.fixture
def company() -> Company:
    return Company()


OURS = (HERE, "view-only", "group engineers", "", "direct", "confirmed")


def test_of_an_account_everything_is_told_by_our_names_or_by_what_it_is_called_there(company: Company) -> None:
    company.assign(HERE, "arn:root", "g-2")
    company.assign(HERE, "arn:view", "g-2")
    company.assign(HERE, "arn:root", "g-1")
    company.assign(HERE, "arn:root", "u-1")
    company.assign(HERE, "arn:root", "u-2")
    by_hand = [
        (HERE, "Root", "group engineers", "", "direct", "unmanaged"),
        (HERE, "Root", "group g-2", "Auditors", "direct", "unmanaged"),
        (HERE, "Root", "person e-1", "", "direct", "unmanaged"),
        (HERE, "Root", "person u-2", "hand.made", "direct", "unmanaged"),
        (HERE, "view-only", "group g-2", "Auditors", "direct", "unmanaged"),
    ]
    assert company.rows(account=HERE, managed="false") == by_hand
    assert company.rows(account=HERE, managed="any") == sorted([*by_hand, OURS])


def test_what_is_ours_comes_with_its_reasons_and_what_is_not_with_none(company: Company) -> None:
    company.assign(HERE, "arn:root", "g-2")
    said = company.world.send(asking("list_assignments", account=HERE, managed="any")).body["assignments"]
    assert [(pair["reasons"] != [], pair["confirmed_at"] is not None) for pair in said] == [
        (False, False),
        (True, True),
    ]
    assert {(pair["account_name"], pair["ou_path"]) for pair in said} == {("a1", "/Workloads")}


def test_a_user_who_only_has_the_name_of_one_of_ours_is_nobody_of_ours(company: Company) -> None:
    company.world.center.users["u-3"] = {"user_name": "ADA"}
    company.assign(HERE, "arn:root", "u-3")
    assert company.rows(account=HERE, managed="false") == [
        (HERE, "Root", "person u-3", "ADA", "direct", "unmanaged"),
    ]


class TestOfAPerson:
    def test_what_they_have_by_themselves_and_by_groups_is_theirs(self, company: Company) -> None:
        company.assign(ELSEWHERE, "arn:root", "u-1")
        assert company.rows(person="e-1", managed="any") == [
            (HERE, "view-only", "person e-1", "", "engineers", "confirmed"),
            (ELSEWHERE, "Root", "person e-1", "", "direct", "unmanaged"),
        ]

    def test_whom_somebody_put_into_a_group_by_hand_has_it_by_no_rule_of_ours(self, company: Company) -> None:
        company.world.center.memberships["m-2"] = ("g-2", "u-1")
        company.assign(HERE, "arn:root", "g-2")
        del company.world.state.applied[ResourceOf(ADA, Resource(ResourceKind.MEMBERSHIP, "engineers"))]
        assert company.rows(person="e-1", managed="false") == [
            (HERE, "Root", "person e-1", "", "Auditors", "unmanaged"),
            (HERE, "view-only", "person e-1", "", "engineers", "unmanaged"),
        ]

    @pytest.mark.parametrize(
        "query", [{"account": HERE}, {"ou": "/Workloads"}, {"permission_set": "view-only"}, {"group": "engineers"}]
    )
    def test_every_filter_narrows_it(self, company: Company, query: dict[str, str]) -> None:
        company.assign(ELSEWHERE, "arn:root", "u-1")
        assert [row[:2] for row in company.rows(person="e-1", managed="any", **query)] == [(HERE, "view-only")]

    def test_somebody_without_a_user_cannot_be_looked_at(self, company: Company) -> None:
        del company.world.state.applied[ResourceOf(ADA, ITSELF[SubjectKind.PERSON])]
        assert company.world.send(asking("list_assignments", person="e-1", managed="any")).status == 409


@pytest.mark.parametrize("group", ["engineers", "Auditors"])
def test_of_a_group_by_our_key_or_by_its_name_there(company: Company, group: str) -> None:
    company.assign(ELSEWHERE, "arn:root", "g-2")
    company.assign(ELSEWHERE, "arn:root", "g-1")
    (row,) = company.rows(group=group, managed="false")
    assert (row[:2], row[-1]) == ((ELSEWHERE, "Root"), "unmanaged")


def test_it_goes_on_part_by_part(company: Company) -> None:
    for number in range(30):
        company.world.center.groups[f"h-{number:02}"] = StoredGroup(f"Hand {number}", "")
        company.assign(HERE, "arn:root" if number % 2 else "arn:view", f"h-{number:02}")
    found, cursor, parts = [], "", 0
    while True:
        query = {"account": HERE, "managed": "false", "limit": "7", **({"cursor": cursor} if cursor else {})}
        body = company.world.send(asking("list_assignments", **query)).body
        found += [pair["principal"] for pair in body["assignments"]]
        parts += 1
        if not (cursor := body["cursor"]):
            break
    assert sorted(found) == [f"h-{number:02}" for number in range(30)]
    assert parts >= 30 // 7


class Counting:
    """Counts the calls to a port."""

    def __init__(self, port: Any) -> None:  # noqa: ANN401 - any port
        self._port = port
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the port has it
        def counted(*given: object, **named: object) -> object:
            self.calls.append(name)
            return getattr(self._port, name)(*given, **named)

        return counted


@pytest.mark.parametrize("limit", ["1000", "100"])
def test_of_a_group_a_call_reads_a_hundred_rows_and_names_of_ours_none(
    company: Company, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    for number in range(4499):
        company.assign(f"{300000000000 + number}", "arn:view", "g-1")
    ports = company.world.ports()
    live = Counting(ports.live)
    monkeypatch.setattr(company.world, "ports", lambda: replace(ports, live=live))
    found, cursor = 0, ""
    while found == 0 or cursor:
        query = {"group": "engineers", "managed": "any", "limit": limit, **({"cursor": cursor} if cursor else {})}
        body = company.world.send(asking("list_assignments", **query)).body
        found, cursor = found + len(body["assignments"]), body["cursor"]
    assert found == 4500
    assert live.calls == ["of_principal"] * 45


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"managed": "false"}, 404),
        ({"managed": "any", "ou": "/Workloads/**"}, 404),
        ({"managed": "maybe"}, 400),
        ({"managed": "any", "group": "Nobody"}, 404),
        ({"managed": "any", "person": "e-9"}, 404),
        ({"managed": "any", "account": "999999999999"}, 404),
    ],
)
def test_a_slip_or_a_company_without_an_inventory_is_no_empty_answer(
    company: Company, query: dict[str, str], status: int
) -> None:
    assert company.world.send(asking("list_assignments", **query)).status == status


def test_a_delegated_administrator_can_ask_by_account_only(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = company.world.ports()
    policy = ports.policies.current()
    delegated = replace(policy, terms=Terms(off_limits=OffLimits(account="999900009999")))

    class Delegated:
        def current(self) -> object:
            return delegated

    made = replace(ports, policies=Delegated())  # type: ignore[arg-type]
    monkeypatch.setattr(company.world, "ports", lambda: made)
    answer = company.world.send(asking("list_assignments", person="e-1", managed="any"))
    assert (answer.status, "ask account by account" in answer.body["detail"]) == (409, True)
    assert company.rows(account=HERE, managed="any") == [OURS]


def test_it_is_csv_as_well(company: Company) -> None:
    company.assign(HERE, "arn:root", "g-2")
    body = company.world.send(asking("list_assignments", account=HERE, managed="false", format="csv")).body
    assert body.splitlines()[1] == f"group,g-2,Auditors,{HERE},a1,/Workloads,Root,direct,unmanaged,,"
