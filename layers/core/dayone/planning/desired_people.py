"""The resources that a person should have, and when the names of people who have left become free for others."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.model.guardrails import COVERED_FOR, Verdict, spoken_for
from dayone.model.operations import Action, Applied
from dayone.model.people import (
    IdentitySource,
    Leavers,
    LifeCycle,
    Person,
    Stage,
    Status,
    begins_at,
    has_access,
    has_left,
    next_stage_at,
    stage_of,
)
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Desired, DesiredResource, Reason, Resource, ResourceKind, Subject, SubjectKind
from dayone.planning.desired import EachRule, Rules
from dayone.planning.desired_grants import next_turn
from dayone.policy.matching import flips_at, what_protects

_USER = Resource(ResourceKind.USER)
# Source: Identity Store API, CreateUser, UserName.
_LONGEST = 128
_MAY_BE_THERE = frozenset({Action.CREATE, Action.DELETE})


class Vacancy(StrEnum):
    """Availability of a person's user name and e-mail address for another person.

    `KEPT` while the person is here, or must be left alone; `NOT_YET` while they have left and some of their access
    still exists.
    """

    KEPT = "kept"
    NOT_YET = "not yet"
    FREE = "free"


def vacated_name(person: str) -> str:
    """Return the user name of a person who has given up their own, at most 128 characters; always the same."""
    name = f"left.{person}"
    return name if len(name) <= _LONGEST else f"left.{hashlib.sha256(person.encode()).hexdigest()}"


def has_vacated(person: Person) -> bool:
    """Return whether the person has given up their user name and e-mail address, and has no new ones."""
    return person.user_name == vacated_name(person.id)


def vacancy(state: SubjectState, *, policy: Policy, now: datetime) -> Vacancy:
    """Return whether the person of this state can give up their user name and e-mail address now."""
    person, user = state.head.fact, state.applied.get(_USER)
    is_gone = isinstance(person, Person) and has_left(person, cycle=policy.people, now=now)
    # A missing person is not reported as a leaver.
    if not isinstance(person, Person) or not is_gone or person.status is Status.MISSING:
        return Vacancy.KEPT
    is_protected = what_protects(person, applied=state.applied, protection=policy.protection)
    # A user that may be there or not can be deleted, and not renamed.
    is_in_doubt = user is not None and user.doubt in _MAY_BE_THERE and policy.people.leavers is not Leavers.DELETE
    if is_protected or is_in_doubt:
        return Vacancy.KEPT
    if any(removal.verdict is Verdict.REJECTED for removal in state.head.held):
        return Vacancy.KEPT
    has_access = any(resource.kind is ResourceKind.MEMBERSHIP for resource in state.applied)
    return Vacancy.NOT_YET if has_access or spoken_for(state.head.held) else Vacancy.FREE


def is_to_be_renamed(person: Person, *, applied: Mapping[Resource, Applied]) -> bool:
    """Return whether a kept user still has the name that its person has given up."""
    user = applied.get(_USER)
    if user is None or user.doubt in _MAY_BE_THERE or not has_vacated(person):
        return False
    return user.attributes.get("user_name") != person.user_name or "email" in user.attributes


def share_a_name(attributes: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two users would share a user name or e-mail address, in letters of any case."""
    names = [attributes.get(name, "").casefold() for name in ("user_name", "email")]
    others = [other.get(name, "").casefold() for name in ("user_name", "email")]
    return any(name and name == another for name, another in zip(names, others, strict=True))


# A role's session lasts twelve hours at most, and one may begin for an hour from a portal that was open before.
# Source: IAM Identity Center User Guide, "Set session duration for AWS accounts" and "Authentication sessions".
_LONGEST_SESSION = timedelta(hours=13)
# A removal may wait for a human, and until it is done sessions can begin.
_LOOK_AGAIN = timedelta(hours=1)
SESSIONS_HELD = _LONGEST_SESSION + _LOOK_AGAIN

USER = Resource(ResourceKind.USER)
ENDED_SESSIONS = Resource(ResourceKind.ENDED_SESSIONS)
NO_POLICY = "live sessions end by themselves within 13 hours: no service control policy to end them was deployed"


def ended_sessions(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> Mapping[Resource, DesiredResource]:
    """Return the user's entry among the revoked sessions, for as long as an older session may still be live."""
    user_id = _user_id(applied)
    if not user_id or not (cycle.ends_sessions and cycle.can_end_sessions):
        return {}
    if lost_at is None or now >= lost_at + SESSIONS_HELD:
        return {}
    return {ENDED_SESSIONS: DesiredResource({"user_id": user_id}, (Reason("employment", "has lost all access"),))}


def departure_notes(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> tuple[str, ...]:
    """Return notes on the steps of a departure that are not carried out, and why."""
    is_new = lost_at == now and _user_id(applied)
    return (NO_POLICY,) if is_new and cycle.ends_sessions and not cycle.can_end_sessions else ()


def next_check_at(
    cycle: LifeCycle, *, applied: Mapping[Resource, Applied], lost_at: datetime | None, now: datetime
) -> datetime | None:
    """Return the next time to check whether all access is gone, then the time at which sessions may be released."""
    if lost_at is None or not ended_sessions(cycle, applied=applied, lost_at=lost_at, now=now):
        return None
    return now + _LOOK_AGAIN if _memberships(applied) else lost_at + SESSIONS_HELD


def _memberships(applied: Mapping[Resource, Applied]) -> bool:
    return any(resource.kind is ResourceKind.MEMBERSHIP for resource in applied)


def _user_id(applied: Mapping[Resource, Applied]) -> str:
    user, ended = applied.get(USER), applied.get(ENDED_SESSIONS)
    if user is not None and "user_id" in user.references:
        return user.references["user_id"]
    # The user itself may be deleted by now.
    return ended.attributes.get("user_id", "") if ended else ""


# Of a user that the identity provider makes: it is looked up, never created, updated or deleted.
EXTERNAL = "identity_source"
_WELCOME = Resource(ResourceKind.WELCOME)
_WHY_A_USER = {
    Stage.EXPECTED: "begins soon",
    Stage.PRESENT: "is employed",
    Stage.ON_LEAVE: "is on leave",
}
_NAMES_NEEDED = "has left, and the user name or e-mail address is needed for somebody else"
_NOT_OURS = "the user belongs to the identity provider: it stays until it is deleted there"
_MISSING = "the person is missing from what HR sends, which does not say that they have left"
_WAITED_FOR = "the user is waited for: the identity provider makes it"


def desired_for_person(
    person: Person, *, policy: Policy, now: datetime, rules: Rules | None = None, state: SubjectState | None = None
) -> Desired:
    """Return the user and the memberships a person should have at `now`; none outside their employment.

    `rules` are the policy's own, compiled by a caller who plans many people; `state` is the person's stored state.
    """
    recorded = state or SubjectState(Head(subject=Subject(SubjectKind.PERSON, person.id)))
    guard = policy.protection
    if (guard.people or guard.users) and (
        protected_by := what_protects(person, applied=recorded.applied, protection=guard)
    ):
        return Desired({}, left_alone=f"{protected_by} is protected by the policy")
    stage = stage_of(person, cycle=policy.people, now=now)
    resources: dict[Resource, DesiredResource] = {}
    if stage in _WHY_A_USER:
        attributes = user_attributes(person, source=policy.people.identity_source)
        resources[USER] = DesiredResource(attributes, (Reason("employment", _WHY_A_USER[stage]),))
    if stage is Stage.PRESENT:
        memberships = (rules or EachRule(policy)).memberships(person, now=now)
        if person.status is Status.MISSING:
            return Desired({**resources, **_welcome(person, policy=policy, memberships=memberships)}, doubtful=_MISSING)
        return Desired({**resources, **memberships, **_welcome(person, policy=policy, memberships=memberships)})
    return _without_access(resources, person=person, stage=stage, policy=policy, state=recorded, now=now)


def lost_at(state: SubjectState, *, person: Person, policy: Policy, now: datetime) -> datetime | None:
    """Return the time at which the person was last seen with undue access, or None while they are due access."""
    if has_access(person, cycle=policy.people, now=now):
        return None
    still_has = state.head.has_access or _memberships(state.applied)
    return now if still_has else state.head.access_lost_at


def next_look(person: Person, *, state: SubjectState, policy: Policy, now: datetime) -> datetime | None:
    """Return the next time at which time alone may change the person's desired resources, or None.

    These are the changes of their employment stage, the start and end of a grant, while they have access the date
    conditions of the policy, and afterwards the checks of their sessions. Before their first day it is the time from
    which on that can be decided on.
    """
    moments = [next_stage_at(person, cycle=policy.people, now=now), next_turn(state.head.grants, now=now)]
    if has_access(person, cycle=policy.people, now=now):
        moments += [
            moment for condition in policy.date_conditions for moment in flips_at(condition, person) if moment > now
        ]
    else:
        lost = lost_at(state, person=person, policy=policy, now=now)
        moments.append(next_check_at(policy.people, applied=state.applied, lost_at=lost, now=now))
        if (at := begins_at(person, cycle=policy.people, now=now)) and at - COVERED_FOR > now:
            moments.append(at - COVERED_FOR)
    return min((moment for moment in moments if moment is not None), default=None)


def _without_access(
    resources: Mapping[Resource, DesiredResource],
    *,
    person: Person,
    stage: Stage,
    policy: Policy,
    state: SubjectState,
    now: datetime,
) -> Desired:
    cycle, applied = policy.people, state.applied
    lost = lost_at(state, person=person, policy=policy, now=now)
    # Somebody of whom HR has stopped to speak may be spoken of again.
    has_left = stage is Stage.LEFT and person.status is not Status.MISSING
    goes = has_left and cycle.leavers is Leavers.DELETE and USER in applied
    is_external = policy.people.identity_source is IdentitySource.EXTERNAL
    is_deleted = goes and not applied[USER].adopted
    if has_left and not (is_external or is_deleted) and is_to_be_renamed(person, applied=applied):
        attributes = user_attributes(person, source=cycle.identity_source)
        resources = {USER: DesiredResource(attributes, (Reason("employment", _NAMES_NEEDED),))}
    notes = departure_notes(cycle, applied=applied, lost_at=lost, now=now)
    sessions = ended_sessions(cycle, applied=applied, lost_at=lost, now=now)
    if original := cycle.original_of(person.id):
        notes = (*notes, f"is the same person as {original}, by the policy")
        # A provider has one user for both records.
        sessions = {} if is_external else sessions
    return Desired(
        {**resources, **sessions},
        gives_up=frozenset({USER}) if goes and not is_external else frozenset(),
        notes=(*notes, _NOT_OURS) if goes and is_external else notes,
    )


def waiting_note(desired: Desired, *, applied: Mapping[Resource, Applied]) -> str:
    """Return the note that a user is awaited from an identity provider, or empty."""
    needed = desired.resources.get(USER)
    return _WAITED_FOR if needed and EXTERNAL in needed.attributes and USER not in applied else ""


def _welcome(
    person: Person, *, policy: Policy, memberships: Mapping[Resource, DesiredResource]
) -> Mapping[Resource, DesiredResource]:
    welcome, first_day = policy.people.welcome, person.start_date
    if welcome is None or first_day is None or not memberships or first_day < welcome.since:
        return {}
    reasons = (Reason("employment", "has access"),)
    return {_WELCOME: DesiredResource({"first_day": first_day.isoformat()}, reasons)}


def user_attributes(person: Person, *, source: IdentitySource = IdentitySource.IDENTITY_CENTER) -> dict[str, str]:
    """Return the attributes that a person's user should have, those that HR left out without a value."""
    if source is IdentitySource.EXTERNAL:
        return {"user_name": person.user_name, EXTERNAL: str(source)}
    attributes = {
        "user_name": person.user_name,
        "display_name": person.display_name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "title": person.title,
    }
    return {name: text for name, text in attributes.items() if text}
