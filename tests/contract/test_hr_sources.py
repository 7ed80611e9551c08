"""The port HrSources over a parameter of Systems Manager."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from dayone.adapters.hr_sources import SsmHrSources
from dayone.contracts.hr.configuration import read_configuration
from dayone.domain.hr_sources import HrConfiguration
from dayone.errors import Throttled, Unavailable
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import fresh

_OKTA = 'version: 1\nsources: {okta: {kind: okta, api: {url: "https://acme.okta.com"}, senders: [203.0.113.0/24]}}\n'


@dataclass
class Parameter:
    client: Any
    now: float = 0.0
    name: str = field(default_factory=lambda: f"/{fresh('stack')}/hr")

    def write(self, text: str) -> None:
        self.client.put_parameter(Name=self.name, Value=text, Type="String", Overwrite=True)

    def sources(self) -> SsmHrSources:
        return SsmHrSources(self.client, parameter=self.name, parse=_parse, clock=lambda: self.now)


def _parse(text: str) -> HrConfiguration:
    return read_configuration(text, secrets="dayone/hr")


@pytest.fixture
def parameter(sandbox: Sandbox) -> Parameter:
    return Parameter(sandbox.client("ssm"))


def test_without_a_parameter_there_is_the_generic_source(parameter: Parameter) -> None:
    assert list(parameter.sources().configuration().sources) == ["standard"]


def test_what_the_parameter_says_holds(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    assert list(parameter.sources().configuration().sources) == ["okta"]


def test_a_change_shows_after_a_minute_and_costs_no_call_before(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    sources = parameter.sources()
    sources.configuration()
    parameter.write(_OKTA.replace("okta:", "idp:"))
    parameter.now = 59.9
    with sending(parameter.client, "GetParameters") as sent:
        assert list(sources.configuration().sources) == ["okta"]
    assert sent == []
    parameter.now = 60.0
    assert list(sources.configuration().sources) == ["idp"]


def test_a_text_that_has_not_changed_is_not_read_again(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    sources = parameter.sources()
    first = sources.configuration()
    parameter.now = 61.0
    assert sources.configuration() is first


def test_a_wrong_text_is_our_fault_and_every_mistake_is_named(parameter: Parameter) -> None:
    parameter.write("version: 1\nsources: {x: {kind: workday}, y: {kind: okta}}\n")
    with pytest.raises(Unavailable, match=r"hr\.yaml:2:11.*; hr\.yaml:2:31"):
        parameter.sources().configuration()


def test_a_wrong_text_changes_nothing_where_a_right_one_was_read(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    sources = parameter.sources()
    sources.configuration()
    parameter.write("version: 2")
    parameter.now = 61.0
    assert list(sources.configuration().sources) == ["okta"]


def test_a_failed_reading_is_no_configuration(parameter: Parameter) -> None:
    with answering(parameter.client, "GetParameters", "ThrottlingException"), pytest.raises(Throttled):
        parameter.sources().configuration()
    with answering(parameter.client, "GetParameters", "AccessDeniedException"), pytest.raises(Unavailable):
        parameter.sources().configuration()


def test_the_adapter_needs_every_action_it_names(parameter: Parameter) -> None:
    called = recorded_actions(parameter.client)
    parameter.sources().configuration()
    assert called == SsmHrSources.ACTIONS
