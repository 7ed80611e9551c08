"""Settings from the environment: complete, or refused with every missing name."""

import pytest

from dayone import settings
from dayone.errors import Refused


def test_settings_come_from_variables_of_the_same_names() -> None:
    given = {"TABLE_NAME": "t", "INBOX_URL": "i", "ENGINE_URL": "e", "ELSE": "x"}
    assert settings.read(settings.ReconcileAccessSettings, given) == settings.ReconcileAccessSettings(
        table_name="t", inbox_url="i", engine_url="e"
    )


@pytest.mark.parametrize("empty", [{}, {"INBOX_URL": "", "ENGINE_URL": ""}])
def test_every_missing_variable_is_named_at_once(empty: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"^ReconcileAccessSettings: the environment lacks INBOX_URL, ENGINE_URL$"):
        settings.read(settings.ReconcileAccessSettings, {"TABLE_NAME": "t", **empty})


def test_without_anything_else_the_environment_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUS_NAME", "dayone")
    assert settings.read(settings.PublishEventsSettings).bus_name == "dayone"
