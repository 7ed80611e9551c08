"""Refusals of the local Identity Center above its limits: calls, requests in progress, resources."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.identity_store.directory import Entity
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.rates import CallRates
from sandbox.identity_center.sso_admin.assignments import Assignment
from tests.sandbox.identity_center.calls import HOUR
from tests.sandbox.identity_center.desk import AT_ONCE, MANAGEMENT, Desk, SlowCalls

RATE = 10
NEVER = 1000.0
THROTTLED = ("ThrottlingException", "There are too many requests processing. Please try again later.")


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer() as server:
        yield server


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk().settle_in()
    yield desk
    desk.close()


def outcomes(call: Callable[[], object], *, count: int) -> Counter[str]:
    """Return the results of so many calls, one behind the other."""
    came = Counter[str]()
    for _ in range(count):
        try:
            call()
        except ClientError as refused:
            came[refused.response["Error"]["Code"]] += 1
        except ServiceError as refused:
            came[refused.code] += 1
        else:
            came["answered"] += 1
    return came


@pytest.mark.parametrize("service", ["sso-admin", "identitystore"])
def test_a_client_at_the_rate_is_answered_and_one_over_it_is_throttled(desk: Desk, service: str) -> None:
    now = 0.0

    def call_after(seconds: float) -> Callable[[], object]:
        def call() -> object:
            nonlocal now
            now += seconds
            return desk.call(service, "ListInstances" if service == "sso-admin" else "ListUsers")

        return call

    desk.center.behave(AT_ONCE.but(calls_per_second=RATE, store_calls_per_second=RATE))
    desk.center.rates = CallRates(clock=lambda: now)
    assert outcomes(call_after(1.0 / RATE), count=2 * RATE) == {"answered": 2 * RATE}
    now += 1.1
    over = outcomes(call_after(0.3 / RATE), count=3 * RATE)
    # A second's worth at once, and what has come back in the second that the calls take.
    assert RATE <= over["answered"] <= 2 * RATE
    assert over["ThrottlingException"] == 3 * RATE - over["answered"]


@pytest.mark.parametrize("service", ["sso-admin", "identitystore"])
def test_an_sdk_understands_that_it_is_throttled(server: IdentityCenterServer, service: str) -> None:
    client = server.client(service, Config(retries={"total_max_attempts": 1}))
    call = client.list_instances if service == "sso-admin" else client.list_identity_stores
    # One call in the test, however slow the machine is.
    server.behave(Behaviour.instant(calls_per_second=0.001, store_calls_per_second=0.001))
    assert outcomes(call, count=3) == {"answered": 1, "ThrottlingException": 2}


def test_a_client_that_retries_as_aws_advises_gets_through(server: IdentityCenterServer) -> None:
    server.behave(Behaviour.instant(calls_per_second=RATE))
    client = server.client("sso-admin", Config(retries={"mode": "standard", "total_max_attempts": 8}))
    assert outcomes(client.list_instances, count=2 * RATE) == {"answered": 2 * RATE}


def test_twenty_calls_a_second_are_for_all_of_sso_admin_and_for_each_operation_of_the_identity_store() -> None:
    now = 0.0
    rates, behaviour = CallRates(clock=lambda: now), Behaviour.realistic()
    for number in range(20):
        rates.check("sso-admin", f"Operation{number}", behaviour)
        rates.check("identitystore", "ListUsers", behaviour)
    for service, operation in (("sso-admin", "Another"), ("identitystore", "ListUsers")):
        with pytest.raises(ServiceError) as refused:
            rates.check(service, operation, behaviour)
        assert (refused.value.code, refused.value.message) == ("ThrottlingException", "Rate exceeded")
    rates.check("identitystore", "ListGroups", behaviour)
    now = 0.05
    rates.check("sso-admin", "Another", behaviour)


def test_a_throttle_of_the_identity_store_says_when_to_come_again() -> None:
    rates, behaviour = CallRates(clock=lambda: 0.0), Behaviour.realistic(store_calls_per_second=1)
    rates.check("identitystore", "ListUsers", behaviour)
    with pytest.raises(ServiceError) as refused:
        rates.check("identitystore", "ListUsers", behaviour)
    assert refused.value.members == {"RetryAfterSeconds": 1}


@pytest.fixture
def busy() -> Iterator[Desk]:
    """Yield a desk where no assignment and no provisioning comes to its end."""
    desk = Desk().settle_in()
    desk.center.behave(
        Behaviour.realistic(
            assignment_seconds=NEVER,
            deletion_seconds=NEVER,
            provisioning_seconds=NEVER,
            call_seconds=0.0,
            principal_seconds=0.0,
        )
    )
    desk.center.behave(desk.center.behaviour.but(calls_per_second=None, store_calls_per_second=None))
    yield desk
    desk.close()


def assignment(number: int) -> dict[str, str]:
    return {
        "TargetId": f"{number:012}",
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": "$view",
        "PrincipalType": "GROUP",
        "PrincipalId": "$group",
    }


def test_fifteen_assignments_may_be_under_way_creations_and_deletions_together(busy: Desk) -> None:
    busy.call("sso-admin", "DeleteAccountAssignment", **busy.ids["assignment"])
    for number in range(14):
        busy.call("sso-admin", "CreateAccountAssignment", **assignment(number))
    refused = busy.refusal("sso-admin", "CreateAccountAssignment", **assignment(14))
    assert (refused.code, refused.message) == THROTTLED
    busy.center.behave(busy.center.behaviour.but(outstanding_assignments=16))
    busy.call("sso-admin", "CreateAccountAssignment", **assignment(14))


def test_three_provisionings_may_be_under_way(busy: Desk) -> None:
    target = {"PermissionSetArn": "$view", "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
    for _ in range(3):
        busy.call("sso-admin", "ProvisionPermissionSet", **target)
    refused = busy.refusal("sso-admin", "ProvisionPermissionSet", **target)
    assert (refused.code, refused.message) == THROTTLED


def test_one_assignment_may_be_under_way_in_an_account(busy: Desk) -> None:
    busy.call("sso-admin", "CreateAccountAssignment", **assignment(1))
    other = assignment(1) | {"PermissionSetArn": "$free"}
    assert busy.refusal("sso-admin", "CreateAccountAssignment", **other).code == "ConflictException"
    busy.call("sso-admin", "CreateAccountAssignment", **assignment(2))


def test_a_new_principal_can_be_assigned_only_after_a_while_if_that_is_chosen(desk: Desk) -> None:
    desk.center.behave(AT_ONCE.but(principal_seconds=HOUR))
    desk.ids["new"] = desk.call("identitystore", "CreateGroup", DisplayName="new")["GroupId"]
    request = {**desk.ids["assignment"], "PrincipalId": "$new"}
    assert "was not found in directory" in desk.assign(request)["FailureReason"]
    desk.center.directory.groups[desk.ids["new"]].created_at -= HOUR
    assert desk.assign(request)["Status"] == "SUCCEEDED"


def test_two_writes_to_one_thing_at_the_same_moment_are_in_conflict(desk: Desk) -> None:
    desk.center.behave(AT_ONCE.but(call_seconds=1, spread=0.0))
    slow = SlowCalls(desk.center)
    writing: dict[str, Any] = {"PermissionSetArn": "$view", "SessionDuration": "PT2H"}
    first = threading.Thread(target=lambda: desk.call("sso-admin", "UpdatePermissionSet", **writing))
    first.start()
    slow.begun(1)
    refused = desk.refusal("sso-admin", "UpdatePermissionSet", **writing)
    assert (refused.code, refused.message) == ("ConflictException", "There is a conflicting operation in process.")
    desk.call("sso-admin", "UpdatePermissionSet", **writing | {"PermissionSetArn": "$free"})
    slow.end()
    first.join()
    desk.call("sso-admin", "UpdatePermissionSet", **writing)


def test_two_writes_to_one_user_at_the_same_moment_are_a_concurrent_modification(desk: Desk) -> None:
    desk.center.behave(AT_ONCE.but(call_seconds=1, spread=0.0))
    slow = SlowCalls(desk.center)
    change: dict[str, Any] = {"UserId": "$user", "Operations": [{"AttributePath": "title", "AttributeValue": "x"}]}
    first = threading.Thread(target=lambda: desk.call("identitystore", "UpdateUser", **change))
    first.start()
    slow.begun(1)
    refused = desk.refusal("identitystore", "UpdateUser", **change)
    assert (refused.code, refused.members) == ("ConflictException", {"Reason": "CONCURRENT_MODIFICATION"})
    slow.end()
    first.join()


def test_there_are_at_most_200_000_users_and_100_000_groups(desk: Desk) -> None:
    directory = desk.center.directory
    directory.users |= {str(number): Entity(str(number), {}) for number in range(200_000)}
    directory.groups |= {str(number): Entity(str(number), {}) for number in range(100_000)}
    user: dict[str, Any] = {"UserName": "eve", "DisplayName": "Eve", "Name": {"GivenName": "Eve", "FamilyName": "Doe"}}
    assert desk.refusal("identitystore", "CreateUser", **user).code == "ServiceQuotaExceededException"
    refused = desk.refusal("identitystore", "CreateGroup", DisplayName="new")
    assert refused.code == "ServiceQuotaExceededException"
    # The name that was refused is free.
    directory.groups.clear()
    desk.call("identitystore", "CreateGroup", DisplayName="new")


def test_there_are_at_most_3500_permission_sets(desk: Desk) -> None:
    sets = desk.center.sso_admin.permission_sets
    sets += [sets[0]] * (3500 - len(sets))
    assert desk.refusal("sso-admin", "CreatePermissionSet", Name="New").code == "ServiceQuotaExceededException"


def test_a_permission_set_has_at_most_100_groups_in_an_account(desk: Desk) -> None:
    view = desk.ids["view"]
    for number in range(99):
        desk.center.assignments.add(Assignment(MANAGEMENT, view, "GROUP", str(number)))
    other = desk.ids["assignment"] | {"PrincipalId": "$empty_group"}
    refused = desk.refusal("sso-admin", "CreateAccountAssignment", **other)
    assert refused.code == "ServiceQuotaExceededException"
    assert desk.assign(desk.ids["assignment"])["Status"] == "SUCCEEDED"


def test_an_account_has_at_most_500_permission_sets(desk: Desk) -> None:
    for number in range(499):
        made = desk.call("sso-admin", "CreatePermissionSet", Name=f"Set{number}")["PermissionSet"]
        desk.center.assignments.add(Assignment(MANAGEMENT, made["PermissionSetArn"], "GROUP", desk.ids["group"]))
    other = desk.ids["assignment"] | {"PermissionSetArn": "$free"}
    refused = desk.refusal("sso-admin", "CreateAccountAssignment", **other)
    assert refused.code == "ServiceQuotaExceededException"


def test_a_mistake_in_the_sandbox_ends_a_request_instead_of_leaving_it_open(desk: Desk) -> None:
    desk.center.assignments.add = None  # type: ignore[method-assign,assignment]
    done = desk.assign(desk.ids["assignment"] | {"PermissionSetArn": "$free"})
    assert (done["Status"], done["FailureReason"]) == ("FAILED", "Internal failure")
