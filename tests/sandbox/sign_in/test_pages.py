"""Pages of the local AWS: tokens are good for the request that they came with, and pages may be short or empty."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import StructureShape

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.protocol.request_validation import violations
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.calls import person
from tests.sandbox.identity_center.desk import AT_ONCE, Desk, models

STORE, SSO, ORGANIZATIONS = "identitystore", "sso-admin", "organizations"
_TARGETS = {STORE: "AWSIdentityStore", SSO: "SWBExternalService", ORGANIZATIONS: "AWSOrganizationsV20161128"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    for name in "abcde":
        desk.call(STORE, "CreateUser", **person(name))
        desk.call(STORE, "CreateGroup", DisplayName=name)
        desk.call(SSO, "CreatePermissionSet", Name=name)
    yield desk
    desk.close()


@pytest.mark.parametrize("changes", ["operation", "parameters", "garbage", "bent"])
def test_a_token_is_good_for_its_own_request_only(desk: Desk, changes: str) -> None:
    token = desk.call(STORE, "ListUsers", MaxResults=2)["NextToken"]
    request: dict[str, Any] = {"NextToken": token}
    operation = "ListGroups" if changes == "operation" else "ListUsers"
    if changes == "parameters":
        request["Filters"] = [{"AttributePath": "UserName", "AttributeValue": "a"}]
    if changes == "garbage":
        request["NextToken"] = "garbage"
    if changes == "bent":
        request["NextToken"] = token[:-8] + ("B" if token[-8] == "A" else "A") + token[-7:]
    assert desk.refusal(STORE, operation, **request).code == "ValidationException"


def test_a_token_may_be_used_again_and_with_another_size(desk: Desk) -> None:
    token = desk.call(STORE, "ListUsers", MaxResults=2)["NextToken"]
    pages = [desk.call(STORE, "ListUsers", NextToken=token, MaxResults=size)["Users"] for size in (1, 3, 3)]
    assert [len(users) for users in pages] == [1, 3, 3]
    assert pages[1] == pages[2]
    assert pages[0] == pages[1][:1]


def test_two_listings_with_members_of_one_name_have_tokens_of_their_own(desk: Desk) -> None:
    token = desk.call(SSO, "ListPermissionSets", MaxResults=2)["NextToken"]
    request = {"AccountId": "111122223333", "NextToken": token}
    assert desk.refusal(SSO, "ListPermissionSetsProvisionedToAccount", **request).code == "ValidationException"


@pytest.mark.parametrize("entries", [1, 2, 5])
def test_short_pages_come_empty_first_and_hold_everything_in_the_end(desk: Desk, entries: int) -> None:
    desk.center.behave(AT_ONCE.but(page_entries=entries))
    sizes: list[int] = []
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = desk.call(STORE, "ListUsers", MaxResults=100, **token)
        sizes.append(len(answer["Users"]))
        names += [user["UserName"] for user in answer["Users"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert sorted(names) == list("abcde")
    assert sizes[0::2] == [0] * len(sizes[0::2])
    assert max(sizes) == entries


def test_every_listing_that_boto3_can_page_through_survives_short_pages() -> None:
    with IdentityCenterServer(Settings(behaviour=Behaviour.instant(page_entries=1))) as server:
        store = server.client(STORE)
        store_id = server.client(SSO).list_instances()["Instances"][0]["IdentityStoreId"]
        for name in "abc":
            store.create_group(IdentityStoreId=store_id, DisplayName=name)
        pages = [*store.get_paginator("list_groups").paginate(IdentityStoreId=store_id)]
        assert [len(page["Groups"]) for page in pages] == [0, 1, 0, 1, 0, 1, 0, 0]


def _listings() -> list[tuple[str, str]]:
    found = []
    for service in (STORE, SSO, ORGANIZATIONS):
        first = {STORE: "ListUsers", SSO: "ListInstances", ORGANIZATIONS: "ListRoots"}[service]
        operation = models().operation(f"{_TARGETS[service]}.{first}")
        assert operation
        for name in operation.model.service_model.operation_names:
            shape = operation.model.service_model.operation_model(name).input_shape
            if name.startswith("List") and shape and "MaxResults" in shape.members:
                found.append((service, name))
    return found


@pytest.mark.parametrize(("service", "name"), _listings())
def test_no_page_is_larger_than_the_model_allows(service: str, name: str) -> None:
    operation = models().operation(f"{_TARGETS[service]}.{name}")
    assert operation
    shape = operation.model.input_shape
    assert isinstance(shape, StructureShape)
    largest = shape.members["MaxResults"].metadata["max"]
    for size, refused in ((largest, []), (largest + 1, ["MAX_VALUE_EXCEEDED"]), (0, ["MIN_VALUE_EXCEEDED"])):
        found = violations(shape, {"MaxResults": size})
        assert [broken.reason for broken in found if broken.path == "maxResults"] == refused
