"""Grants over the API: given, read, extended, ended, and refused with everything that speaks against them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.changes import CauseKind, ulid
from dayone.model.commands import ApplyGrant
from dayone.model.grants import MOST_EXTENSIONS, MOST_OPEN, End, Ending, Extension, Grant, GrantState
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.people import Person, Status
from dayone.model.policy.context import PolicyVersion
from dayone.model.subjects import Reason, Resource, ResourceKind, ResourceOf
from tests.fakes.table.state import State
from tests.functions.access_api.state import ADA, DEV, NOW, confirmed, remembered
from tests.functions.access_api.world import CALLER, Answer, Event, World, load

GRANT = "01KQ0000000000000000000007"
NEW = ulid(NOW, entropy=b"\x07" * 10)
IN_ADMINS = Resource(ResourceKind.MEMBERSHIP, "admins")
POLICY = """\
version: 1
groups:
  admins: {members: [{title: Admin}]}
  engineers: {members: [{department: Engineering}]}
  break-glass: {members: []}
permission_sets:
  Admin: {managed_policies: [AdministratorAccess]}
  Audit: {managed_policies: [SecurityAudit]}
guardrails:
  protect: {groups: [break-glass], people: [e-9], accounts: ["999999999999"]}
  grants: {longest: P2D}
"""


@pytest.fixture
def world() -> World:
    state = remembered()
    kept = PolicyVersion(version=3, text=POLICY, file="policy.yaml", actor="arn:admin", at=NOW, change="01P")
    state.kept_policies[3], state.policy_in_force = kept, 3
    known(state, a_grant())
    return World(state)


def a_grant(**said: Any) -> Grant:  # noqa: ANN401
    told: dict[str, Any] = {
        "id": GRANT,
        "subject": ADA,
        "resource": IN_ADMINS,
        "reason": "the shop is down",
        "ticket": "OPS-7",
        "begins": NOW - timedelta(hours=1),
        "until": NOW + timedelta(hours=2),
        "granted_by": CALLER,
        "granted_at": NOW - timedelta(hours=1),
        "noted": GrantState.ACTIVE,
    }
    return Grant(**{**told, **said})


def known(state: State, grant: Grant, *, more: tuple[Grant, ...] = ()) -> None:
    state.grants |= {entry.id: entry for entry in (grant, *more)}
    head = state.heads[grant.subject]
    state.heads[grant.subject] = replace(head, grants=(grant, *more))


def saying(body: object, *, event: str = "give_grant") -> Event:
    return load(event) | {"body": body if isinstance(body, str) else json.dumps(body)}


def wish(**said: object) -> dict[str, object]:
    usual = {"membership": {"person": "e-1001", "group": "admins"}, "reason": "r", "until": "2026-11-23T10:00:00Z"}
    return {name: value for name, value in {**usual, **said}.items() if value is not None}


def findings(answer: Answer) -> list[str]:
    assert (answer.status, answer.body["type"]) == (422, "tag:dayone,2026:invalid")
    return list(answer.body["findings"])


class TestGiving:
    def test_it_is_taken_under_the_id_of_its_change(self, world: World) -> None:
        answer = world.send("give_grant")
        assert (answer.status, answer.headers["Location"]) == (202, f"/v1/grants/{NEW}")
        assert answer.body == {"grant": NEW, "change": NEW, "href": f"/v1/grants/{NEW}"}

    def test_one_message_says_who_gives_what_to_whom_until_when(self, world: World) -> None:
        world.send("give_grant")
        (request,) = world.inbox.of(ApplyGrant)
        cause, grant = request.cause, request.grant
        assert (request.subject, cause.kind, cause.change, cause.actor) == (ADA, CauseKind.GRANT, NEW, CALLER)
        assert grant == Grant(
            id=NEW,
            subject=ADA,
            resource=IN_ADMINS,
            reason="the shop is down",
            ticket="OPS-7",
            begins=NOW,
            until=datetime(2026, 11, 23, 10, tzinfo=UTC),
            granted_by=CALLER,
            granted_at=NOW,
        )

    def test_an_assignment_is_a_fact_of_its_account(self, world: World) -> None:
        world.send("give_assignment")
        (request,) = world.inbox.of(ApplyGrant)
        assert request.subject == DEV
        assert str(request.grant.resource) == "assignment/Admin/person:e-1001"

    def test_a_group_can_be_given_an_assignment(self, world: World) -> None:
        assignment = {"group": "engineers", "account": DEV.name, "permission_set": "Audit"}
        assert world.send(saying(wish(membership=None, assignment=assignment))).status == 202
        (request,) = world.inbox.of(ApplyGrant)
        assert str(request.grant.resource) == "assignment/Audit/engineers"

    def test_under_the_same_key_it_is_the_same_grant(self, world: World) -> None:
        event = load("give_grant")
        event["headers"]["Idempotency-Key"] = "k-1"
        first, second = world.send(event), world.send(event)
        assert first.body == second.body
        assert len(world.inbox.commands) == 1

    def test_an_unsigned_request_is_not_taken(self, world: World) -> None:
        event = load("give_grant")
        event["requestContext"]["identity"]["userArn"] = None
        assert world.send(event).status == 401
        assert world.inbox.commands == []


class TestRefusing:
    @pytest.mark.parametrize("body", ["no", "[]", '"grant"'])
    def test_what_is_no_object_is_malformed(self, world: World, body: str) -> None:
        assert world.send(saying(body)).status == 400

    @pytest.mark.parametrize(
        ("said", "finding"),
        [
            ({"membership": None}, "either a `membership` or an `assignment`"),
            ({"assignment": {"group": "a", "account": "1", "permission_set": "b"}}, "either a `membership` or an"),
            ({"membership": {"person": "e-1001"}}, "`membership.group` is missing"),
            ({"membership": {"person": "e-1001", "group": "a/b"}}, "`membership.group` is missing, or not"),
            ({"membership": {"person": "e-1001", "group": "admins", "x": 1}}, "`membership.x` is not allowed here"),
            ({"membership": {"person": 7, "group": "admins"}}, "`membership.person` is missing, or not"),
            ({"reason": " "}, "`reason` is missing"),
            ({"reason": "x" * 201}, "`reason` is missing, or not a text of one line and 1 to 200"),
            ({"reason": None}, "`reason` is missing"),
            ({"ticket": 7}, "`ticket` is missing, or not"),
            ({"until": None}, "`until` is missing"),
            ({"until": "2026-11-23T10:00:00"}, "`until` is missing, or no moment with its time zone"),
            ({"until": "0001-01-01T00:00:00+14:00"}, "`until` is missing, or no moment with its time zone"),
            ({"from": "9999-12-31T23:59:00-14:00"}, "`from` is missing, or no moment with its time zone"),
            ({"until": "2026-11-23T10:00:30Z"}, "`until` is not a whole minute"),
            ({"until": "2026-11-23T07:00:00Z"}, "`until` is past"),
            ({"from": "2026-11-23T10:00:00Z"}, "`until` is not after `from`"),
            ({"until": "2026-11-25T08:01:00Z"}, "`until` is more than 2 days away"),
            ({"from": "2028-11-23T10:00:00Z", "until": "2028-11-23T11:00:00Z"}, "`from` is more than 366 days away"),
            ({"owner": "me"}, "`owner` is not a member"),
            ({"membership": {"person": "e-1001", "group": "sales"}}, "the policy has no group sales"),
            ({"membership": {"person": "e-1001", "group": "break-glass"}}, "group break-glass is protected"),
        ],
    )
    def test_every_mistake_is_said(self, world: World, said: dict[str, object], finding: str) -> None:
        found = findings(world.send(saying(wish(**said))))
        assert any(finding in name for name in found), found
        assert world.inbox.commands == []

    @pytest.mark.parametrize(
        ("said", "finding"),
        [
            ({}, "either `person` or `group`"),
            ({"person": "e-1001", "group": "admins"}, "either `person` or `group`"),
            ({"group": "admins", "permission_set": "Root"}, "the policy has no permission set Root"),
            ({"person": "e-9"}, "person e-9 is protected"),
            ({"group": "admins", "include_management_account": "yes"}, "is not true or false"),
        ],
    )
    def test_so_it_is_with_assignments(self, world: World, said: dict[str, object], finding: str) -> None:
        assignment = {"account": DEV.name, "permission_set": "Admin", **said}
        if said.get("person") == "e-9":
            world.state.heads[replace(ADA, name="e-9")] = replace(world.state.heads[ADA], subject=ADA)
        found = findings(world.send(saying(wish(membership=None, assignment=assignment))))
        assert any(finding in name for name in found), found

    @pytest.mark.parametrize(
        "said",
        [
            {"membership": {"person": "e-7", "group": "admins"}},
            {"membership": None, "assignment": {"group": "admins", "account": "1" * 12, "permission_set": "Admin"}},
            {"membership": None, "assignment": {"person": "e-7", "account": DEV.name, "permission_set": "Admin"}},
        ],
    )
    def test_somebody_or_something_unknown_is_not_found(self, world: World, said: dict[str, object]) -> None:
        assert world.send(saying(wish(**said))).status == 404

    def test_nobody_is_given_anything_after_their_last_day(self, world: World) -> None:
        become(world, end_date=date(2026, 11, 20))
        assert "the employment of person e-1001 is over" in findings(world.send("give_grant"))
        become(world, status=Status.ENDED, end_date=None)
        assert "the employment of person e-1001 is over" in findings(world.send("give_grant"))
        become(world, status=Status.MISSING, end_date=date(2026, 11, 20))
        assert world.send("give_grant").status == 202

    @pytest.mark.parametrize(
        ("said", "finding"),
        [
            ({"state": AccountState.CLOSED}, f"account {DEV.name} is CLOSED"),
            ({"is_management": True}, "this is the management account"),
        ],
    )
    def test_of_some_accounts_nothing_can_be_given(self, world: World, said: dict[str, Any], finding: str) -> None:
        head = world.state.heads[DEV]
        assert isinstance(head.fact, Account)
        world.state.heads[DEV] = replace(head, fact=replace(head.fact, **said))
        assert any(finding in name for name in findings(world.send("give_assignment")))

    def test_the_management_account_has_to_be_meant(self, world: World) -> None:
        head = world.state.heads[DEV]
        assert isinstance(head.fact, Account)
        world.state.heads[DEV] = replace(head, fact=replace(head.fact, is_management=True))
        assignment = {
            "person": "e-1001",
            "account": DEV.name,
            "permission_set": "Admin",
            "include_management_account": True,
        }
        assert world.send(saying(wish(membership=None, assignment=assignment))).status == 202

    def test_a_subject_has_only_so_many_at_a_time(self, world: World) -> None:
        more = tuple(a_grant(id=f"01M{number:023}") for number in range(MOST_OPEN - 1))
        known(world.state, a_grant(), more=more)
        assert any("100 open grants" in finding for finding in findings(world.send("give_grant")))
        known(world.state, a_grant(until=NOW), more=more)
        assert world.send("give_grant").status == 202


def become(world: World, **said: Any) -> None:  # noqa: ANN401
    head = world.state.heads[ADA]
    assert isinstance(head.fact, Person)
    world.state.heads[ADA] = replace(head, fact=replace(head.fact, **said))


class TestReading:
    def test_a_grant_says_who_has_what_by_whom_and_until_when(self, world: World) -> None:
        world.state.applied[ResourceOf(ADA, IN_ADMINS)] = confirmed(IN_ADMINS, because="x")
        answer = world.send("read_grant")
        assert (answer.status, answer.body["exists"], answer.body["note"]) == (200, True, "")
        grant = answer.body["grant"]
        assert (grant["id"], grant["state"], grant["kind"]) == (GRANT, "active", "membership")
        assert (grant["person"], grant["group"], grant["account"]) == ("e-1001", "admins", "")
        assert (grant["reason"], grant["ticket"], grant["granted_by"]) == ("the shop is down", "OPS-7", CALLER)
        assert (grant["until"], grant["ended"]) == ("2026-11-23T10:00:00+00:00", None)

    @pytest.mark.parametrize(
        ("said", "ended"),
        [
            ({"until": NOW}, ("expired", "", "2026-11-23T08:00:00+00:00")),
            (
                {"end": End(at=NOW, how=Ending.ENDED_EARLY, by="arn:eve", change="01E", because="enough")},
                ("ended_early", "arn:eve", "2026-11-23T08:00:00+00:00"),
            ),
        ],
    )
    def test_one_that_is_over_says_how_it_came_to_that(
        self, world: World, said: dict[str, Any], ended: tuple[str, str, str]
    ) -> None:
        known(world.state, a_grant(**said))
        grant = world.send("read_grant").body["grant"]
        assert grant["state"] == "ended"
        assert (grant["ended"]["cause"], grant["ended"]["by"], grant["ended"]["at"]) == ended

    def test_an_account_that_is_suspended_is_what_the_note_is_about(self, world: World) -> None:
        head = world.state.heads[DEV]
        assert isinstance(head.fact, Account)
        world.state.heads[DEV] = replace(head, fact=replace(head.fact, state=AccountState.SUSPENDED))
        resource = Resource(ResourceKind.ASSIGNMENT, "Audit/engineers")
        known(world.state, a_grant(subject=DEV, resource=resource))
        assert "the account is SUSPENDED" in world.send("read_grant").body["note"]
        known(world.state, a_grant(subject=DEV, resource=resource, until=NOW))
        assert world.send("read_grant").body["note"] == ""
        there = replace(confirmed(resource, because="x"), reasons=(Reason(f"grant:{GRANT}", "x"),))
        world.state.applied[ResourceOf(DEV, resource)] = there
        assert "the account is SUSPENDED" in world.send("read_grant").body["note"]

    def test_what_a_rule_gives_too_stays(self, world: World) -> None:
        known(world.state, a_grant(until=NOW))
        there = replace(confirmed(IN_ADMINS, because="x"), reasons=(Reason("policy.yaml:3", "title is Admin"),))
        world.state.applied[ResourceOf(ADA, IN_ADMINS)] = there
        assert world.send("read_grant").body["note"] == "what it gave is there by policy.yaml:3"

    @pytest.mark.parametrize(
        ("change", "note"),
        [
            (lambda world: become(world, start_date=date(2027, 1, 1)), "not in employment"),
            (lambda world: known(world.state, a_grant(resource=Resource(ResourceKind.MEMBERSHIP, "x"))), "no group x"),
            (lambda _: None, "is being created"),
        ],
    )
    def test_one_in_force_that_gives_nothing_says_why(
        self, world: World, change: Callable[[World], object], note: str
    ) -> None:
        change(world)
        answer = world.send("read_grant").body
        assert (answer["exists"], note in answer["note"]) == (False, True)

    def test_one_whose_access_waits_for_an_approval_is_held(self, world: World) -> None:
        part = HeldPart(resource=IN_ADMINS, change="01C", operation="01C-1", is_gift=True, sensitive="it is")
        world.state.heads[ADA] = replace(world.state.heads[ADA], held=(part,))
        assert world.send("read_grant").body["grant"]["state"] == "held"
        answer = world.send(load("list_grants") | {"queryStringParameters": {"state": "active"}})
        assert [(grant["id"], grant["state"]) for grant in answer.body["grants"]] == [(GRANT, "held")]
        world.state.heads[ADA] = replace(world.state.heads[ADA], held=(replace(part, verdict=Verdict.APPROVED),))
        assert world.send("read_grant").body["grant"]["state"] == "active"

    def test_an_unknown_one_is_not_found(self, world: World) -> None:
        world.state.grants.clear()
        for event in ("read_grant", "extend_grant", "end_grant"):
            assert world.send(event).status == 404

    def test_they_are_listed_by_person_account_and_state(self, world: World) -> None:
        others = (
            a_grant(id="01A", until=NOW, noted=GrantState.ENDED),
            a_grant(id="01B", begins=NOW + timedelta(hours=1)),
        )
        known(world.state, a_grant(), more=others)
        in_account = a_grant(id="01C", subject=DEV, resource=Resource(ResourceKind.ASSIGNMENT, "Admin/person:e-1001"))
        known(world.state, in_account)
        assert _listed(world) == [GRANT, "01C", "01B", "01A"]
        assert _listed(world, person="e-1001") == [GRANT, "01C", "01B", "01A"]
        assert _listed(world, account=DEV.name) == ["01C"]
        assert _listed(world, person="e-1001", state="scheduled") == ["01B"]
        assert _listed(world, state="ended") == ["01A"]
        assert _listed(world, person="e-2") == []
        assert world.send(load("list_grants") | {"queryStringParameters": {"state": "over"}}).status == 400


def _listed(world: World, **query: str) -> list[str]:
    answer = world.send(load("list_grants") | {"queryStringParameters": query})
    assert answer.status == 200
    return [pair["id"] for pair in answer.body["grants"]]


class TestExtending:
    def test_a_later_end_is_asked_for(self, world: World) -> None:
        answer = world.send("extend_grant")
        assert (answer.status, answer.body) == (202, {"grant": GRANT, "change": NEW, "href": f"/v1/grants/{GRANT}"})
        (request,) = world.inbox.of(ApplyGrant)
        until = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert request.grant.extensions == (Extension(at=NOW, until=until, by=CALLER, change=NEW),)
        assert request.grant.lasts_until == until

    def test_the_same_end_again_is_answered_with_the_same_change(self, world: World) -> None:
        until = datetime(2026, 11, 23, 12, tzinfo=UTC)
        extension = Extension(at=NOW - timedelta(minutes=1), until=until, by=CALLER, change="01X")
        known(world.state, a_grant(extensions=(extension,)))
        assert world.send("extend_grant").body["change"] == "01X"
        assert world.inbox.commands == []

    @pytest.mark.parametrize(
        ("until", "finding"),
        [
            ("2026-11-23T09:00:00Z", "when it ends already"),
            ("2026-11-26T09:00:00Z", "more than 2 days away"),
            ("2026-11-23T07:00:00Z", "when it ends already"),
            ("later", "no moment"),
        ],
    )
    def test_an_end_that_cannot_be_is_refused(self, world: World, until: str, finding: str) -> None:
        found = findings(world.send(saying({"until": until}, event="extend_grant")))
        assert any(finding in name for name in found), found

    def test_what_is_over_is_not_extended(self, world: World) -> None:
        known(world.state, a_grant(until=NOW))
        assert world.send("extend_grant").status == 409

    def test_nor_what_was_extended_often(self, world: World) -> None:
        extensions = tuple(
            Extension(at=NOW - timedelta(minutes=9), until=NOW + timedelta(minutes=number), by="a", change="01X")
            for number in range(MOST_EXTENSIONS)
        )
        known(world.state, a_grant(extensions=extensions))
        assert world.send("extend_grant").status == 409


class TestEnding:
    def test_it_is_asked_for_with_its_reason(self, world: World) -> None:
        answer = world.send("end_grant")
        assert (answer.status, answer.body["change"]) == (202, NEW)
        (request,) = world.inbox.of(ApplyGrant)
        end = End(at=NOW, how=Ending.ENDED_EARLY, by=CALLER, change=NEW, because="the shop is up again")
        assert request.grant.end == end

    def test_a_reason_may_be_left_out(self, world: World) -> None:
        assert world.send(load("end_grant") | {"body": None}).status == 202
        assert world.send(saying({"reason": 7}, event="end_grant")).status == 422

    def test_once_more_is_the_same_change(self, world: World) -> None:
        end = End(at=NOW - timedelta(minutes=1), how=Ending.ENDED_EARLY, by="arn:eve", change="01E")
        known(world.state, a_grant(end=end))
        assert world.send("end_grant").body["change"] == "01E"
        assert world.inbox.commands == []

    def test_what_time_has_ended_is_over(self, world: World) -> None:
        known(world.state, a_grant(until=NOW))
        answer = world.send("end_grant")
        assert (answer.status, "expired" in answer.body["detail"]) == (409, True)
