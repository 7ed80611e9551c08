"""Hires somebody and lets them leave, by signed events as an HR system sends them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from first_run.names import PERSON, USER
from first_run.record import Differs
from first_run.scene import Scene
from first_run.steps.policies import DEPARTMENT, access_policy

_JOIN_SECONDS = 90.0
_LEAVE_SECONDS = 60.0
_SHOWN_SECONDS = 30.0


def hire(scene: Scene) -> None:
    """Put a policy in force, hire somebody whom it means, and look into Identity Center for all of it."""
    account = scene.values["account"]
    # The account was there before Day One: what the policy gives in it waits for somebody else's approval.
    scene.put_in_force("the policy", access_policy({"id": account}), is_held=True)
    scene.until(
        "the group has the permission set in the member account",
        expected="yes",
        read=lambda: scene.is_assigned(account),
        within=_SHOWN_SECONDS,
    )
    scene.settle("a joiner", _send(scene, "person.created"), is_held=False, within=_JOIN_SECONDS)
    scene.values["user"] = scene.user_id()
    scene.log.require("Identity Center has the user", expected="yes", observed="yes" if scene.values["user"] else "no")
    scene.until("the user is in the group", expected="yes", read=scene.is_member, within=_SHOWN_SECONDS)
    explained = scene.aws.dayone("people", "access", PERSON)
    scene.log.check("Day One explains the access", expected="ok", observed=explained.shown)


def leave(scene: Scene) -> None:
    """End the person, and look into Identity Center and at the service control policy."""
    scene.settle("a leaver", _send(scene, "person.ended"), is_held=False, within=_LEAVE_SECONDS)
    scene.until("the user is out of the group", expected="no", read=scene.is_member, within=_SHOWN_SECONDS)
    scene.until(
        "the service control policy ends the user's sessions",
        expected="yes",
        read=scene.sessions_are_ended,
        within=_SHOWN_SECONDS,
    )


def _send(scene: Scene, event: str) -> str:
    """Send an event about the person, signed with the key of the stack; returns the id of the change."""
    file = scene.aws.file("event.json", _event(event))
    answer = scene.aws.dayone("events", "send", "--no-watch", f"--delivery=msg_{uuid.uuid4().hex}", file)
    if answer.status != 0:
        raise Differs(f"{event}: {answer.shown}")
    return str(answer.document["change"])


def _event(event: str) -> dict[str, Any]:
    person = {
        "id": PERSON,
        "user_name": USER,
        "email": f"{USER}@example.com",
        "given_name": "First",
        "family_name": "Run",
        "department": DEPARTMENT,
        "employment": "employee",
    }
    return {"type": event, "timestamp": datetime.now(UTC).isoformat(), "data": person}
