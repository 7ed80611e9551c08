"""User names and e-mail addresses of people who have left: when they become free for whoever is here."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from dayone.model.guardrails import Verdict, spoken_for
from dayone.model.operations import Action, Applied
from dayone.model.people import Leavers, Person, Status, has_left
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, ResourceKind
from dayone.policy.matching import what_protects

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
