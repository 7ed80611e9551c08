"""Creation of AWS clients."""

from typing import Any

import pytest

from dayone.adapters.aws import clients as aws_clients


@pytest.fixture
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def config_of(name: str) -> dict[str, Any]:
    """The settings of a service's clients; botocore's stubs do not know them."""
    return vars(aws_clients.config_for(name))


@pytest.mark.usefixtures("_region")
def test_a_client_is_made_once() -> None:
    assert aws_clients.client("sqs") is aws_clients.client("sqs")


@pytest.mark.usefixtures("_region")
def test_a_client_belongs_to_the_service_it_is_asked_for() -> None:
    assert aws_clients.client("events").meta.service_model.service_name == "events"


@pytest.mark.parametrize("name", ["identitystore", "sso-admin"])
def test_no_call_to_identity_center_is_repeated_behind_the_back_of_whoever_counts_them(name: str) -> None:
    assert config_of(name)["retries"] == {"mode": "standard", "total_max_attempts": 1}


def test_other_calls_are_repeated_a_little() -> None:
    assert config_of("dynamodb")["retries"] == {"mode": "standard", "total_max_attempts": 3}


def test_no_call_waits_longer_than_a_function_can() -> None:
    assert config_of("sqs")["connect_timeout"] + config_of("sqs")["read_timeout"] <= 15
