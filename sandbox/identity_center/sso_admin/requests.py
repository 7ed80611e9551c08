"""Requests that AWS accepts now and finishes later: account assignments and provisionings, with their status."""

import random
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError, not_found

# Pages go from small keys to large ones, and these listings from the newest request to the oldest.
_LAST_NUMBER = 10**12 - 1


class RequestFailed(Exception):
    """Failure of an accepted request; its text is the FailureReason."""


def no_permission_set(arn: str) -> str:
    """Return the failure reason of a request whose permission set does not exist."""
    return f"Received a 404 status error: Could not find PermissionSet with id {arn.rpartition('/')[2]}"


@dataclass
class Request:
    """One accepted request: `subject` holds the members that its status shows; times in seconds since the epoch."""

    number: int
    kind: str
    subject: Mapping[str, Any]
    perform: Callable[[], None]
    created_at: float
    ready_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "IN_PROGRESS"
    failure_reason: str | None = None

    def described(self) -> dict[str, Any]:
        """Return the whole status, as the Describe operations answer it."""
        reason = {"FailureReason": self.failure_reason} if self.failure_reason else {}
        return self.summary() | dict(self.subject) | reason

    def summary(self) -> dict[str, Any]:
        """Return the status as the List operations answer it."""
        return {"Status": self.status, "RequestId": self.id, "CreatedDate": self.created_at}

    def finish(self) -> None:
        """Do what was requested, and remember what came of it."""
        try:
            self.perform()
        except RequestFailed as failure:
            self.status, self.failure_reason = "FAILED", str(failure)
        except Exception:  # noqa: BLE001 - a mistake in this package must not leave the request open for ever
            traceback.print_exc(file=sys.stderr)
            self.status, self.failure_reason = "FAILED", "Internal failure"
        else:
            self.status = "SUCCEEDED"


class Requests:
    """All requests of an instance, each with the time it takes drawn from a seeded source, and never no time at all."""

    def __init__(
        self, behaviour: Callable[[], Behaviour], *, seed: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self._behaviour = behaviour
        self._random = random.Random(seed)
        self._clock = clock
        self._requests: dict[str, Request] = {}
        self._open: list[Request] = []

    @property
    def behaviour(self) -> Behaviour:
        """Current behaviour of Identity Center."""
        return self._behaviour()

    def start(self, kind: str, subject: Mapping[str, Any], perform: Callable[[], None], *, seconds: float) -> Request:
        """Accept a request; `perform` runs about `seconds` later, and may raise RequestFailed."""
        now = self._clock()
        ready_at = now + self.duration(seconds)
        request = Request(len(self._requests), kind, subject, perform, created_at=now, ready_at=ready_at)
        self._requests[request.id] = request
        self._open.append(request)
        return request

    def duration(self, seconds: float) -> float:
        """Draw how long the next thing takes whose median is `seconds`; never no time at all."""
        return max(0.001, self.behaviour.drawn(seconds, self._random))

    def check_room(self, kinds: Collection[str], limit: float | None) -> None:
        """Refuse one more request than may be under way of these kinds together.

        Source of code and wording: errors that users of the API have published. The service model has
        ServiceQuotaExceededException for CreateAccountAssignment only.
        """
        if limit is not None and sum(request.kind in kinds for request in self._open) >= limit:
            raise ServiceError("ThrottlingException", "There are too many requests processing. Please try again later.")

    def settle(self) -> None:
        """Finish what is due, in the order in which it falls due."""
        now = self._clock()
        for request in sorted(self._open, key=lambda entry: entry.ready_at):
            if request.ready_at <= now:
                request.finish()
                self._open.remove(request)

    def seconds_to_next(self) -> float | None:
        """Return the seconds until the next request falls due; None when none is open."""
        return max(0.0, min(request.ready_at for request in self._open) - self._clock()) if self._open else None

    def let_pass(self, seconds: float) -> None:
        """Let everything that is under way fall due so much sooner."""
        for request in self._open:
            request.ready_at -= seconds

    def in_progress(self, kind: str) -> list[Request]:
        """Return the unfinished requests of a kind."""
        return [request for request in self._open if request.kind == kind]

    def describe(self, kind: str, request_id: str) -> dict[str, Any]:
        """Return the status of a request, or refuse an id that this kind of request does not have."""
        request = self._requests.get(request_id)
        if request is None or request.kind != kind:
            raise not_found(f"Could not find request with id {request_id}")
        return request.described()

    def listed(self, name: str, kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `{name: [...]}` with one page of a kind's statuses, newest first, all or those of one status."""
        wanted = (parameters.get("Filter") or {}).get("Status")
        matching = (
            (f"{_LAST_NUMBER - request.number:012}", request)
            for request in reversed(self._requests.values())
            if request.kind == kind and wanted in (None, request.status)
        )
        return page(name, matching, parameters, shown=Request.summary, in_order=True)
