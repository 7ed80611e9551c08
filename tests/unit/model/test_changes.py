"""State of a change, never better than recorded."""

import pytest

from dayone.model.changes import Change, ChangeState
from tests.builders import a_cause


@pytest.mark.parametrize(
    ("case", "change", "expected"),
    [
        ("nobody is planned yet", Change(cause=a_cause()), ChangeState.PLANNING),
        ("how many there are is not known", Change(cause=a_cause(), subjects=None, planned=9), ChangeState.PLANNING),
        ("one of two is planned", Change(cause=a_cause(), subjects=2, planned=1), ChangeState.PLANNING),
        (
            "one of three was given up",
            Change(cause=a_cause(), subjects=3, planned=1, unplanned=1),
            ChangeState.PLANNING,
        ),
        ("the rest was given up", Change(cause=a_cause(), subjects=3, planned=1, unplanned=2), ChangeState.FAILED),
        (
            "the rest was given up, and something runs",
            Change(cause=a_cause(), subjects=2, planned=1, unplanned=1, operations=1),
            ChangeState.RUNNING,
        ),
        (
            "the rest was given up, and something is held",
            Change(cause=a_cause(), subjects=2, planned=1, unplanned=1, operations=1, held=1),
            ChangeState.HELD,
        ),
        (
            "what was given up is planned after all",
            Change(cause=a_cause(), planned=1, unplanned=1),
            ChangeState.SUCCEEDED,
        ),
        ("there was nothing to do", Change(cause=a_cause(), planned=1), ChangeState.SUCCEEDED),
        ("it concerned nobody", Change(cause=a_cause(), subjects=0), ChangeState.SUCCEEDED),
        ("nothing is done yet", Change(cause=a_cause(), planned=1, operations=2), ChangeState.RUNNING),
        ("one is done", Change(cause=a_cause(), planned=1, operations=2, succeeded=1), ChangeState.RUNNING),
        ("one failed, one runs", Change(cause=a_cause(), planned=1, operations=2, failed=1), ChangeState.RUNNING),
        ("both are done", Change(cause=a_cause(), planned=1, operations=2, succeeded=2), ChangeState.SUCCEEDED),
        (
            "one failed, one is done",
            Change(cause=a_cause(), planned=1, operations=2, succeeded=1, failed=1),
            ChangeState.FAILED,
        ),
        (
            "one is held, one runs",
            Change(cause=a_cause(), planned=1, operations=2, held=1),
            ChangeState.RUNNING,
        ),
        (
            "one is held, the others are over",
            Change(cause=a_cause(), planned=1, operations=3, held=1, failed=1, succeeded=1),
            ChangeState.HELD,
        ),
        (
            "one is held, others are still planned",
            Change(cause=a_cause(), subjects=2, planned=1, operations=1, held=1),
            ChangeState.PLANNING,
        ),
        (
            "a newer plan took over",
            Change(cause=a_cause(), planned=1, operations=2, superseded=2),
            ChangeState.SUCCEEDED,
        ),
    ],
)
def test_the_state_of_a_change(case: str, change: Change, expected: ChangeState) -> None:
    assert change.state is expected, case


def test_a_change_is_named_by_its_cause() -> None:
    assert Change(cause=a_cause(change="01X")).id == "01X"
