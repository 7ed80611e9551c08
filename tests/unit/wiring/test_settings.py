"""Settings from the environment: complete, or refused with every missing name."""

import re

import pytest

from dayone import settings
from dayone.errors import Refused
from dayone.executor.rate_limits import Budgets
from dayone.settings import budgets_in, networks_in
from tests.project.repository import ROOT


def test_settings_come_from_variables_of_the_same_names() -> None:
    given = {"TABLE_NAME": "t", "INBOX_URL": "i", "DEAD_LETTERS_URL": "d", "SOURCE_ARN": "s", "ELSE": "x"}
    assert settings.read(settings.RecordAccountEventSettings, given) == settings.RecordAccountEventSettings(
        inbox_url="i", dead_letters_url="d", source_arn="s"
    )


@pytest.mark.parametrize("empty", [{}, {"INBOX_URL": "", "DEAD_LETTERS_URL": ""}])
def test_every_missing_variable_is_named_at_once(empty: dict[str, str]) -> None:
    with pytest.raises(
        Refused, match=r"^RecordAccountEventSettings: the environment lacks INBOX_URL, DEAD_LETTERS_URL$"
    ):
        settings.read(settings.RecordAccountEventSettings, {"SOURCE_ARN": "s", **empty})


def test_without_anything_else_the_environment_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUS_NAME", "dayone")
    monkeypatch.setenv("SOURCE_ARN", "arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/1")
    assert settings.read(settings.PublishEventsSettings).bus_name == "dayone"


def test_budgets_are_as_by_default_but_for_what_a_text_changes() -> None:
    assert budgets_in("") == Budgets()
    text = "sso_admin_calls=12.5 identity_store_calls=4 outstanding_assignments=3 concurrent_provisionings=1"
    assert budgets_in(text) == Budgets(
        sso_admin_calls=12.5, identity_store_calls=4, outstanding_assignments=3, concurrent_provisionings=1
    )


@pytest.mark.parametrize(
    "text", ["calls=4", "sso_admin_calls", "sso_admin_calls=many", "outstanding_assignments=2.5", "sso_admin_calls=0"]
)
def test_budgets_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="budgets"):
        budgets_in(text)


def test_the_pace_says_whether_a_place_and_a_call_stay_free_for_others() -> None:
    assert budgets_in("pace=shared") == Budgets()
    assert budgets_in("sso_admin_calls=12 pace=all") == Budgets(sso_admin_calls=12, is_shared=False)
    with pytest.raises(Refused, match="budgets"):
        budgets_in("pace=some")


def test_networks_are_those_that_are_named() -> None:
    assert networks_in("none") == networks_in("none,") == ()
    assert networks_in("none,10.20.0.0/16,fd00:20::/32") == ("10.20.0.0/16", "fd00:20::/32")


@pytest.mark.parametrize("text", ["none,10.20.0.0/33", "10.20.0.1/16", "everywhere", "10.20.0.0/16 10.21.0.0/16"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="HR networks"):
        networks_in(text)


def test_the_template_gives_the_defaults_of_the_code() -> None:
    template = (ROOT / "template.yaml").read_text()
    names = ("SsoAdminCalls", "IdentityStoreCalls", "OutstandingAssignments", "ConcurrentProvisionings")
    pattern = r"  {}:\n    Type: Number\n    Default: (\d+)"
    defaults = [float(found[1]) for name in names if (found := re.search(pattern.format(name), template))]
    existing = Budgets()
    assert defaults == [
        existing.sso_admin_calls,
        existing.identity_store_calls,
        existing.outstanding_assignments,
        existing.concurrent_provisionings,
    ]
