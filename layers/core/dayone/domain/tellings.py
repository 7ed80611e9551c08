"""One person out of what several HR systems say of them: who is believed about what."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, get_args, get_type_hints

from dayone.domain.hr_sources import HrRules
from dayone.domain.people import Person, Status
from dayone.domain.subject_states import Presence, Telling
from dayone.domain.user_names import fields_in

_LONGEST_NAME = 1024  # Source: Identity Store API, CreateUser, DisplayName.
_GONE = {Presence.MISSING: Status.MISSING, Presence.DELETED: Status.ENDED}


def taken_in(telling: Telling, *, known: Iterable[Telling]) -> tuple[Telling, ...]:
    """What all sources say once this one has spoken, by source.

    What it does not speak about stays as it said before: an attribute that was left out of an answer was not emptied.
    """
    by_source = {one.source: one for one in known}
    before = by_source.get(telling.source)
    said = {**before.attributes, **telling.attributes} if before else dict(telling.attributes)
    by_source[telling.source] = replace(telling, attributes=said)
    return tuple(one for _, one in sorted(by_source.items()))


def attributes_of(tellings: Iterable[Telling], *, rules: HrRules) -> dict[str, str]:
    """Every attribute as the one says it who is believed about it.

    That is its owner; else, in the order of the sources, the first that has something to say.
    """
    known = sorted(tellings, key=lambda one: _place(one.source, rules=rules))
    names = dict.fromkeys(name for one in known for name in _said(one))
    return {name: _believed(name, known, owner=rules.owners.get(name, "")) for name in names}


def lacking(attributes: Mapping[str, str], *, rules: HrRules, has_user_name: bool) -> tuple[str, ...]:
    """What is still to be told before there is a person, who keeps the user name that is made of it then."""
    makes_name = () if has_user_name or attributes.get("user_name") else fields_in(rules.user_names.pattern)
    needed = dict.fromkeys(("given_name", "family_name", *makes_name))
    return tuple(name for name in needed if name != "id" and not attributes.get(name))


def person_of(person_id: str, attributes: Mapping[str, str], *, user_name: str, email: str) -> Person:
    """The person with these attributes; those that this release does not know are left aside."""
    given = {**attributes, "id": person_id, "user_name": user_name, "email": email}
    both = f"{given.get('given_name', '')} {given.get('family_name', '')}"
    given["display_name"] = given.get("display_name") or both[:_LONGEST_NAME]
    optional = {one.name for one in fields(Person) if one.default is not MISSING}
    # What is not said is as it is in a person of whom nothing is said.
    said = {name: text for name, text in given.items() if text or name not in optional}
    return Person(**{name: _typed(hint, said[name]) for name, hint in _hints().items() if name in said})


def _place(source: str, *, rules: HrRules) -> tuple[int, str]:
    return (rules.order.index(source) if source in rules.order else len(rules.order), source)


def _said(telling: Telling) -> Mapping[str, str]:
    gone = _GONE.get(telling.presence)
    return {**telling.attributes, "status": gone.value} if gone else telling.attributes


def _believed(name: str, known: Iterable[Telling], *, owner: str) -> str:
    said = {one.source: _said(one)[name] for one in known if name in _said(one)}
    return said[owner] if owner in said else next((text for text in said.values() if text), "")


@cache
def _hints() -> Mapping[str, Any]:
    return get_type_hints(Person)


def _typed(hint: Any, text: str) -> Any:  # noqa: ANN401 - whatever an attribute of a person is
    if isinstance(hint, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    return date.fromisoformat(text) if hint is date else hint(text)
