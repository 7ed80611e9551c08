"""The port OwnApis, by the fake and over a parameter of Systems Manager."""

from typing import Any

import pytest

from dayone.adapters.cloudformation import SsmOwnApis
from dayone.errors import Unavailable
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import fresh
from tests.fakes.own_apis import MemoryOwnApis


@pytest.fixture
def client(sandbox: Sandbox) -> Any:  # noqa: ANN401 - a boto3 client
    return sandbox.client("ssm")


@pytest.fixture
def parameter(client: Any) -> str:  # noqa: ANN401 - the same
    name = f"/{fresh('stack')}/api-ids"
    client.put_parameter(Name=name, Value="a1b2c3d4e5,f6g7h8i9j0", Type="String")
    return name


def test_the_apis_of_the_stack_are_its_own_and_no_others(client: Any, parameter: str) -> None:  # noqa: ANN401
    for apis in (SsmOwnApis(client, parameter=parameter), MemoryOwnApis(frozenset({"a1b2c3d4e5", "f6g7h8i9j0"}))):
        assert apis.includes("a1b2c3d4e5")
        assert apis.includes("f6g7h8i9j0")
        for other in ("z9y8x7w6v5", "a1b2c3d4e", "", "a1b2c3d4e5,f6g7h8i9j0"):
            assert not apis.includes(other)


def test_what_was_read_costs_no_call_again(client: Any, parameter: str) -> None:  # noqa: ANN401
    apis = SsmOwnApis(client, parameter=parameter)
    assert apis.includes("a1b2c3d4e5")
    with sending(client, "GetParameters") as sent:
        assert apis.includes("a1b2c3d4e5")
    assert sent == []


def test_an_api_that_took_the_place_of_another_is_seen(client: Any, parameter: str) -> None:  # noqa: ANN401
    apis = SsmOwnApis(client, parameter=parameter)
    assert apis.includes("a1b2c3d4e5")
    client.put_parameter(Name=parameter, Value="k1l2m3n4o5", Type="String", Overwrite=True)
    assert apis.includes("k1l2m3n4o5")
    assert not apis.includes("a1b2c3d4e5")


def test_without_the_parameter_nobody_can_say(client: Any) -> None:  # noqa: ANN401
    with pytest.raises(Unavailable, match="no parameter"):
        SsmOwnApis(client, parameter=f"/{fresh('stack')}/api-ids").includes("a1b2c3d4e5")


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalServerError"])
def test_what_cannot_be_read_is_nobodys_mistake(client: Any, parameter: str, code: str) -> None:  # noqa: ANN401
    with answering(client, "GetParameters", code), pytest.raises(Unavailable):
        SsmOwnApis(client, parameter=parameter).includes("a1b2c3d4e5")


def test_the_adapter_needs_every_action_it_names(client: Any, parameter: str) -> None:  # noqa: ANN401
    called = recorded_actions(client)
    SsmOwnApis(client, parameter=parameter).includes("a1b2c3d4e5")
    assert called == SsmOwnApis.ACTIONS
