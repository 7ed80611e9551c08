"""Every operation of the local Identity Center: its answers and its refusals are ones that AWS's own model has."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.model import OperationModel

from sandbox import paths
from sandbox.identity_center.protocol.service_error import ServiceError
from tests.sandbox.identity_center.calls import HOUR
from tests.sandbox.identity_center.cases import STORE_ANSWERS, STORE_REFUSALS, Request
from tests.sandbox.identity_center.desk import AT_ONCE, Desk, operation_of
from tests.sandbox.identity_center.sso_cases import ANSWERS, ELSEWHERE, REFUSALS

# These belong to applications, which are not people's access to accounts.
_NOT_SERVED = ("Application", "TrustedTokenIssuer")
# What answers only after something else has been done; a test of its own shows that.
_IN_ORDER = {
    "RemoveRegion",
    "DescribeInstanceAccessControlAttributeConfiguration",
    "UpdateInstanceAccessControlAttributeConfiguration",
    "DeleteInstanceAccessControlAttributeConfiguration",
}
# Refused whatever the request: the organization's instance is there already.
_NEVER_ANSWERED = {"CreateInstance"}


def operations(service: str) -> list[OperationModel]:
    model = operation_of(service, "ListUsers" if service == "identitystore" else "ListInstances").model.service_model
    names = [name for name in model.operation_names if not any(word in name for word in _NOT_SERVED)]
    return [model.operation_model(name) for name in names]


ALL = [(service, model) for service in ("identitystore", "sso-admin") for model in operations(service)]
NAMES = [model.name for _, model in ALL]


def answering(service: str) -> list[tuple[str, Request, Request]]:
    return STORE_ANSWERS if service == "identitystore" else ANSWERS


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk().settle_in()
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    """For what is refused: that changes nothing."""
    desk = Desk().settle_in()
    yield desk
    desk.close()


def agrees(found: object, wanted: object) -> bool:
    """Return whether an answer has the expected members; a number expects a list of that length."""
    match found, wanted:
        case dict(), dict():
            return all(name in found and agrees(found[name], part) for name, part in wanted.items())
        case list(), list():
            return len(found) == len(wanted) and all(map(agrees, found, wanted))
        case list(), int():
            return len(found) == wanted
    return found == wanted


def case_ids(cases: list[tuple[str, Request, Any]]) -> list[str]:
    return [name for name, _, _ in cases]


@pytest.mark.parametrize(("name", "request_", "wanted"), STORE_ANSWERS, ids=case_ids(STORE_ANSWERS))
def test_the_identity_store_answers(desk: Desk, name: str, request_: Request, wanted: Request) -> None:
    answer = desk.call("identitystore", name, **request_)
    assert agrees(answer, desk.resolved(wanted)), answer


@pytest.mark.parametrize(("name", "request_", "code"), STORE_REFUSALS, ids=case_ids(STORE_REFUSALS))
def test_the_identity_store_refuses(shared: Desk, name: str, request_: Request, code: str) -> None:
    assert shared.refusal("identitystore", name, **request_).code == code


@pytest.mark.parametrize(("name", "request_", "wanted"), ANSWERS, ids=case_ids(ANSWERS))
def test_sso_admin_answers(desk: Desk, name: str, request_: Request, wanted: Request) -> None:
    answer = desk.call("sso-admin", name, **request_)
    assert agrees(answer, desk.resolved(wanted)), answer


@pytest.mark.parametrize(("name", "request_", "code"), REFUSALS, ids=case_ids(REFUSALS))
def test_sso_admin_refuses(shared: Desk, name: str, request_: Request, code: str) -> None:
    assert shared.refusal("sso-admin", name, **request_).code == code


def test_the_cases_are_about_every_operation() -> None:
    answered = {name for name, _, _ in (*STORE_ANSWERS, *ANSWERS)} | _IN_ORDER | _NEVER_ANSWERED
    refused = {name for name, _, _ in (*STORE_REFUSALS, *REFUSALS)}
    assert answered == set(NAMES)
    # Nothing can be wrong with these but what is wrong with any request.
    always = {"ListIdentityStores", "ListInstances", "ListRegions", "ListPermissionSets", "DeleteInstance"}
    assert set(NAMES) - refused - always == {"CreateInstanceAccessControlAttributeConfiguration"}


def test_the_readme_tells_of_every_operation_how_far_it_is_like_aws() -> None:
    told = (paths.REPOSITORY / "sandbox" / "README.md").read_text()
    for service, model in ALL:
        _, _, section = told.partition(f"### {service}\n")
        first_cells = [line.split("|")[1] for line in section.split("\n###")[0].splitlines() if line.startswith("|")]
        named = [name.strip() for cell in first_cells for name in cell.split(",")]
        assert named.count(model.name) == 1, model.name


@pytest.mark.parametrize(("service", "model"), ALL, ids=NAMES)
def test_a_request_that_lacks_what_it_needs_is_refused(shared: Desk, service: str, model: OperationModel) -> None:
    assert model.input_shape is not None
    for member in model.input_shape.required_members:
        refused = shared.refusal(service, model.name, **(whole(model) | {member: None}))
        assert refused.code == "ValidationException"
        assert f"Value null at '{member[0].lower()}{member[1:]}'" in refused.message


@pytest.mark.parametrize(("service", "model"), ALL, ids=NAMES)
def test_a_request_too_many_is_throttled(service: str, model: OperationModel) -> None:
    desk = Desk(AT_ONCE.but(calls_per_second=0.001, store_calls_per_second=0.001))
    with suppress(ServiceError):  # a call that is refused for what it says counts as well
        desk.center.answer(operation_of(service, model.name), {})
    assert desk.refusal(service, model.name).code == "ThrottlingException"
    desk.close()


@pytest.mark.parametrize(("service", "model"), ALL, ids=NAMES)
def test_another_account_sees_no_more_than_that_there_is_an_instance(
    shared: Desk, service: str, model: OperationModel
) -> None:
    if model.name in ("ListInstances", "DescribeInstance"):
        assert shared.call(service, model.name, caller="444455556666")
    else:
        refused = shared.refusal(service, model.name, caller="444455556666", **whole(model))
        assert refused.code == "AccessDeniedException"


@pytest.mark.parametrize(("service", "model"), ALL, ids=NAMES)
def test_another_instance_or_store_is_not_there(shared: Desk, service: str, model: OperationModel) -> None:
    assert model.input_shape is not None
    elsewhere = {"InstanceArn": ELSEWHERE, "IdentityStoreId": "d-0000000000"}
    there = {name: value for name, value in elsewhere.items() if name in model.input_shape.members}
    if there:
        refused = shared.refusal(service, model.name, **(whole(model) | there))
        assert refused.code in ("ResourceNotFoundException", "AccessDeniedException")


def test_access_control_attributes_are_enabled_changed_and_disabled(desk: Desk) -> None:
    kind = "InstanceAccessControlAttributeConfiguration"

    def about(key: str) -> Request:
        return {kind: {"AccessControlAttributes": [{"Key": key, "Value": {"Source": ["${path:title}"]}}]}}

    desk.call("sso-admin", f"Create{kind}", **about("first"))
    assert desk.refusal("sso-admin", f"Create{kind}", **about("first")).code == "ConflictException"
    desk.call("sso-admin", f"Update{kind}", **about("second"))
    assert desk.call("sso-admin", f"Describe{kind}") == {"Status": "ENABLED", **about("second")}
    desk.call("sso-admin", f"Delete{kind}")
    assert desk.refusal("sso-admin", f"Describe{kind}").code == "ResourceNotFoundException"


def test_a_region_is_added_and_removed_in_its_own_time_and_one_at_a_time(desk: Desk) -> None:
    desk.center.behave(AT_ONCE.but(account_seconds=HOUR, spread=0.0))

    def statuses() -> dict[str, str]:
        found = desk.call("sso-admin", "ListRegions")["Regions"]
        return {pair["RegionName"]: pair["Status"] for pair in found}

    desk.call("sso-admin", "AddRegion", RegionName="eu-west-1")
    assert statuses() == {"us-east-1": "ACTIVE", "eu-west-1": "ADDING"}
    assert desk.refusal("sso-admin", "AddRegion", RegionName="eu-west-2").code == "ConflictException"
    desk.center.let_pass(HOUR)
    assert statuses() == {"us-east-1": "ACTIVE", "eu-west-1": "ACTIVE"}
    assert desk.call("sso-admin", "RemoveRegion", RegionName="eu-west-1") == {"Status": "REMOVING"}
    desk.center.let_pass(HOUR)
    assert statuses() == {"us-east-1": "ACTIVE"}


def test_a_deleted_instance_is_gone_after_a_while_with_everything_in_it(desk: Desk) -> None:
    desk.center.behave(AT_ONCE.but(account_seconds=HOUR, spread=0.0))
    desk.call("sso-admin", "DeleteInstance")
    assert desk.call("sso-admin", "DescribeInstance")["Status"] == "DELETE_IN_PROGRESS"
    assert desk.refusal("sso-admin", "DeleteInstance").code == "ConflictException"
    desk.center.let_pass(HOUR)
    assert desk.call("sso-admin", "ListInstances")["Instances"] == []
    assert desk.refusal("sso-admin", "DescribeInstance").code == "AccessDeniedException"
    assert desk.refusal("sso-admin", "ListPermissionSets").code == "ResourceNotFoundException"
    with desk.center.reading() as center:
        assert not list(center.assignments)
        assert not center.directory.users
        assert not center.sso_admin.permission_sets


def whole(model: OperationModel) -> Request:
    """A request that has all it needs, of the first case that is about the operation."""
    cases = (*STORE_ANSWERS, *ANSWERS, *STORE_REFUSALS, *REFUSALS)
    return next(dict(request) for name, request, _ in cases if name == model.name)
