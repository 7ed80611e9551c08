"""The port RevokedSessions, in memory and over DynamoDB alike."""

from dataclasses import replace
from typing import Any

from dayone.adapters.dynamodb.leases import DynamoRevokedSessions
from dayone.model.operations import Action
from dayone.model.subjects import Resource, ResourceKind, Subject
from tests.contract.actions import recorded_actions
from tests.contract.state_ports import StatePorts, StateTable
from tests.contract.state_samples import ADA, BOB, MOVED, USER, confirmed, done, doubtful, end, planned

pytest_plugins = ("tests.contract.state_fixtures",)

ENDED = Resource(ResourceKind.ENDED_SESSIONS)


def _ended(ports: StatePorts, person: Subject, *, user_id: str) -> None:
    for operation in planned(ports, person, USER, ENDED).operations:
        done(ports, operation, applied=confirmed(operation.resource, attributes={"user_id": user_id}))


def test_everybody_whose_sessions_are_ended_is_given_with_their_user(ports: StatePorts) -> None:
    assert list(ports.revoked.confirmed()) == []
    _ended(ports, ADA, user_id="u-ada")
    _ended(ports, BOB, user_id="u-bob")
    assert sorted(ports.revoked.confirmed()) == [(ADA, "u-ada"), (BOB, "u-bob")]


def test_nobody_is_given_of_whom_something_is_being_changed_or_who_was_released(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, ENDED).operations
    assert ports.queue.begin(operation, doubt=doubtful(operation))
    assert list(ports.revoked.confirmed()) == []
    _ended(ports, BOB, user_id="u-bob")
    (release,) = planned(ports, BOB, ENDED, action=Action.DELETE, change=MOVED, token="b2").operations
    own = ports.queue.applied([release.target])[release.target]
    begun = ports.queue.begin(release, doubt=replace(own, doubt=Action.DELETE), own=own)
    assert begun is not None
    assert list(ports.revoked.confirmed()) == []
    ports.queue.finish([end(begun)])
    assert list(ports.revoked.confirmed()) == []


def test_the_adapter_calls_what_it_declares(state_table: StateTable) -> None:
    client: Any = state_table.client
    called = recorded_actions(client)
    assert list(DynamoRevokedSessions(state_table.wrapped()).confirmed()) == []
    assert called == DynamoRevokedSessions.ACTIONS
