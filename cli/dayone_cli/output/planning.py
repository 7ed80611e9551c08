"""A plan of a policy for everybody: a progress bar on a terminal while a large company is planned, then the plan."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from dayone_cli.api_client import path
from dayone_cli.failures import Negative
from dayone_cli.output.watching import progress_bar
from dayone_cli.run import Run

type Json = Mapping[str, Any]

_PAUSE = 1.0  # seconds between two looks
_RUNNING, _COMPLETE = "running", "complete"


def plan_everybody(run: Run, texts: Mapping[str, str]) -> Json:
    """Return the plan of a policy for everybody, once it is made; raise Negative when it cannot be, or is outdated."""
    read = run.api.ask("/v1/plans", {"files": dict(texts)})
    if read["state"] == _RUNNING:
        read = _made(run, read)
    if read["state"] != _COMPLETE:
        raise Negative(f"The plan is {read['state']}", detail=read["reason"])
    plan: Json = read["plan"]
    return plan


def _made(run: Run, read: Json) -> Json:
    bar = progress_bar(run.screen) if run.screen.err.isatty() else None
    shown: AbstractContextManager[object] = bar or nullcontext()
    if not bar:
        run.screen.say(f"Planning everybody in {read['portions']['total']} portions")
    with shown:
        while read["state"] == _RUNNING:
            portions, left = read["portions"], read["estimated_seconds_remaining"]
            if bar:
                about = f"about {left} s left" if left else ""
                bar.update(bar.task_ids[0], total=portions["total"], completed=portions["done"], left=about)
            run.api.sleep(_PAUSE)
            read = run.api.read(path("v1", "plans", read["id"]))
    return read
