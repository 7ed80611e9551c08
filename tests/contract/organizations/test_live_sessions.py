"""The port LiveSessions, in memory and over AWS alike, and what the adapter leaves of a policy's document."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dayone.adapters.organizations.session_policies import (
    OrganizationsDeniedUsers,
    OrganizationsSessionPolicies,
    empty_document,
)
from dayone.errors import Awaited, NotFound
from dayone.ports.organizations import LiveSessions
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.fakes.sso.sessions import MemorySessions

_KEY = "identitystore:userId"


class _Policies:
    """Service control policies of the local AWS, made for one test and gone after it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client: Any = sandbox.client("organizations")
        self._made: list[str] = []

    def make(self, content: str = "") -> str:
        made = self.client.create_policy(
            Name=fresh("policy"), Description="", Type="SERVICE_CONTROL_POLICY", Content=content or empty_document()
        )
        policy_id = str(made["Policy"]["PolicySummary"]["Id"])
        self._made.append(policy_id)
        return policy_id

    def document(self, policy_id: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.client.describe_policy(PolicyId=policy_id)["Policy"]["Content"])

    def users(self, policy_id: str) -> list[str]:
        users: list[str] = self.document(policy_id)["Statement"][-1]["Condition"]["StringEquals"][_KEY]
        return users

    def remove(self) -> None:
        for policy_id in self._made:
            self.client.delete_policy(PolicyId=policy_id)


@pytest.fixture
def policies(sandbox: Sandbox) -> Iterator[_Policies]:
    made = _Policies(sandbox)
    yield made
    made.remove()


@pytest.fixture(params=["fake", "aws"])
def sessions(request: pytest.FixtureRequest) -> LiveSessions:
    if request.param == "fake":
        return MemorySessions()
    policies: _Policies = request.getfixturevalue("policies")
    return OrganizationsSessionPolicies(policies.client, policy_ids=[policies.make()])


def _user(number: int = 0) -> str:
    return f"90676d2a1c-00000000-aaaa-bbbb-cccc-{number:012d}"


def test_ending_says_where_and_with_which_request(sessions: LiveSessions) -> None:
    done = sessions.end(_user())
    assert done.request_id
    assert done.references["policy_id"]


def test_ending_and_releasing_twice_do_no_harm(sessions: LiveSessions) -> None:
    first, second = sessions.end(_user()), sessions.end(_user())
    assert first.references == second.references
    for _ in range(2):
        assert sessions.release(_user(), policy_id=first.references["policy_id"]).request_id


def test_releasing_whoever_was_never_put_in_is_harmless(sessions: LiveSessions) -> None:
    assert sessions.release(_user()).request_id


def test_a_policy_that_is_gone_denies_nothing_any_more(sessions: LiveSessions) -> None:
    assert sessions.release(_user(), policy_id="p-00000000").request_id == ""


def test_nobody_is_lost_while_others_come_and_go(policies: _Policies) -> None:
    policy_id = policies.make()
    sessions = OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id])
    for number in range(4):
        sessions.end(_user(number))
    sessions.release(_user(1), policy_id=policy_id)
    sessions.release(_user(2))
    assert policies.users(policy_id) == [_user(0), _user(3)]


def test_with_the_last_one_gone_the_document_is_as_it_was_deployed(policies: _Policies) -> None:
    policy_id = policies.make()
    sessions = OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id])
    sessions.end(_user())
    sessions.release(_user())
    assert policies.document(policy_id) == json.loads(empty_document())


def test_what_else_stands_in_the_document_stays(policies: _Policies) -> None:
    other = {"Sid": "Other", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    document = json.loads(empty_document())
    policy_id = policies.make(json.dumps({**document, "Statement": [other, *document["Statement"]]}))
    OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id]).end(_user())
    assert policies.document(policy_id)["Statement"][0] == other
    assert policies.users(policy_id) == [_user()]


def _nearly_full(*, room: int) -> str:
    """A document with room for so many more: AWS counts every character, and takes 5,120."""
    document = json.loads(empty_document())
    users: list[str] = []
    while len(json.dumps(document, separators=(",", ":"))) + (room + 1) * len(f',"{_user()}"') <= 5120:
        users.append(_user(1000 + len(users)))
        document["Statement"][0]["Condition"]["StringEquals"][_KEY] = users
    return json.dumps(document, separators=(",", ":"))


def test_one_that_is_full_hands_on_to_the_next_and_then_they_wait(policies: _Policies) -> None:
    first, second = policies.make(_nearly_full(room=2)), policies.make(_nearly_full(room=1))
    assert len(policies.users(first)) > 90
    sessions = OrganizationsSessionPolicies(policies.client, policy_ids=[first, second])
    assert [sessions.end(_user(number)).references["policy_id"] for number in range(3)] == [first, first, second]
    with pytest.raises(Awaited):
        sessions.end(_user(999))
    sessions.release(_user(1), policy_id=first)
    assert sessions.end(_user(999)).references == {"policy_id": first}
    assert len(json.dumps(policies.document(first), separators=(",", ":"))) <= 5120


_OTHER = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}


def _ours(**changes: object) -> str:
    document = json.loads(empty_document())
    document["Statement"][0]["Condition"]["StringEquals"][_KEY] = [_user(7)]
    document["Statement"][0] |= changes
    return json.dumps(document)


@pytest.mark.parametrize(
    ("content", "denied"),
    [
        ("a whole one", True),
        (_ours(Effect="Allow"), False),
        (_ours(Action="s3:*"), False),
        (_ours(Resource="arn:aws:s3:::one"), False),
        (_ours(Sid="Renamed"), False),
        (_ours(Condition={"StringNotEquals": {_KEY: [_user(7)]}}), False),
        (_ours(Condition={"StringEquals": {_KEY: [_user(7)], "aws:RequestedRegion": "eu-west-1"}}), False),
        (json.dumps({"Version": "2012-10-17", "Statement": [_OTHER]}), False),
        (json.dumps({"Version": "2012-10-17", "Statement": _OTHER}), False),
    ],
)
def test_a_statement_that_somebody_has_changed_denies_nobody_and_is_made_whole(
    policies: _Policies, content: str, *, denied: bool
) -> None:
    policy_id = policies.make(_ours() if denied else content)
    seen = OrganizationsDeniedUsers(policies.client, policy_ids=[policy_id])
    assert seen.users() == ({_user(7)} if denied else set())
    sessions = OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id])
    sessions.end(_user(7))
    assert seen.users() == {_user(7)}
    sessions.end(_user(8))
    assert seen.users() == {_user(7), _user(8)}


def test_what_others_have_in_a_document_outlives_the_mending(policies: _Policies) -> None:
    policy_id = policies.make(json.dumps({"Version": "2012-10-17", "Statement": _OTHER}))
    OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id]).end(_user())
    assert policies.document(policy_id)["Statement"][0] == _OTHER
    assert policies.users(policy_id) == [_user()]


def test_users_are_seen_in_whichever_policy_they_are(policies: _Policies) -> None:
    first, second = policies.make(_ours()), policies.make()
    OrganizationsSessionPolicies(policies.client, policy_ids=[second]).end(_user(1))
    client: Any = policies.client
    called = recorded_actions(client)
    assert OrganizationsDeniedUsers(client, policy_ids=[first, second]).users() == {_user(7), _user(1)}
    assert called == OrganizationsDeniedUsers.ACTIONS


def test_a_policy_that_cannot_be_read_is_no_empty_one(policies: _Policies) -> None:
    with pytest.raises(NotFound):
        OrganizationsDeniedUsers(policies.client, policy_ids=["p-00000000"]).users()


def test_a_list_of_one_may_come_as_the_one_itself(policies: _Policies) -> None:
    document = json.loads(empty_document())
    document["Statement"][0]["Condition"]["StringEquals"][_KEY] = _user(7)
    policy_id = policies.make(json.dumps(document))
    OrganizationsSessionPolicies(policies.client, policy_ids=[policy_id]).end(_user())
    assert policies.users(policy_id) == [_user(7), _user()]


def test_it_makes_the_calls_that_it_says(policies: _Policies, sandbox: Sandbox) -> None:
    client = sandbox.client("organizations")
    called = recorded_actions(client)
    sessions = OrganizationsSessionPolicies(client, policy_ids=[policies.make()])
    sessions.end(_user())
    sessions.release(_user())
    assert called == OrganizationsSessionPolicies.ACTIONS
