"""A person is forgotten long after they have left: nothing names them any more, and the audit log stays whole."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from benchmarks.dynamodb.table_world import TableWorld
from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.guardrails import DynamoGrants
from dayone.adapters.dynamodb.hr import DynamoRosters, DynamoWaitingHints
from dayone.adapters.dynamodb.policies import DynamoPolicies
from dayone.adapters.dynamodb.read_models import DynamoRecords
from dayone.api.context import AccessApi
from dayone.errors import Inapplicable, NotFound
from dayone.hr.forget import request_forgetting
from dayone.model.changes import Cause, CauseKind, ChangeState, ulid_of
from dayone.model.commands import ReconcileSubject
from dayone.model.people import IdentitySource, Leavers, LifeCycle
from dayone.model.policy.rules import Guardrails, Policy, Protection
from dayone.model.subjects import Subject
from dayone.ops.audit_verification import verify_audit
from dayone.ports.hr import Roster
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment, assignment, the_account, the_person
from tests.unit.granting import a_grant, is_said
from tests.unit.hr_world import ADA, GRACE, later, tells
from tests.unit.previews import api_of

WHO = "e-1001"
ADA_IS = {**ADA, "user_name": "ada.lovelace", "title": "Countess"}
_LEFT = {**ADA_IS, "status": "ended", "end_date": "2026-11-24"}
WORDS = (WHO, "lovelace", "ada@example.com", "countess")
_ADMIN = "arn:aws:iam::111122223333:user/admin"
_KEPT = timedelta(days=365)
_CYCLE = LifeCycle(leavers=Leavers.DELETE)
_POLICY = replace(a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment()), people=_CYCLE)


def _world(policy: Policy = _POLICY) -> TableWorld:
    """Ada is hired, and so is Grace."""
    world = TableWorld.fresh()
    world.policy_is(policy)
    world.account_is(an_account())
    world.carry_out(lambda on: on.sleep(61))
    tells(world, WHO, ADA_IS)
    tells(world, "e-2", GRACE)
    world.carry_out()
    return world


def _has_left(world: TableWorld) -> TableWorld:
    later(world, days=1)
    tells(world, WHO, _LEFT)
    world.carry_out()
    later(world, days=400)
    return world


def _api(world: TableWorld) -> AccessApi:
    api = api_of(world)
    api.records, api.grants = DynamoRecords(world.table), DynamoGrants(world.table)
    api.policies = DynamoPolicies(world.table, parse=lambda version: world.policies[version.text])
    return api


def _forgotten(world: TableWorld) -> str:
    change = request_forgetting(WHO, actor=_ADMIN, retention=_KEPT, ports=_api(world)).change
    world.carry_out()
    return change


def _traces(world: TableWorld) -> list[str]:
    """Return the keys of all records in whose bytes, and in those of the indexes made from them, the person is."""
    raw = (
        (item["pk"]["S"], item["sk"]["S"], json.dumps(item, default=str).casefold())
        for item in world.client.everything()
    )
    return [f"{pk} {sk}: {word}" for pk, sk, text in raw for word in WORDS if word in text]


def _lanes_of(world: TableWorld) -> Iterator[Any]:
    log = DynamoAuditLog(world.table)
    days = {
        pk["pk"]["S"].removeprefix("AUDIT#") for pk in world.client.everything() if pk["pk"]["S"].startswith("AUDIT#")
    }
    today = world.now.date()
    for day in sorted(days):
        yield from verify_audit(datetime.fromisoformat(day).date(), today=today, cursor="", log=log).lanes


def _refusal(world: TableWorld) -> str:
    with pytest.raises(Inapplicable) as refused:
        request_forgetting(WHO, actor=_ADMIN, retention=_KEPT, ports=_api(world))
    assert not world.inbox.commands
    return str(refused.value)


def test_nothing_names_who_is_forgotten_and_the_audit_log_is_whole() -> None:
    world = _has_left(_world())
    before = _traces(world)
    assert {line.partition("#")[0] for line in before} >= {"PERSON", "CHANGE", "AUDIT"}
    change = _forgotten(world)
    assert _traces(world) == []
    lanes = [*_lanes_of(world)]
    assert [lane for lane in lanes if lane.broken] == []
    assert sum(lane.forgotten for lane in lanes) > 0
    found = DynamoRecords(world.table).change(change)
    assert found is not None
    assert found.state is ChangeState.SUCCEEDED
    assert found.notes[0].startswith("a person was forgotten: ")
    (entry,) = [item for item in world.client.everything() if item.get("action", {}).get("S") == "forget-person"]
    assert entry["actor"]["S"] == _ADMIN
    with pytest.raises(NotFound):
        request_forgetting(WHO, actor=_ADMIN, retention=_KEPT, ports=_api(world))


def test_others_are_as_they_were() -> None:
    world = _has_left(_world())

    def of_grace() -> list[str]:
        return sorted(str(item) for item in world.client.everything() if "e-2" in str(item["sk"]) + str(item["pk"]))

    before = of_grace()
    _forgotten(world)
    assert before
    assert of_grace() == before
    assert world.groups() == {"engineers": {"grace@example.com"}}


def test_the_same_id_from_hr_is_a_new_person() -> None:
    world = _has_left(_world())
    _forgotten(world)
    tells(world, WHO, {**GRACE, "email": "other@example.com", "given_name": "Olga"}, at=world.now - timedelta(days=900))
    world.carry_out()
    fact = DynamoRecords(world.table).subject(the_person(WHO)).head.fact
    assert fact is not None
    assert fact.given_name == "Olga"  # type: ignore[union-attr]
    assert "other@example.com" in world.groups()["engineers"]


def test_a_grant_and_what_was_given_in_an_account_go_too() -> None:
    world = _world()
    grants = [
        replace(a_grant("g-1", subject=the_person(WHO)), begins=world.now, until=world.now + timedelta(hours=3)),
        replace(
            a_grant("g-2", subject=the_account(), resource=assignment(f"person:{WHO}")),
            begins=world.now,
            until=world.now + timedelta(hours=3),
        ),
    ]
    for grant in grants:
        is_said(world, grant)
    world.carry_out()
    later(world, hours=4)
    for subject in (the_person(WHO), the_account()):
        world.inbox.put(list(_due(world, subject)))
    world.carry_out()
    _has_left(world)
    assert [line for line in _traces(world) if line.startswith("GRANT")]
    _forgotten(world)
    assert _traces(world) == []


def _due(world: TableWorld, subject: Subject) -> Iterator[Any]:
    change = ulid_of(world.now, name=f"{subject} due")
    cause = Cause(change=change, kind=CauseKind.DUE, actor="dayone", reference="sweep", at=world.now)
    yield ReconcileSubject(subject=subject, cause=cause)


def test_who_has_their_names_now_no_longer_says_whose_they_were() -> None:
    world = _world(replace(_POLICY, people=replace(_CYCLE, leavers=Leavers.KEEP)))
    later(world, days=1)
    tells(world, WHO, _LEFT)
    world.carry_out()
    tells(world, "e-3", {**GRACE, "given_name": "Adelaide", "user_name": "ada.lovelace", "email": "ada@example.com"})
    world.carry_out()
    world.carry_out()
    later(world, days=400)
    world.policy_is(_POLICY)
    world.carry_out()
    adelaide = DynamoRecords(world.table).subject(the_person("e-3"))
    assert adelaide.head.former_holders == (WHO,)
    _forgotten(world)
    assert [item for item in world.client.everything() if WHO in json.dumps(item, default=str)] == []
    after = DynamoRecords(world.table).subject(the_person("e-3"))
    assert set(adelaide.head.claims) == {"user-name:ada.lovelace", "email:ada@example.com"}
    same = replace(after.head, former_holders=adelaide.head.former_holders, revision=adelaide.head.revision)
    assert (same, after.applied) == (adelaide.head, adelaide.applied)


def test_versions_of_the_policy_and_lists_of_hr_that_name_them_are_said() -> None:
    world = _has_left(_world())
    world.archive().add(f"people: [{WHO}]", file="policy.yaml", actor="ops", at=world.now, change="01X")
    roster = Roster(at=world.now, people={WHO: "5f", "e-2": "60"}, missing=())
    DynamoRosters(world.table).keep("csv", roster)
    DynamoWaitingHints(world.table).know("bamboo", "77", person=WHO)
    notes = DynamoRecords(world.table).change(_forgotten(world)).notes  # type: ignore[union-attr]
    assert notes[1:] == (
        "stored versions of the policy still name them: 2",
        "the HR system csv still sends them, and its next import records them anew",
    )
    kept = DynamoRosters(world.table).roster("csv")
    assert kept is not None
    assert kept.people == {"e-2": "60"}
    assert {line.partition(" ")[0] for line in _traces(world)} == {"POLICY"}


def test_a_group_and_an_account_that_are_called_as_they_were_stay_as_they_are() -> None:
    called = replace(_POLICY, groups=(replace(a_group("ada.lovelace")), *_POLICY.groups))
    world = _world(called)
    world.account_is(an_account(tags={"owner": "ada@example.com"}))
    world.carry_out()
    _has_left(world)

    def others() -> list[str]:
        kinds = ("GROUP", "ACCOUNT", "PERMISSIONSET")
        return sorted(str(item) for item in world.client.everything() if item["pk"]["S"].startswith(kinds))

    before = others()
    notes = DynamoRecords(world.table).change(_forgotten(world)).notes  # type: ignore[union-attr]
    assert others() == before
    assert f"what is recorded of {the_account()} names them" in notes


def test_it_goes_on_where_a_run_has_ended() -> None:
    world = _has_left(_world())
    world.time_to_activate = timedelta(0)
    _forgotten(world)
    assert world.client.meter.calls["Scan"] > 1
    assert _traces(world) == []


class TestWhoIsNotForgotten:
    def test_somebody_who_is_here(self) -> None:
        assert "they have not left; they have access" in _refusal(_world())

    def test_somebody_who_left_a_short_time_ago(self) -> None:
        world = _has_left(_world())
        later(world, days=-300)
        assert _refusal(world).endswith("they left on 2026-11-24, and are kept for 365 days, until 2027-11-24")

    def test_somebody_whose_user_is_there(self) -> None:
        world = _has_left(_world(replace(_POLICY, people=LifeCycle())))
        assert "their user is still in Identity Center" in _refusal(world)

    def test_somebody_of_whom_something_is_held(self) -> None:
        world = _has_left(_world(replace(_POLICY, guardrails=Guardrails(percent=0, at_least=0))))
        assert "holds something about them" in _refusal(world)

    def test_somebody_whose_work_is_under_way(self) -> None:
        world = _world()
        tells(world, WHO, _LEFT)
        later(world, days=400)
        world.plan_all()
        assert "is still carried out" in _refusal(world)

    def test_somebody_whom_the_policy_names(self) -> None:
        world = _has_left(_world())
        world.policy_is(replace(_POLICY, protection=Protection(people=frozenset({WHO}))))
        world.carry_out()
        assert "the policy in force names them in `guardrails.protect`" in _refusal(world)

    def test_somebody_who_comes_back_before_it_is_done(self) -> None:
        world = _has_left(_world())
        change = request_forgetting(WHO, actor=_ADMIN, retention=_KEPT, ports=_api(world)).change
        back = tells(world, WHO, {**ADA_IS, "status": "active", "end_date": ""})
        world.plan(back)
        world.carry_out()
        notes = DynamoRecords(world.table).change(change).notes  # type: ignore[union-attr]
        assert notes[0].startswith("the person is not forgotten: they have not left")
        assert "ada.lovelace" in world.groups()["engineers"]


def test_a_user_of_an_identity_provider_does_not_stand_in_the_way() -> None:
    world = TableWorld.fresh()
    world.policy_is(replace(_POLICY, people=LifeCycle(identity_source=IdentitySource.EXTERNAL)))
    world.center.users["user-1"] = {"user_name": "ada.lovelace", "display_name": "as the provider has it"}
    tells(world, WHO, ADA_IS)
    world.carry_out()
    _has_left(world)
    _forgotten(world)
    assert _traces(world) == []
    assert world.center.users
