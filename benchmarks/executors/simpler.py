"""Simpler ways to carry out the same assignments, against the same modelled AWS: the seconds each takes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from dayone.errors import Conflicting, Throttled, Unavailable
from dayone.ports.identity_center import AssignmentKey, RequestState
from tests.simulation.model.identity_center import SimulatedIdentityCenter
from tests.simulation.model.virtual_time import Clockwork

type Requested = Callable[[AssignmentKey], str]
type Waited = Callable[["Caller", str], None]

_BEFORE_A_RETRY = 1.0


class Strategy(Protocol):
    """A way to make, or take away, assignments."""

    @property
    def __name__(self) -> str: ...

    def __call__(self, keys: Iterable[AssignmentKey], *, aws: SimulatedIdentityCenter, deletes: bool) -> float:
        """Seconds until all of them are there, or gone."""


class Caller:
    """One of those who call AWS side by side."""

    def __init__(self, time: Clockwork, aws: SimulatedIdentityCenter, *, deletes: bool) -> None:
        self.time = time
        self._aws = aws
        self._request: Requested = aws.delete_assignment if deletes else aws.create_assignment
        self._ask = aws.sides["assignments"].deletion if deletes else aws.sides["assignments"].creation

    def request(self, key: AssignmentKey) -> str:
        """Ask until AWS takes it."""
        while True:
            try:
                self._aws.admit("sso-admin")
                return self._request(key)
            except (Conflicting, Throttled):
                self.time.sleep(_BEFORE_A_RETRY)

    def is_over(self, request_id: str) -> bool:
        """One question."""
        try:
            self._aws.admit("sso-admin")
        except Unavailable:
            return False
        state: RequestState = self._ask(request_id)
        return state.is_over


def one_at_a_time(keys: Iterable[AssignmentKey], *, aws: SimulatedIdentityCenter, deletes: bool) -> float:
    """Run one request at a time, polled every second."""
    return _side_by_side([list(keys)], _asking(first=1, then=1), aws=aws, deletes=deletes)


def ten_lanes(keys: Iterable[AssignmentKey], *, aws: SimulatedIdentityCenter, deletes: bool) -> float:
    """Run ten lanes by the account's last digit: each waits 15 s, polls once, and waits 60 s more while pending."""
    lanes: dict[str, list[AssignmentKey]] = {}
    for key in keys:
        lanes.setdefault(key.account_id[-1], []).append(key)
    return _side_by_side(lanes.values(), _asking(first=15, then=60), aws=aws, deletes=deletes)


def as_terraform(keys: Iterable[AssignmentKey], *, aws: SimulatedIdentityCenter, deletes: bool) -> float:
    """Run ten requests side by side, each polled after 10 s for the first time, and then every 5 s."""
    waiting = list(keys)
    return _side_by_side([waiting] * 10, _asking(first=10, then=5), aws=aws, deletes=deletes)


def _asking(*, first: float, then: float) -> Waited:
    def wait(caller: Caller, request_id: str) -> None:
        caller.time.sleep(first)
        while not caller.is_over(request_id):
            caller.time.sleep(then)

    return wait


def _side_by_side(
    lanes: Iterable[list[AssignmentKey]], wait: Waited, *, aws: SimulatedIdentityCenter, deletes: bool
) -> float:
    time, began, ended = aws.time, aws.time.seconds, [aws.time.seconds]

    def work(waiting: list[AssignmentKey]) -> None:
        caller = Caller(time, aws, deletes=deletes)
        while waiting:
            request_id = caller.request(waiting.pop(0))
            wait(caller, request_id)
        ended[0] = max(ended[0], time.seconds)

    lanes = list(lanes)
    for lane in lanes:
        time.start(partial(work, lane))
    while any(lanes) or aws.outstanding:
        time.run(seconds=60)
    time.run(seconds=120)
    return ended[0] - began
