"""The messages on the inbox: a request to plan, as JSON text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from dayone.contracts.inbox_grants import grant_in, grant_json
from dayone.domain.changes import Cause, CauseKind, Decision
from dayone.domain.people import Person, Status
from dayone.domain.requests import Hint, PlanRequest
from dayone.domain.subject_states import FactVersion, Presence, Telling
from dayone.domain.subjects import Resource, Subject
from dayone.errors import Malformed

type Json = Mapping[str, Any]

_DEFAULTS = {one.name: one.default for one in fields(PlanRequest)}


def to_json(request: PlanRequest) -> str:
    """The request as a JSON object with the members of PlanRequest; subjects as `kind:name`, times in ISO 8601."""
    said = {name: one for name, one in vars(request).items() if one != _DEFAULTS[name]}
    subjects = {"subjects": [str(one) for one in request.subjects]} if request.subjects else {}
    grant = {"grant": grant_json(request.grant)} if request.grant else {}
    missing = {"missing": [str(resource) for resource in request.missing]} if request.missing else {}
    return _ENCODER.encode(said | {"subject": str(request.subject)} | subjects | grant | missing)


def from_json(text: str, *, taken_at: datetime | None = None) -> PlanRequest:
    """Read what `to_json` wrote, by this release or another; raises Malformed for anything else.

    `taken_at` is when the inbox took it, which counts unless an earlier message about the same has told.

    Members that this release does not know are ignored, and those it knows and does not find have their defaults, so
    that a message survives a release in between.
    """
    try:
        request = _request(json.loads(text))
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Malformed(f"not a plan request: {type(error).__name__}") from error
    received_at = request.cause.received_at or taken_at
    return replace(request, cause=replace(request.cause, received_at=received_at))


def _request(said: Json) -> PlanRequest:
    return PlanRequest(
        subject=Subject.parse(_text(said["subject"])),
        cause=_cause(said["cause"]),
        person=_optional(_person)(said.get("person")),
        version=_optional(_version)(said.get("version")),
        refresh=_checked(bool)(said.get("refresh", False)),
        first_look=_checked(bool)(said.get("first_look", False)),
        anew=_checked(bool)(said.get("anew", False)),
        follows=_text(said.get("follows", "")),
        policy_version=_optional(_whole_number)(said.get("policy_version")),
        cursor=_text(said.get("cursor", "")),
        decision=_optional(_decision)(said.get("decision")),
        subjects=tuple(Subject.parse(_text(one)) for one in _checked(list)(said.get("subjects", []))),
        telling=_optional(_telling)(said.get("telling")),
        hint=_optional(_hint)(said.get("hint")),
        workforce=_text(said.get("workforce", "")),
        grant=_optional(grant_in)(said.get("grant")),
        missing=tuple(Resource.parse(_text(text)) for text in _checked(list)(said.get("missing", []))),
    )


def _cause(said: Json) -> Cause:
    return Cause(
        change=_text(said["change"]),
        kind=CauseKind(said["kind"]),
        actor=_text(said["actor"]),
        reference=_text(said["reference"]),
        at=_moment(said["at"]),
        retries=_optional(CauseKind)(said.get("retries")),
        received_at=_optional(_moment)(said.get("received_at")),
    )


def _decision(said: Json) -> Decision:
    is_approved = _checked(bool)(said["is_approved"])
    return Decision(is_approved=is_approved, actor=_text(said["actor"]), at=_moment(said["at"]))


def _version(said: Json) -> FactVersion:
    version = FactVersion(at=_moment(said["at"]), digest=_text(said["digest"]))
    return replace(version, read_at=_optional(_moment)(said.get("read_at")))


def _telling(said: Json) -> Telling:
    return Telling(
        source=_text(said["source"]),
        version=_version(said["version"]),
        attributes={_text(name): _text(text) for name, text in dict(said["attributes"]).items()},
        presence=Presence(said["presence"]),
    )


def _hint(said: Json) -> Hint:
    return Hint(
        record=_text(said["record"]),
        at=_moment(said["at"]),
        is_deletion=_checked(bool)(said["is_deletion"]),
        attempts=_whole_number(said["attempts"]),
    )


def _person(said: Json) -> Person:
    readers: dict[str, Callable[[Any], Any]] = {one.name: _text for one in fields(Person)}
    dates = ("start_date", "end_date", "leave_start", "leave_end")
    readers |= dict.fromkeys(dates, _optional(_day)) | {"status": Status}
    required = {one.name for one in fields(Person) if one.default is MISSING}
    return Person(**{name: read(said[name]) for name, read in readers.items() if name in said or name in required})


def _checked[T](kind: type[T]) -> Callable[[Any], T]:
    def check(value: object) -> T:
        # JSON's true is Python's True, which is an int as well.
        if type(value) is not kind:
            raise TypeError(f"not {kind.__name__}")
        return value

    return check


_text = _checked(str)
_whole_number = _checked(int)


def _optional[T](read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    return lambda value: None if value is None else read(value)


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def _day(value: object) -> date:
    return date.fromisoformat(_text(value))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return vars(value)  # asdict would copy everything in it first
    raise TypeError(f"no JSON for {type(value).__name__}")


_ENCODER = json.JSONEncoder(default=_plain, separators=(",", ":"))
