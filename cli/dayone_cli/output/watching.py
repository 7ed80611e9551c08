"""Following a change until it is over: a progress bar on a terminal, a line for each state elsewhere."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dayone_cli.api_client import ApiClient, path
from dayone_cli.failures import Interrupted, Negative, Refused, Unfinished
from dayone_cli.output.screen import Screen
from dayone_cli.output.words import plural

if TYPE_CHECKING:
    from rich.progress import Progress

type Json = Mapping[str, Any]

_OVER = ("succeeded", "failed")
_HELD = "held"
_ACCEPTED = "accepted"
_NOT_FOUND = 404
_PAUSE = 0.5  # seconds between two looks, where the API does not make us wait
_LONG = 20  # seconds that the API holds an answer back while nothing is over
_SHORT = 2  # the same, when somebody looks at a bar
_EMPTY = 90  # seconds that the inbox must look empty: SQS counts right about a minute after the last message


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Progress display of changes; `patience` is how many seconds the API may answer 404 for an accepted one.

    A change that is accepted and not planned yet is awaited as long as messages wait in the inbox.

    A held change waits for a human, and ends the watch; `is_decided` means that one has just decided, which is carried
    out after the response. After `timeout` seconds, of all changes together, it ends as well; 0 is never.
    """

    api: ApiClient
    screen: Screen
    patience: float = 30.0
    is_decided: bool = False
    timeout: float = 0.0
    now: Callable[[], float] = time.monotonic
    empty_for: float = _EMPTY
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_end", self.now() + self.timeout if self.timeout else math.inf)

    def until_over(self, change: str) -> Json:
        """Return the change with its operations once it is over, waits for a human, or the time is up.

        Raises Unfinished for one that is not recorded by then, and Interrupted when somebody stops the watch.
        """
        try:
            return self._until_over(change)
        except KeyboardInterrupt as stopped:
            detail = f"it continues without you; return with `dayone changes watch {change}`"
            raise Interrupted(f"Stopped watching change {change}", detail=detail) from stopped

    def _until_over(self, change: str) -> Json:
        moves = self.screen.err.isatty()
        bar = progress_bar(self.screen) if moves else None
        shown: AbstractContextManager[object] = bar or nullcontext()
        deadline, before, messages_at = self.now() + self.patience, "", self.now()
        with shown:
            while True:
                asked_at = self.now()
                left = max(0.0, self._end - asked_at)
                wait = int(min(_SHORT if moves else _LONG, left))
                seen = self._look(change, wait=wait, deadline=deadline)
                before = self._tell(seen, bar=bar, before=before)
                is_planned = seen is not None and is_recorded(seen)
                if seen and is_planned and (self._is_over(seen["change"]) or self.now() >= self._end):
                    return seen
                if self.now() >= self._end:
                    state = "planned" if seen else "recorded"
                    raise Unfinished(f"Change {change} is not {state} yet after {self.timeout:g} s")
                if seen is None or is_planned or seen["inbox"]["messages"]:
                    messages_at = self.now()
                elif self.now() - messages_at > self.empty_for:
                    raise _not_in_the_inbox(seen)
                pause = max(0.0, _PAUSE - (self.now() - asked_at))
                self.api.sleep(min(pause, max(0.0, self._end - self.now())))

    def came_out_well(self, seen: Json) -> None:
        """Raise Negative unless the change has succeeded, with what has failed, or what waits for whom.

        Raises Unfinished when the time was up before.
        """
        change = seen["change"]
        if not self._is_over(change):
            title = f"Change {change['id']} is still {change['state']} after {self.timeout:g} s and continues"
            raise Unfinished(title, detail=f"watch it with `dayone changes watch {change['id']}`")
        _came_out_well(seen)

    def _is_over(self, change: Json) -> bool:
        is_undecided = not change["decision"] and not self.is_decided
        waits = change["state"] == _HELD and (is_undecided or not change["held"])
        return waits or change["state"] in _OVER

    def _look(self, change: str, *, wait: int, deadline: float) -> Json | None:
        try:
            seen: Json = self.api.read(path("v1", "changes", change), {"wait": wait, "limit": 100})
        except Refused as refused:
            if refused.status != _NOT_FOUND or self.now() > deadline:
                raise
            return None
        return seen

    def _tell(self, seen: Json | None, *, bar: "Progress | None", before: str) -> str:
        if seen is None:
            return before
        state = str(seen["change"]["state"])
        if not is_recorded(seen):
            said = str(seen["message"])
            if bar:
                bar.update(bar.task_ids[0], description=said)
            elif said != before:
                self.screen.say(f"{seen['change']['id']} {said}")
            return said
        progress, left = seen["progress"], seen["estimated_seconds_remaining"]
        if bar:
            about = f"about {left} s left" if left else ""
            total = progress["total"] or None
            bar.update(bar.task_ids[0], total=total, completed=progress["done"], description=state, left=about)
        elif state != before:
            self.screen.say(f"{seen['change']['id']} {state}: {progress['done']} of {progress['total']} done")
        return state


def is_recorded(seen: Json) -> bool:
    """Return whether the API answered with the change itself, rather than an accepted one not planned yet."""
    return bool(seen["change"]["state"] != _ACCEPTED)


def _not_in_the_inbox(seen: Json) -> Unfinished:
    detail = "it was given up or waits for its HR system, which `dayone status` names, or it was never accepted"
    return Unfinished(f"Change {seen['change']['id']} is not planned, and the inbox is empty", detail=detail)


def _came_out_well(seen: Json) -> None:
    change = seen["change"]
    if change["state"] == "failed":
        failed = [pair for pair in seen["operations"] if pair["state"] == "failed" and not pair.get("failed_before")]
        findings = [f"{pair['kind']} {pair['subject']} {pair['resource']}: {pair['failure_reason']}" for pair in failed]
        if not findings and change.get("unplanned"):
            detail = "`dayone status` names them: correct the causes, then run `dayone dead-letters redrive`"
            raise Negative(f"{plural(change['unplanned'], 'subject')} could not be planned", detail=detail)
        title = f"{plural(change['failed'] - change.get('failed_before', 0), 'operation')} failed"
        raise Negative(
            title, detail=f"correct the causes, then run `dayone changes retry {change['id']}`", findings=findings
        )
    if change["state"] == _HELD and not change["held"]:
        holders = {str(pair["held_by"]) for pair in seen["operations"] if pair.get("held_by")}
        shown = [f"see `dayone changes show {holder}`" for holder in sorted(holders)]
        waiting = plural(change.get("waits_for_held", 0), "operation")
        raise Negative(f"{waiting} of it only wait for what another change holds", detail="; ".join(shown))
    if change["state"] == _HELD:
        detail = (
            f"{change['held_reason']}; another person decides: `dayone changes approve {change['id']}` or "
            f"`dayone changes reject {change['id']}`"
        )
        raise Negative(f"{plural(change['held'], 'operation')} held", detail=detail)


def progress_bar(screen: Screen) -> "Progress":
    """Return a bar on the screen for errors, with one task, whose field `left` is shown behind it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    bar = Progress(*columns, console=screen.errors)
    bar.add_task("planning", total=None, left="")
    return bar
