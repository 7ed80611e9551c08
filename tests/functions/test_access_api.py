"""Requests as API Gateway hands them on, answered from what is remembered."""

import base64
import io
import json
import logging
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone import wiring
from dayone.domain.accounts import Account, AccountState
from dayone.domain.changes import Cause, CauseKind, Change
from dayone.domain.desired import Reason
from dayone.domain.operations import Action, Applied, Operation, OperationState, Priority
from dayone.domain.people import Person
from dayone.domain.subject_states import FactVersion, Head, Plan
from dayone.domain.subjects import THE_POLICY, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.errors import Conflicting, Refused, Throttled, Unreachable
from dayone.usecases.access_api import AccessApi
from functions.access_api import app
from tests.fakes.queues import MemoryInbox
from tests.fakes.state import State
from tests.fakes.state_policies import MemoryChanges, MemoryPolicyArchive
from tests.fakes.state_records import MemoryRecords
from tests.fakes.state_subjects import MemoryDueWork

EVENTS = Path(__file__).parents[2] / "events" / "access_api"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CHANGE = "01KQ0000000000000000000001"
CALLER = "arn:aws:sts::111122223333:assumed-role/platform/platform-team"
ADA = Subject(SubjectKind.PERSON, "e-1001")
DEV = Subject(SubjectKind.ACCOUNT, "123456789012")
IN_ENGINEERS = Resource(ResourceKind.MEMBERSHIP, "engineers")
VIEW_ONLY = Resource(ResourceKind.ASSIGNMENT, "ViewOnly/engineers")

type Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What API Gateway would send back, and what was logged on the way."""

    status: int
    body: Any
    headers: Mapping[str, str]
    logged: str


class Unwell:
    """A port that fails at whatever is asked of it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _name: str) -> Any:  # noqa: ANN401 - stands for any method
        raise self._error


@dataclass
class World:
    """The function over a state in memory."""

    state: State = field(default_factory=State)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    error: Exception | None = None

    def ports(self) -> AccessApi:
        unwell: Any = Unwell(self.error) if self.error else None
        return AccessApi(
            records=unwell or MemoryRecords(self.state),
            archive=unwell or MemoryPolicyArchive(self.state),
            changes=MemoryChanges(self.state),
            work=MemoryDueWork(self.state),
            inbox=self.inbox,
            clock=lambda: NOW,
            entropy=lambda: b"\x07" * 10,
        )

    def send(self, event: Event | str) -> Answer:
        handler = app.logger.registered_handler
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(log := io.StringIO())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "access_api", self.ports)
            response = app.lambda_handler(load(event) if isinstance(event, str) else event, context())
        headers = {name: values[0] for name, values in response["multiValueHeaders"].items()}
        return Answer(response["statusCode"], json.loads(response["body"]), headers, log.getvalue())


def context() -> LambdaContext:
    made = LambdaContext()
    made._function_name = "access_api"
    made._memory_limit_in_mb = 1024
    made._invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:access_api"
    made._aws_request_id = "0a1b2c3d"
    return made


def load(name: str) -> Event:
    event: Event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def asking(name: str, **query: str) -> Event:
    event = load(name)
    event["queryStringParameters"] = query
    return event


def confirmed(resource: Resource, *, because: str, doubt: Action | None = None, adopted: bool = False) -> Applied:
    return Applied(
        resource=resource,
        references={"membership_id": "m-1"},
        reasons=(Reason("policy.yaml:5", because), Reason("policy.yaml:6", "title is SRE")),
        doubt=doubt,
        adopted=adopted,
        operation="person:e-1001@1-a/0001",
        change=CHANGE,
        request_id="r-1",
        at=NOW,
    )


@pytest.fixture
def world() -> World:
    ada = Person(
        id="e-1001",
        user_name="ada",
        email="ada@example.com",
        given_name="Ada",
        family_name="Lovelace",
        display_name="Ada Lovelace",
        department="Engineering",
        start_date=date(2026, 11, 23),
    )
    account = Account(
        id=DEV.name, name="dev", email="dev@example.com", state=AccountState.ACTIVE, ou_path="/Workloads/Dev",
        ou_ids=("ou-1", "ou-2"), tags={"env": "dev"},
    )  # fmt: skip
    user = Applied(resource=Resource(ResourceKind.USER), attributes={"user_name": "ada"}, references={"user_id": "u-1"})
    told = FactVersion(at=NOW, digest="d")
    state = State()
    state.heads[ADA] = Head(subject=ADA, generation="1-a", fact=ada, version=told, policy_version=3, outstanding=2)
    state.heads[DEV] = Head(subject=DEV, fact=account, due_at=NOW)
    state.applied[ResourceOf(ADA, user.resource)] = user
    for person in ("e-1001", "e-1002", "e-1003"):
        of = ResourceOf(Subject(SubjectKind.PERSON, person), IN_ENGINEERS)
        state.applied[of] = confirmed(IN_ENGINEERS, because="department is Engineering")
    for there in (DEV, Subject(SubjectKind.ACCOUNT, "210987654321")):
        assignment = confirmed(VIEW_ONLY, because="the account is in /Workloads/Dev", doubt=Action.DELETE)
        state.applied[ResourceOf(there, VIEW_ONLY)] = assignment
    for number in (1, 2, 3):
        state.changes[change(number).id] = change(number)
    for number in (0, 1):
        state.store(operation(number))
    head = state.heads[ADA]
    plan = Plan(cause=change(1).cause, before=head, after=head, notes=("the same was told before",))
    state.plans[CHANGE, ADA] = plan
    return World(state)


def change(number: int) -> Change:
    cause = Cause(change=f"{CHANGE[:-1]}{number}", kind=CauseKind.HR_EVENT, actor="hr:standard", reference="m", at=NOW)
    return Change(cause=cause, planned=1, operations=2, failed=1)


def operation(number: int) -> Operation:
    return Operation(
        change=CHANGE,
        actor="hr:standard",
        subject=ADA,
        generation="1-a",
        number=number,
        action=Action.CREATE,
        resource=IN_ENGINEERS,
        priority=Priority.ONBOARDING,
        created_at=NOW,
        reasons=(Reason("policy.yaml:5", "department is Engineering"),),
        state=OperationState.FAILED if number else OperationState.PENDING,
        attempts=2,
        request_id="r-9",
        failure_reason="AWS said no" if number else "",
        waiting_for="" if number else "group:engineers#group",
        finished_at=NOW if number else None,
    )


def test_health_tells_the_policy_in_force_and_whether_operations_are_open(world: World) -> None:
    answer = world.send("read_health")
    assert (answer.status, answer.body) == (200, {"policy_version": 0, "operations_open": True})
    world.state.operations.clear()
    assert world.send("read_health").body["operations_open"] is False


def test_health_is_a_problem_when_the_state_cannot_be_read(world: World) -> None:
    world.error = Unreachable("dynamodb.eu-west-1.amazonaws.com did not answer")
    answer = world.send("read_health")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert "dynamodb" not in answer.body["detail"]


def test_a_policy_is_kept_and_put_on_the_inbox_under_the_callers_name(world: World) -> None:
    event = load("submit_policy")
    answer = world.send(event)
    (kept,) = world.state.kept_policies.values()
    (request,) = world.inbox.requests
    assert (kept.text, kept.file, kept.actor, kept.at) == (event["body"], "access/policy.yaml", CALLER, NOW)
    assert (request.subject, request.policy_version) == (THE_POLICY, 1)
    assert request.cause == Cause(
        change=kept.change, kind=CauseKind.POLICY, actor=CALLER, reference="version 1", at=NOW
    )
    assert answer.status == 202
    assert answer.body == {"version": 1, "change": kept.change, "href": f"/v1/changes/{kept.change}"}
    assert answer.headers["Location"] == f"/v1/changes/{kept.change}"


def test_the_change_of_a_policy_can_be_looked_at_at_once(world: World) -> None:
    answer = world.send("submit_policy")
    looked_at = load("read_change") | {"path": answer.headers["Location"], "queryStringParameters": None}
    assert world.send(looked_at).body["change"]["state"] == "planning"


def test_a_policy_sent_as_binary_is_the_same_policy(world: World) -> None:
    event = load("submit_policy")
    text = event["body"]
    event |= {"body": base64.b64encode(text.encode()).decode(), "isBase64Encoded": True}
    assert world.send(event).status == 202
    assert world.state.kept_policies[1].text == text


def test_of_a_wrong_policy_nothing_is_kept_and_every_mistake_is_told(world: World) -> None:
    answer = world.send("submit_wrong_policy")
    assert answer.status == 422
    assert answer.body["type"] == "tag:dayone,2026:invalid"
    assert answer.body["findings"] == [
        "policy.yaml:4: groups.engineers.members[0]: unknown key `departement`; did you mean `department`?",
        (
            "policy.yaml:6: assignments[0].accounts[0].id[0]: must be text, but YAML reads 123456789012 as a number; "
            "put it in quotes: '123456789012'"
        ),
        "policy.yaml:6: assignments[0].group: there is no `enginers` under `groups`; did you mean `engineers`?",
        "policy.yaml:6: assignments[0].permission_set: there is no `ViewOnly` under `permission_sets`; there are none",
        "policy.yaml:7: guardrails.removals: is not enforced yet, so it would protect nothing: leave it out",
    ]
    assert not world.state.kept_policies
    assert not world.inbox.requests
    assert len(world.state.changes) == 3


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"body": None}, 400, "the body is empty"),
        ({"body": " \n"}, 400, "the body is empty"),
        ({"body": "/w==", "isBase64Encoded": True}, 400, "not UTF-8"),
        ({"body": "%", "isBase64Encoded": True}, 400, "not UTF-8"),
        ({"body": "x" * (256 * 1024 + 1)}, 413, "262,145 bytes"),
        ({"body": "ü" * (128 * 1024) + "x"}, 413, "262,145 bytes"),
        ({"queryStringParameters": {"file": "a b"}}, 400, "`file` is not a file name"),
    ],
)
def test_what_cannot_be_a_policy_is_refused(world: World, changed: Event, status: int, said: str) -> None:
    answer = world.send(load("submit_policy") | changed)
    assert answer.status == status
    assert said in answer.body["detail"]
    assert not world.state.kept_policies


def test_the_largest_policy_is_taken(world: World) -> None:
    text = load("submit_policy")["body"]
    event = load("submit_policy") | {"body": text + "#" * (256 * 1024 - len(text))}
    assert world.send(event).status == 202


def test_a_policy_that_nobody_signed_is_refused(world: World) -> None:
    event = deepcopy(load("submit_policy"))
    event["requestContext"]["identity"]["userArn"] = None
    answer = world.send(event)
    assert (answer.status, answer.body["type"]) == (401, "tag:dayone,2026:unauthentic")
    assert not world.state.kept_policies


def test_the_policy_in_force_is_answered_as_it_was_uploaded(world: World) -> None:
    assert world.send("read_policy").status == 404
    world.send("submit_policy")
    assert world.send("read_policy").status == 404
    world.state.policy_in_force = 1
    answer = world.send("read_policy")
    assert answer.body | {"change": ""} == {
        "version": 1,
        "file": "access/policy.yaml",
        "text": load("submit_policy")["body"],
        "actor": CALLER,
        "at": "2026-11-23T08:00:00+00:00",
        "change": "",
    }


def test_a_person_is_answered_as_hr_and_as_identity_center_have_them(world: World) -> None:
    answer = world.send("read_person")
    assert answer.body["fact"]["start_date"] == "2026-11-23"
    assert answer.body["fact"]["status"] == "active"
    assert answer.body["head"] == {
        "generation": "1-a",
        "policy_version": 3,
        "outstanding": 2,
        "due_at": None,
        "told_at": "2026-11-23T08:00:00+00:00",
    }
    assert answer.body["user"]["references"] == {"user_id": "u-1"}


def test_access_of_a_person_names_every_reason_on_the_way(world: World) -> None:
    (group,) = world.send("read_person_access").body["groups"]
    assert group["group"] == "engineers"
    assert group["membership"] == {
        "resource": "membership/engineers",
        "attributes": {},
        "references": {"membership_id": "m-1"},
        "reasons": [
            {"rule": "policy.yaml:5", "because": "department is Engineering"},
            {"rule": "policy.yaml:6", "because": "title is SRE"},
        ],
        "in_doubt": None,
        "adopted": False,
        "operation": "person:e-1001@1-a/0001",
        "change": CHANGE,
        "request_id": "r-1",
        "at": "2026-11-23T08:00:00+00:00",
    }
    assert [(one["account"], one["permission_set"]) for one in group["assignments"]] == [
        ("123456789012", "ViewOnly"),
        ("210987654321", "ViewOnly"),
    ]


def test_what_is_in_doubt_is_marked(world: World) -> None:
    (group,) = world.send("read_person_access").body["groups"]
    assert [one["confirmed"]["in_doubt"] for one in group["assignments"]] == ["delete", "delete"]


def test_access_through_a_large_group_goes_on_page_by_page(world: World) -> None:
    (first,) = world.send(asking("read_person_access", limit="1")).body["groups"]
    following = asking("read_person_access", limit="1", group="engineers", cursor=first["cursor"])
    (second,) = world.send(following).body["groups"]
    assert [one["account"] for one in first["assignments"] + second["assignments"]] == [DEV.name, "210987654321"]
    assert second["cursor"] == ""


def test_a_group_the_person_is_not_in_is_not_found(world: World) -> None:
    answer = world.send(asking("read_person_access", group="admins"))
    assert (answer.status, answer.body["type"]) == (404, "tag:dayone,2026:not-found")


def test_a_cursor_without_its_group_is_refused(world: World) -> None:
    answer = world.send(asking("read_account_access", cursor="1"))
    assert (answer.status, "say which with `group`" in answer.body["detail"]) == (400, True)


def test_an_account_is_answered_as_organizations_has_it(world: World) -> None:
    body = world.send("read_account").body
    assert body["id"] == DEV.name
    assert (body["fact"]["ou_path"], body["fact"]["ou_ids"]) == ("/Workloads/Dev", ["ou-1", "ou-2"])
    assert body["fact"]["tags"] == {"env": "dev"}
    assert body["head"]["due_at"] == "2026-11-23T08:00:00+00:00"


def test_access_to_an_account_names_the_groups_the_sets_and_the_people(world: World) -> None:
    body = world.send(asking("read_account_access", limit="2")).body
    (group,) = body["groups"]
    assert body["account"] == DEV.name
    assert [one["permission_set"] for one in group["assignments"]] == ["ViewOnly"]
    assert group["assignments"][0]["confirmed"]["reasons"][0]["because"] == "the account is in /Workloads/Dev"
    assert [one["person"] for one in group["members"]] == ["e-1001", "e-1002"]
    following = asking("read_account_access", limit="2", group="engineers", cursor=group["cursor"])
    (rest,) = world.send(following).body["groups"]
    assert ([one["person"] for one in rest["members"]], rest["cursor"]) == (["e-1003"], "")


def test_changes_are_listed_page_by_page(world: World) -> None:
    first = world.send("list_changes").body
    second = world.send(asking("list_changes", limit="2", cursor=first["cursor"])).body
    assert [one["id"][-1] for one in first["changes"] + second["changes"]] == ["3", "2", "1"]
    assert second["cursor"] == ""
    assert second["changes"][0] == {
        "id": CHANGE,
        "state": "running",
        "cause": {"kind": "hr-event", "actor": "hr:standard", "reference": "m", "at": "2026-11-23T08:00:00+00:00"},
        "subjects": 1,
        "planned": 1,
        "operations": 2,
        "succeeded": 0,
        "failed": 1,
        "superseded": 0,
    }


def test_a_change_is_answered_with_its_notes_and_operations(world: World) -> None:
    first = world.send("read_change").body
    second = world.send(asking("read_change", cursor=first["cursor"])).body
    assert first["notes"] == ["the same was told before"]
    assert [one["state"] for one in first["operations"] + second["operations"]] == ["pending", "failed"]
    assert second["operations"][0] == {
        "id": "person:e-1001@1-a/0001",
        "kind": "create-membership",
        "subject": "person:e-1001",
        "resource": "membership/engineers",
        "state": "failed",
        "attempts": 2,
        "request_id": "r-9",
        "failure_reason": "AWS said no",
        "waiting_for": "",
        "reasons": [{"rule": "policy.yaml:5", "because": "department is Engineering"}],
        "created_at": "2026-11-23T08:00:00+00:00",
        "not_before": None,
        "finished_at": "2026-11-23T08:00:00+00:00",
    }


@pytest.mark.parametrize("name", ["read_person", "read_person_access", "read_account", "read_account_access"])
def test_somebody_unknown_is_not_found_and_told_what_to_check(name: str) -> None:
    answer = World().send(name)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert "check" in answer.body["detail"]
    assert answer.body["instance"] == load(name)["path"]


def test_an_unknown_change_is_not_found() -> None:
    assert World().send("read_change").body["status"] == 404


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e1", "٣"])
def test_a_limit_that_is_none_is_refused(world: World, limit: str) -> None:
    answer = world.send(asking("list_changes", limit=limit))
    assert (answer.status, answer.body["type"]) == (400, "tag:dayone,2026:malformed")


def test_a_cursor_that_is_none_is_refused(world: World) -> None:
    assert world.send(asking("list_changes", cursor="nonsense")).status == 422


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/secrets"), ("DELETE", "/v1/policy"), ("GET", "/")])
def test_a_route_that_does_not_exist_is_a_problem_too(world: World, method: str, path: str) -> None:
    answer = world.send(load("read_health") | {"httpMethod": method, "path": path})
    assert (answer.status, answer.body["instance"]) == (404, path)
    assert f"there is no {method} {path}" in answer.body["detail"]


@pytest.mark.parametrize("error", [RuntimeError("secret inside"), Refused("AccessDenied: arn:aws:secret")])
def test_the_unexpected_says_nothing_of_the_inside_but_is_logged(world: World, error: Exception) -> None:
    world.error = error
    answer = world.send("read_person")
    assert (answer.status, answer.body["type"]) == (500, "tag:dayone,2026:unexpected")
    assert "secret" not in json.dumps(answer.body)
    assert answer.body["request_id"] == load("read_person")["requestContext"]["requestId"]
    assert "secret" in answer.logged


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Throttled("slow down", retry_after=2.2), 503, "3"),
        (Throttled("slow down"), 503, "5"),
        (Conflicting("moved"), 409, "5"),
    ],
)
def test_what_may_succeed_later_says_when(world: World, error: Exception, status: int, retry_after: str) -> None:
    world.error = error
    answer = world.send("submit_policy")
    assert (answer.status, answer.headers["Retry-After"]) == (status, retry_after)
    assert not world.inbox.requests


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_no_answer_logs_who_it_is_about_or_who_asked(world: World, name: str) -> None:
    logged = world.send(name).logged + World().send(name).logged
    for personal in ("e-1001", "ada", "Lovelace", "platform-team", "203.0.113.9"):
        assert personal not in logged
