"""Runs through many subjects that end after two of them: a small company shows what happens between two runs, too.

These are the roll-out of a policy, decisions, retries and looks below a unit, not imports or looks at all accounts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import ModuleType
from typing import Final

from dayone.accounts import discovery
from dayone.reconcile import approvals, policy_rollout, retry
from tests.simulation.model.day_one import DayOne

_SIZES: Final[tuple[tuple[ModuleType, str], ...]] = (
    (approvals, "_IN_A_RUN"),
    (discovery, "_BELOW_A_UNIT_IN_A_PORTION"),
    (policy_rollout, "_CONCERNED_IN_A_PORTION"),
    (policy_rollout, "_LOOKED_AT_IN_A_PORTION"),
    (retry, "_IN_A_RUN"),
)
_SMALL = 2


@contextmanager
def small_portions(day_one: DayOne) -> Iterator[None]:
    """Have a run hand over to the next one after two subjects, wherever it may."""
    day_one.time_to_run = timedelta()
    before = [(where, name, vars(where)[name]) for where, name in _SIZES]
    try:
        for where, name, _ in before:
            setattr(where, name, _SMALL)
        yield
    finally:
        for where, name, size in before:
            setattr(where, name, size)
