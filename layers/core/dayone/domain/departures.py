"""What is left to do when somebody loses their access: live sessions end, and by the policy the user goes, too."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dayone.domain.desired import Reason, Wanted
from dayone.domain.life_cycle import LifeCycle
from dayone.domain.operations import Applied
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Resource, ResourceKind

# A role's session lasts twelve hours at most, and one may begin for an hour from a portal that was open before.
# Source: IAM Identity Center User Guide, "Set session duration for AWS accounts" and "Authentication sessions".
_LONGEST_SESSION = timedelta(hours=13)
# A removal may wait for a human, and until it is done sessions can begin.
_LOOK_AGAIN = timedelta(hours=1)
SESSIONS_HELD = _LONGEST_SESSION + _LOOK_AGAIN

USER = Resource(ResourceKind.USER)
ENDED_SESSIONS = Resource(ResourceKind.ENDED_SESSIONS)
NO_POLICY = "live sessions end by themselves within 13 hours: no service control policy to end them was deployed"


def access_lost_at(
    head: Head, *, applied: Mapping[Resource, Applied], has_access: bool, now: datetime
) -> datetime | None:
    """When the person was last seen with access that they should not have, or None while they should."""
    if has_access:
        return None
    still_has = head.has_access or _memberships(applied)
    return now if still_has else head.access_lost_at


def ended_sessions(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> Mapping[Resource, Wanted]:
    """The user's place among those whose sessions are ended, for as long as one from before may live."""
    user_id = _user_id(applied)
    if not user_id or not (cycle.ends_sessions and cycle.can_end_sessions):
        return {}
    if lost_at is None or now >= lost_at + SESSIONS_HELD:
        return {}
    return {ENDED_SESSIONS: Wanted({"user_id": user_id}, (Reason("employment", "has lost all access"),))}


def departure_notes(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> tuple[str, ...]:
    """What is not done about a departure, and why."""
    is_new = lost_at == now and _user_id(applied)
    return (NO_POLICY,) if is_new and cycle.ends_sessions and not cycle.can_end_sessions else ()


def look_again_at(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> datetime | None:
    """When to see whether the last of the access has gone, then when the sessions need to be held no longer."""
    if lost_at is None or not ended_sessions(cycle, applied=applied, lost_at=lost_at, now=now):
        return None
    return now + _LOOK_AGAIN if _memberships(applied) else lost_at + SESSIONS_HELD


def _memberships(applied: Mapping[Resource, Applied]) -> bool:
    return any(one.kind is ResourceKind.MEMBERSHIP for one in applied)


def _user_id(applied: Mapping[Resource, Applied]) -> str:
    user, ended = applied.get(USER), applied.get(ENDED_SESSIONS)
    if user is not None and "user_id" in user.references:
        return user.references["user_id"]
    # The user itself may be deleted by now.
    return ended.attributes.get("user_id", "") if ended else ""
