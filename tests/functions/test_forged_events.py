"""Events that no API, queue or stream of the stack has made: what somebody sends who may invoke the functions."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dayone.accounts.events import RecordAccountEvent
from dayone.adapters.messaging import DynamoStream
from dayone.errors import Forbidden, Unavailable
from dayone.events import PublishEvents
from dayone.hr.webhook import ReceiveHrEvent, Refusals
from dayone.messages.inbox import from_json
from dayone.wiring import functions as wiring
from functions.access_api import app as access_api
from functions.plan_changes import app as plan_changes
from functions.preview_company import app as preview_company
from functions.publish_events import app as publish_events
from functions.receive_hr_event import app as receive_hr_event
from functions.record_account_event import app as record_account_event
from tests.builders import a_group, a_policy
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.hr import MemoryHrSources
from tests.fakes.own_apis import MemoryOwnApis
from tests.fakes.queues import MemoryDeadLetters, MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.fakes.table.open_changes import MemoryOpenChanges
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import CALLER, World, load, signed_by
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.hr_senders import NOW, key_of
from tests.unit.world import World as PlanningWorld

MISSING = object()
# In requestContext, which API Gateway fills. Each of a request that is right in everything else.
NOT_OF_THE_API: Mapping[str, Mapping[str, Any]] = {
    "another API": {"apiId": "z9y8x7w6v5"},
    "no API": {"apiId": MISSING},
    "a test in the console": {"stage": "test-invoke-stage"},
    "another stage": {"stage": "prod"},
    "no stage": {"stage": MISSING},
    "an API of another account": {"accountId": "999988887777"},
    "no account": {"accountId": MISSING},
    "another resource": {"resourcePath": "/{proxy+}"},
    "no resource": {"resourcePath": MISSING},
    "another method": {"httpMethod": "DELETE"},
    "no method": {"httpMethod": MISSING},
    "no request id": {"requestId": MISSING},
}
_ADDRESSES = {"no address": MISSING, "an address that is none": "test-invoke-source-ip"}
_ARN = "arn:aws:sts::111122223333:assumed-role/on-call/eve"
# In requestContext.identity. None of them can be what IAM has established.
NOT_A_CALLER: Mapping[str, Mapping[str, Any]] = {
    "an ARN and nothing else": {
        "caller": MISSING,
        "user": MISSING,
        "accessKey": MISSING,
        "accountId": MISSING,
    },
    "another session's name": {"userArn": "arn:aws:sts::111122223333:assumed-role/platform/somebody-else"},
    "a user with the id of a session": {"userArn": "arn:aws:iam::111122223333:user/somebody-else"},
    "a session with the id of a user": {"caller": "AIDAEXAMPLEID", "user": "AIDAEXAMPLEID"},
    "two ids": {"user": "AROAEXAMPLEID:somebody-else"},
    "another account's role": {"userArn": "arn:aws:sts::999988887777:assumed-role/on-call/eve"},
    "another account": {
        "userArn": "arn:aws:sts::999988887777:assumed-role/on-call/eve",
        "accountId": "999988887777",
    },
    "no account": {"accountId": None},
    "no access key": {"accessKey": None},
    "a role, which is no session": {"userArn": "arn:aws:iam::111122223333:role/platform"},
    "a service": {"userArn": "apigateway.amazonaws.com"},
}


def _with(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not MISSING}


def _of_request(event: Event, changes: Mapping[str, Any]) -> Event:
    return {**event, "requestContext": _with(event["requestContext"], changes)}


def _of_identity(event: Event, changes: Mapping[str, Any]) -> Event:
    return _of_request(event, {"identity": _with(event["requestContext"]["identity"], changes)})


class TestAccessApi:
    """The four eyes are IAM's word on who calls: a forged caller would be both of them."""

    @pytest.fixture
    def world(self) -> World:
        return World(remembered())

    @pytest.mark.parametrize("changes", NOT_OF_THE_API.values(), ids=NOT_OF_THE_API)
    def test_what_did_not_come_through_the_api_is_refused(
        self, world: World, changes: Mapping[str, Any], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wiring, "access_api_wired", world.ports)
        answer = access_api.lambda_handler(_of_request(load("approve_change"), changes), context)
        self._is_refused(world, answer)

    @pytest.mark.parametrize("address", _ADDRESSES.values(), ids=_ADDRESSES)
    def test_what_came_from_nowhere_is_refused(self, world: World, address: object) -> None:
        assert world.send(_of_identity(load("approve_change"), {"sourceIp": address})).status == 403
        assert world.inbox.commands == []

    @pytest.mark.parametrize("changes", NOT_A_CALLER.values(), ids=NOT_A_CALLER)
    @pytest.mark.parametrize("name", ["approve_change", "submit_policy", "read_policy"])
    def test_a_caller_that_iam_cannot_have_established_is_refused(
        self, world: World, name: str, changes: Mapping[str, Any]
    ) -> None:
        genuine = signed_by(load(name), _ARN)
        assert world.send(genuine).status != 403
        world.inbox.commands.clear()
        refused = world.send(_of_identity(genuine, changes))
        assert (refused.status, refused.body["type"]) == (403, "tag:dayone,2026:forbidden")
        assert world.inbox.commands == []

    @pytest.mark.parametrize("name", ["read_policy", "read_person", "preview_policy"])
    def test_nothing_is_read_unsigned(self, world: World, name: str) -> None:
        nobody = {"userArn": None, "caller": None, "user": None, "accessKey": None, "accountId": None}
        assert world.send(_of_identity(load(name), nobody)).status == 401

    @pytest.mark.parametrize(
        ("arn", "unique_id"),
        [
            ("arn:aws:iam::111122223333:user/eve", "AIDAEXAMPLEID"),
            ("arn:aws:iam::111122223333:user/teams/eve", "AIDAEXAMPLEID"),
            ("arn:aws:iam::111122223333:root", "111122223333"),
            (CALLER, "AROAEXAMPLEID:platform-team"),
            ("arn:aws:sts::111122223333:federated-user/bob", "111122223333:bob"),
            ("arn:aws-us-gov:sts::111122223333:assumed-role/platform/a@b.c", "AROAEXAMPLEID:a@b.c"),
        ],
    )
    def test_every_kind_of_caller_that_iam_has_is_heard(self, world: World, arn: str, unique_id: str) -> None:
        identity = {"userArn": arn, "caller": unique_id, "user": unique_id}
        assert world.send(_of_identity(load("read_policy"), identity)).status != 403

    @pytest.mark.parametrize(
        "event", [{}, {"requestContext": None}, {"requestContext": {"identity": "me"}}, {"Records": []}]
    )
    def test_what_is_no_request_at_all_is_refused(self, event: Event, context: LambdaContext, log: Log) -> None:
        assert access_api.lambda_handler(event, context)["statusCode"] == 403
        assert log.messages("WARNING") == ["request not from the API"]

    def test_while_its_apis_cannot_be_read_nothing_is_taken(
        self, world: World, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Unread:
            def includes(self, _api_id: str) -> bool:
                raise Unavailable("no parameter")

        monkeypatch.setattr(wiring, "access_api_wired", world.ports)
        monkeypatch.setattr(wiring, "own_apis", Unread)
        answer = access_api.lambda_handler(load("approve_change"), context)
        assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")
        assert world.inbox.commands == []

    @staticmethod
    def _is_refused(world: World, answer: Mapping[str, Any]) -> None:
        assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (403, "tag:dayone,2026:forbidden")
        assert world.inbox.commands == []


class TestReceiveHrEvent:
    """The address that the API has seen is half of the proof of a system that signs nothing."""

    @pytest.fixture
    def inbox(self, monkeypatch: pytest.MonkeyPatch) -> MemoryInbox:
        setup = (
            "version: 1\nsources:\n  okta: {kind: okta, api: {url: https://acme.okta.com}, senders: [203.0.113.0/24]}\n"
        )
        ports = ReceiveHrEvent(
            sources=MemoryHrSources(setup),
            keys=MemorySigningKeys({"okta": (key_of("okta"),)}),
            token_keys=MemoryTokenKeys(),
            refusals=Refusals(MemoryInbox()),
            inbox=(taken := MemoryInbox()),
            clock=lambda: NOW,
        )
        monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: ports)
        return taken

    def _event(self, event_of: Callable[[str], Event]) -> Event:
        event = event_of("receive_hr_event/okta_created")
        return {**event, "headers": {**event["headers"], "Authorization": key_of("okta")}}

    def test_an_event_of_the_api_is_taken(
        self, inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
    ) -> None:
        assert receive_hr_event.lambda_handler(self._event(event_of), context)["statusCode"] == 202
        assert len(inbox.commands) == 1

    @pytest.mark.parametrize("changes", NOT_OF_THE_API.values(), ids=NOT_OF_THE_API)
    def test_what_did_not_come_through_the_api_is_refused(
        self, inbox: MemoryInbox, changes: Mapping[str, Any], event_of: Callable[[str], Event], context: LambdaContext
    ) -> None:
        answer = receive_hr_event.lambda_handler(_of_request(self._event(event_of), changes), context)
        assert answer["statusCode"] == 403
        assert inbox.commands == []

    def test_either_api_of_the_stack_will_do(
        self,
        inbox: MemoryInbox,
        event_of: Callable[[str], Event],
        context: LambdaContext,
        own_apis: MemoryOwnApis,
    ) -> None:
        own_apis.ids |= {"f6g7h8i9j0"}
        event = _of_request(self._event(event_of), {"apiId": "f6g7h8i9j0"})
        assert receive_hr_event.lambda_handler(event, context)["statusCode"] == 202
        assert len(inbox.commands) == 1


@pytest.mark.parametrize("app", [access_api, receive_hr_event], ids=["access_api", "receive_hr_event"])
def test_a_test_in_the_console_of_api_gateway_reaches_no_function(
    app: Any,  # noqa: ANN401 - a module
    event_of: Callable[[str], Event],
    context: LambdaContext,
) -> None:
    """It asks no authorizer. Its stage and its address are what API Gateway puts there, whoever asks for the test."""
    name = "access_api/approve_change" if app is access_api else "receive_hr_event/joiner"
    tested = _of_identity(event_of(name), {"sourceIp": "test-invoke-source-ip"})
    assert app.lambda_handler(_of_request(tested, {"stage": "test-invoke-stage"}), context)["statusCode"] == 403
    assert app.lambda_handler(_of_request(event_of(name), {"stage": "test-invoke-stage"}), context)["statusCode"] == 403


_FORGED_RECORDS: Mapping[str, Callable[[Event], Event]] = {
    "no records": lambda _event: {"Records": []},
    "no event of records": lambda _event: {},
    "another source": lambda event: _from(event, "arn:aws:sqs:eu-west-1:111122223333:somebody-elses"),
    "a source of another account": lambda event: _from(
        event, event["Records"][0]["eventSourceARN"].replace("1111", "9")
    ),
    "no source": lambda event: {"Records": [_with(each, {"eventSourceARN": MISSING}) for each in event["Records"]]},
    "one of another source among its own": lambda event: {
        "Records": [*event["Records"], _with(event["Records"][0], {"eventSourceARN": "arn:aws:sqs:::other"})]
    },
    "what is no record": lambda event: {"Records": [*event["Records"], "record"]},
}


def _from(event: Event, source: str) -> Event:
    return {"Records": [{**each, "eventSourceARN": source} for each in event["Records"]]}


@pytest.fixture
def forged(
    forge: Callable[[Event], Event], event_of: Callable[[str], Event], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Event]:
    """The event of a name, forged, for a function whose own source is that of the genuine one."""

    def made(name: str) -> Event:
        genuine = event_of(name)
        (source,) = {record["eventSourceARN"] for record in genuine["Records"]}
        monkeypatch.setattr(wiring, "event_source", lambda: source)
        return forge(genuine)

    return made


@pytest.mark.parametrize("forge", _FORGED_RECORDS.values(), ids=_FORGED_RECORDS)
class TestRecords:
    """Messages and records are believed: a command in the inbox is done, a record of the stream is published."""

    def test_the_planner_does_nothing_of_it(
        self, forged: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = PlanningWorld()
        monkeypatch.setattr(wiring, "plan_changes_ports", world.planning)
        event = forged("plan_changes/joiner")
        with pytest.raises(Forbidden):
            plan_changes.lambda_handler(event, context)
        assert world.state.heads == {}

    def test_no_account_is_looked_at_for_it(
        self, forged: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ports = RecordAccountEvent(inbox=(inbox := MemoryInbox()), dead_letters=MemoryDeadLetters())
        monkeypatch.setattr(wiring, "record_account_event_ports", lambda: ports)
        event = forged("record_account_event/account_joined")
        with pytest.raises(Forbidden):
            record_account_event.lambda_handler(event, context)
        assert inbox.commands == []

    def test_no_portion_is_planned_for_it(
        self, forged: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wiring, "preview_company_ports", lambda: pytest.fail("it was believed"))
        event = forged("preview_company/portion")
        with pytest.raises(Forbidden):
            preview_company.lambda_handler(event, context)

    def test_none_of_it_is_published(
        self, forged: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bus = MemoryEventBus()
        ports = PublishEvents(
            stream=DynamoStream(), open_changes=MemoryOpenChanges(), records=MemoryRecords(State()), bus=bus
        )
        monkeypatch.setattr(wiring, "publish_events_ports", lambda: ports)
        event = forged("publish_events/operation_succeeded")
        with pytest.raises(Forbidden):
            publish_events.lambda_handler(event, context)
        assert bus.events == []


class TestTheInbox:
    """Senders to the inbox, such as functions reached from outside, act for HR systems and for nobody else."""

    @pytest.fixture
    def world(self, monkeypatch: pytest.MonkeyPatch) -> PlanningWorld:
        made = PlanningWorld()
        monkeypatch.setattr(wiring, "plan_changes_ports", made.planning)
        return made

    def test_a_policy_that_nobody_has_put_in_force_is_a_dead_letter_at_once(
        self,
        world: PlanningWorld,
        event_of: Callable[[str], Event],
        context: LambdaContext,
        log: Log,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        event = event_of("plan_changes/policy")
        monkeypatch.setattr(wiring, "event_source", lambda: event["Records"][0]["eventSourceARN"])
        world.policy_is(a_policy(a_group("engineers")))
        world.inbox.commands.clear()
        assert plan_changes.lambda_handler(event, context) == {"batchItemFailures": []}
        ((body, reason),) = world.dead_letters.letters
        assert body == event["Records"][0]["body"]
        assert "not what anybody has asked for over the API" in reason
        # Nothing remembers the change that it claims to belong to, and no alarm waits for a third try.
        assert (world.state.changes, world.state.policy_in_force, world.returns.told) == ({}, 0, {})
        (line,) = [line for line in log.lines if line["message"] == "message failed"]
        assert line["kind"] == "Forbidden"

    def test_the_same_is_done_when_the_api_has_taken_it(
        self,
        world: PlanningWorld,
        event_of: Callable[[str], Event],
        context: LambdaContext,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        event = event_of("plan_changes/policy")
        monkeypatch.setattr(wiring, "event_source", lambda: event["Records"][0]["eventSourceARN"])
        world.policy_is(a_policy(a_group("engineers")))
        world.inbox.commands.clear()
        world.inbox.accepted(from_json(event["Records"][0]["body"]))
        plan_changes.lambda_handler(event, context)
        assert (world.dead_letters.letters, world.state.policy_in_force) == ([], 1)
