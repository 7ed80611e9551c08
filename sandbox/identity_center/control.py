"""Controls for tests beside AWS's API: change the behaviour, and disable users."""

import json
from collections.abc import Callable
from dataclasses import asdict

from werkzeug.wrappers import Request, Response

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.service_error import ServiceError

BEHAVIOUR = "/_sandbox/behaviour"
LOAD = "/_sandbox/load"
PASSED_TIME = "/_sandbox/passed-time"
_USERS = "/_sandbox/users/"
_STATUSES = ("ENABLED", "DISABLED")


class Control:
    """Pages: `GET`, `PUT /_sandbox/behaviour`, `GET`, `DELETE /_sandbox/load`, `PUT /_sandbox/users/{id}/status`,
    `PUT /_sandbox/passed-time`.

    A behaviour is put as the text of `--behaviour` and answered as a JSON object of all its numbers. A status is put as
    ENABLED or DISABLED: administrators do that in the console, for which AWS has no public API. The load is what
    came in during the busiest second of each quota, how many assignments were under way at most, and what was refused.
    What is under way ends as much sooner as the number of seconds says that is put as the time that has passed.
    """

    def __init__(self, center: IdentityCenter) -> None:
        self._center = center

    def __call__(self, request: Request) -> Response | None:
        """Answer a request for one of the pages, None for any other."""
        if request.path == BEHAVIOUR:
            return _answered(lambda: self._behaviour(request))
        if request.path == LOAD:
            return _answered(lambda: self._load(request))
        if request.path == PASSED_TIME and request.method == "PUT":
            return _answered(lambda: self._let_pass(float(request.get_data(as_text=True))))
        if request.path.startswith(_USERS) and request.path.endswith("/status") and request.method == "PUT":
            user_id = request.path.removeprefix(_USERS).removesuffix("/status")
            return _answered(lambda: self._status(user_id, request.get_data(as_text=True).strip()))
        return None

    def _behaviour(self, request: Request) -> object:
        if request.method == "PUT":
            self._center.behave(Behaviour.parse(request.get_data(as_text=True)))
        return asdict(self._center.behaviour)

    def _let_pass(self, seconds: float) -> object:
        self._center.let_pass(seconds)
        return {"Seconds": seconds}

    def _load(self, request: Request) -> object:
        with self._center.reading() as center:
            if request.method == "DELETE":
                center.load.clear()
            return dict(center.load.told())

    def _status(self, user_id: str, status: str) -> object:
        if status not in _STATUSES:
            raise ValueError(f"a user is {' or '.join(_STATUSES)}, not '{status}'")
        with self._center.reading() as center:
            center.directory.user(user_id).status = status
        return {"UserId": user_id, "UserStatus": status}


def _answered(answer: Callable[[], object]) -> Response:
    try:
        return Response(json.dumps(answer()), content_type="application/json")
    except (ValueError, ServiceError) as refused:
        return Response(json.dumps({"error": str(refused)}), status=400, content_type="application/json")
