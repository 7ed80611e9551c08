"""Carry out what was planned, as fast as the budgets allow; whatever is cut short goes on in the next run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.rate_limits import Budgets
from dayone.errors import Unavailable
from dayone.ports.operations import OperationQueue, Turn
from dayone.ports.state import Engine
from dayone.ports.workers import Workers
from dayone.usecases.attempts import IdentityCenter
from dayone.usecases.executor_run import ExecutorRun
from dayone.usecases.reports import Trying

# How long another run is believed to be alive that has not said so again. A process that was killed says nothing.
TURN = timedelta(seconds=15)
_RENEWAL = timedelta(seconds=5)
_LONGEST_NAP = 1.0


@dataclass(frozen=True, kw_only=True)
class ExecuteOperations:
    """What executing needs; `jitter` gives a number in [0, 1), `token` a name for a run that no other has."""

    queue: OperationQueue
    turn: Turn
    engine: Engine
    aws: IdentityCenter
    workers: Workers
    budgets: Budgets
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    token: Callable[[], str]


def execute_operations(*, ports: ExecuteOperations, deadline: datetime) -> None:
    """Work until nothing is left to do or `deadline` has come; then ring the bell when work is left.

    While another run is at work this one waits for its turn, for the other may have died.
    """
    holder = ports.token()
    while not ports.turn.take(holder, now=ports.clock(), until=ports.clock() + TURN):
        if ports.clock() + timedelta(seconds=_LONGEST_NAP) >= deadline:
            return
        ports.workers.done(seconds=_LONGEST_NAP)
    if _is_work_left(holder, ports=ports, deadline=deadline):
        ports.engine.wake()
    ports.turn.give_back(holder)


def _is_work_left(holder: str, *, ports: ExecuteOperations, deadline: datetime) -> bool:
    trying = Trying(queue=ports.queue, aws=ports.aws, budgets=ports.budgets, clock=ports.clock, jitter=ports.jitter)
    run = ExecutorRun(trying, workers=ports.workers)
    run.resume()
    renew_at = ports.clock() + _RENEWAL
    while (now := ports.clock()) < deadline:
        if now >= renew_at:
            if not _is_renewed(holder, ports=ports, now=now):
                break
            renew_at = now + _RENEWAL
        run.look_for_more()
        moment = run.start_what_is_due()
        if moment is None:
            run.bring_home()
            return False
        nap = min(moment, deadline, renew_at) - ports.clock()
        run.wait(seconds=min(max(0.0, nap.total_seconds()), _LONGEST_NAP))
    run.bring_home()
    return True


def _is_renewed(holder: str, *, ports: ExecuteOperations, now: datetime) -> bool:
    try:
        return ports.turn.take(holder, now=now, until=now + TURN)
    except Unavailable:
        # Raised from here it would leave tasks behind, whose results the next run of this process would take for its
        # own.
        return False
