"""The ports about the configuration of HR systems over parameters of Systems Manager."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from dayone.adapters.hr.sources import SsmHrParameters, SsmHrSources, SsmHrTexts
from dayone.errors import Throttled, Unavailable
from dayone.hr.connectors.configuration import read_configuration
from dayone.model.hr_sources import DEFAULT, HrConfiguration
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering, sending
from tests.contract.identity_centers import fresh

_OKTA = 'version: 1\nsources: {okta: {kind: okta, api: {url: "https://acme.okta.com"}, senders: [203.0.113.0/24]}}\n'


@dataclass
class Parameter:
    client: Any
    now: float = 0.0
    stack: str = field(default_factory=lambda: fresh("stack"))

    @property
    def names(self) -> dict[str, str]:
        return {"written": f"/{self.stack}/hr", "approved": f"/dayone/{self.stack}/hr-approved"}

    def propose(self, text: str) -> None:
        self.client.put_parameter(Name=self.names["written"], Value=text, Type="String", Overwrite=True)

    def write(self, text: str) -> None:
        self.parameters().approve(text)

    def parameters(self) -> SsmHrParameters:
        return SsmHrParameters(self.client, **self.names)

    def sources(self) -> SsmHrSources:
        texts = SsmHrTexts(self.client, **self.names)
        return SsmHrSources(texts, parse=_parse, clock=lambda: self.now)


def _parse(text: str) -> HrConfiguration:
    return read_configuration(text, secrets="dayone/hr")


@pytest.fixture
def parameter(sandbox: Sandbox) -> Parameter:
    return Parameter(sandbox.client("ssm"))


def test_without_a_parameter_there_is_the_generic_source(parameter: Parameter) -> None:
    assert list(parameter.sources().configuration().sources) == ["standard"]


def test_before_anything_was_approved_what_is_written_counts(parameter: Parameter) -> None:
    parameter.propose(_OKTA)
    assert list(parameter.sources().configuration().sources) == ["okta"]


def test_what_is_written_does_not_count_once_something_was_approved(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    parameter.propose(_OKTA.replace("okta:", "evil:"))
    sources = parameter.sources()
    assert list(sources.configuration().sources) == ["okta"]
    parameter.client.delete_parameter(Name=parameter.names["approved"])
    parameter.now = 61.0
    assert list(sources.configuration().sources) == ["okta"]


def test_what_was_read_last_counts_while_nothing_can_be_read(parameter: Parameter) -> None:
    parameter.write(_OKTA)
    sources = parameter.sources()
    sources.configuration()
    parameter.now = 61.0
    with answering(parameter.client, "GetParameters", "ThrottlingException"):
        assert list(sources.configuration().sources) == ["okta"]


def test_both_texts_are_read_and_the_default_is_written_where_there_is_none(parameter: Parameter) -> None:
    assert parameter.parameters().texts() == (DEFAULT, "")
    parameter.propose(_OKTA)
    parameter.write(DEFAULT)
    assert parameter.parameters().texts() == (_OKTA, DEFAULT)


def test_the_authors_are_those_who_have_written_this_very_text(parameter: Parameter) -> None:
    assert parameter.parameters().authors(_OKTA) == ()
    parameter.propose(_OKTA)
    parameter.propose(DEFAULT)
    (author,) = parameter.parameters().authors(_OKTA)
    assert author.startswith("arn:aws:")
    assert parameter.parameters().authors("another") == ()


def test_a_text_of_8_kb_can_be_approved(parameter: Parameter) -> None:
    text = _OKTA + "#" * (8192 - len(_OKTA))
    parameter.write(text)
    assert parameter.parameters().texts().approved == text


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
    assert called == SsmHrSources.ACTIONS == SsmHrTexts.ACTIONS


def test_the_adapter_of_both_parameters_needs_every_action_it_names(parameter: Parameter) -> None:
    called = recorded_actions(parameter.client)
    parameter.parameters().texts()
    parameter.parameters().authors(_OKTA)
    parameter.write(_OKTA)
    assert called == SsmHrParameters.ACTIONS
