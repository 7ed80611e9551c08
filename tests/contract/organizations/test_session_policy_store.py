"""The port SessionPolicyStore, in memory and over AWS alike."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dayone.adapters.organizations.session_policies import OrganizationsSessionPolicyStore, empty_document
from dayone.errors import Conflicting, NotFound, Refused
from dayone.ports.organizations import SessionPolicyStore
from sandbox import Sandbox
from sandbox.day_one import target_for_ended_sessions
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import fresh
from tests.fakes.sso.session_policy import MemoryPolicyStore

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER = "arn:aws:cloudformation:us-east-1:111122223333:stack/dayone"


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A store, and two roots or units of its organization that nothing but AWS's own policy is attached to."""

    store: SessionPolicyStore
    targets: tuple[str, str]
    name: str


@pytest.fixture(params=["fake", "aws"])
def place(request: pytest.FixtureRequest) -> _Place:
    if request.param == "fake":
        on: dict[str, set[str]] = {"r-ab12": set(), "ou-ab12-1": set()}
        return _Place(store=MemoryPolicyStore(on=on), targets=("r-ab12", "ou-ab12-1"), name="revocation")
    client: Any = request.getfixturevalue("organizations")
    (root,) = client.list_roots()["Roots"]
    units = [client.create_organizational_unit(ParentId=root["Id"], Name=fresh("unit")) for _ in range(2)]
    first, second = (str(unit["OrganizationalUnit"]["Id"]) for unit in units)
    return _Place(store=OrganizationsSessionPolicyStore(client), targets=(first, second), name=fresh("revocation"))


@pytest.fixture
def organizations(sandbox: Sandbox) -> Any:  # noqa: ANN401
    target_for_ended_sessions(sandbox)
    return sandbox.client("organizations")


def test_what_is_made_is_found_by_its_name_with_its_owner(place: _Place) -> None:
    assert place.store.find(place.name) is None
    made = place.store.create(place.name, owner=OWNER)
    assert place.store.find(place.name) == made
    assert (made.owner, made.arn.endswith(made.id)) == (OWNER, True)
    place.store.delete(made.id)
    assert place.store.find(place.name) is None


def test_it_is_where_it_was_attached_however_often(place: _Place) -> None:
    policy = place.store.create(place.name, owner=OWNER)
    for _ in range(2):
        for target in place.targets:
            place.store.attach(policy.id, target=target)
    assert place.store.targets_of(policy.id) == set(place.targets)
    assert policy.id in place.store.policies_on(place.targets[0])
    for _ in range(2):
        place.store.detach(policy.id, target=place.targets[0])
    assert place.store.targets_of(policy.id) == {place.targets[1]}
    with pytest.raises(Refused, match="PolicyInUse"):
        place.store.delete(policy.id)
    place.store.detach(policy.id, target=place.targets[1])
    for _ in range(2):
        place.store.delete(policy.id)


def test_a_target_that_is_not_there_is_told(place: _Place) -> None:
    with pytest.raises(NotFound):
        place.store.policies_on("r-zzzz")


def test_a_policy_of_somebody_else_has_no_owner(organizations: Any) -> None:  # noqa: ANN401
    name = fresh("theirs")
    made = organizations.create_policy(
        Name=name, Description="", Type="SERVICE_CONTROL_POLICY", Content=empty_document()
    )
    found = OrganizationsSessionPolicyStore(organizations).find(name)
    assert found is not None
    assert (found.id, found.owner) == (made["Policy"]["PolicySummary"]["Id"], "")


def test_it_is_made_with_a_tag_and_a_document_that_ends_nobodys_sessions(organizations: Any) -> None:  # noqa: ANN401
    with sending(organizations, "CreatePolicy") as sent:
        OrganizationsSessionPolicyStore(organizations).create(fresh("revocation"), owner=OWNER)
    (asked,) = sent
    assert asked["Tags"] == [{"Key": "dayone:stack", "Value": OWNER}]
    condition = json.loads(asked["Content"])["Statement"][0]["Condition"]
    assert condition == {"StringEquals": {"identitystore:userId": ["nobody"]}}


@pytest.mark.parametrize(
    ("operation", "code", "error"),
    [
        ("CreatePolicy", "DuplicatePolicyException", Conflicting),
        ("AttachPolicy", "DuplicatePolicyAttachmentException", None),
        ("AttachPolicy", "ConstraintViolationException", Refused),
        ("DetachPolicy", "PolicyNotAttachedException", None),
        ("DetachPolicy", "PolicyNotFoundException", None),
        ("DetachPolicy", "ConstraintViolationException", Refused),
        ("DeletePolicy", "PolicyNotFoundException", None),
    ],
)
def test_what_aws_answers_means_what_it_says(
    organizations: Any,  # noqa: ANN401
    operation: str,
    code: str,
    error: type[Exception] | None,
) -> None:
    store = OrganizationsSessionPolicyStore(organizations)
    calls: dict[str, Callable[[], object]] = {
        "CreatePolicy": lambda: store.create("revocation", owner=OWNER),
        "AttachPolicy": lambda: store.attach("p-12345678", target="r-ab12"),
        "DetachPolicy": lambda: store.detach("p-12345678", target="r-ab12"),
        "DeletePolicy": lambda: store.delete("p-12345678"),
    }
    with answering(organizations, operation, code):
        if error is None:
            calls[operation]()
        else:
            with pytest.raises(error, match=code):
                calls[operation]()


def test_it_makes_the_calls_that_it_says_and_never_writes_a_document(organizations: Any) -> None:  # noqa: ANN401
    called = recorded_actions(organizations)
    store = OrganizationsSessionPolicyStore(organizations)
    (root,) = organizations.list_roots()["Roots"]
    policy = store.create(fresh("revocation"), owner=OWNER)
    store.policies_on(root["Id"])
    store.attach(policy.id, target=root["Id"])
    store.targets_of(policy.id)
    store.find("none of this name")
    store.detach(policy.id, target=root["Id"])
    store.find(_name_of(organizations, policy.id))
    store.delete(policy.id)
    read = {"organizations:ListRoots", "organizations:DescribePolicy"}
    # A policy that is made with tags needs the right to tag.
    assert called - read | {"organizations:TagResource"} == OrganizationsSessionPolicyStore.ACTIONS
    assert "organizations:UpdatePolicy" not in OrganizationsSessionPolicyStore.ACTIONS


def _name_of(organizations: Any, policy_id: str) -> str:  # noqa: ANN401
    return str(organizations.describe_policy(PolicyId=policy_id)["Policy"]["PolicySummary"]["Name"])
