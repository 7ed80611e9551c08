"""Calls of HR systems have all the time that a busy machine takes; tests of the limits set their own."""

import pytest

from dayone.adapters.hr import https

MINUTES = 120.0  # in seconds


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call is cut because this machine is busy with something else."""
    for limit in ("_MOST_SECONDS", "_CONNECT_SECONDS", "_READ_SECONDS"):
        monkeypatch.setattr(https, limit, MINUTES)
