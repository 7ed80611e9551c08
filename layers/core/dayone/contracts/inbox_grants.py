"""A grant in a message on the inbox: everything that is said of it, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dayone.domain.grants import End, Ending, Extension, Grant
from dayone.domain.subjects import Resource, Subject

type Json = Mapping[str, Any]


def grant_json(grant: Grant) -> dict[str, object]:
    """The members of Grant but `noted`, which is the record's own; times in ISO 8601."""
    end = grant.end
    return {
        **{name: getattr(grant, name) for name in ("id", "reason", "ticket", "granted_by", "includes_management")},
        **{name: getattr(grant, name).isoformat() for name in ("begins", "until", "granted_at")},
        "subject": str(grant.subject),
        "resource": str(grant.resource),
        "extensions": [{**vars(one), "at": _said(one.at), "until": _said(one.until)} for one in grant.extensions],
        "end": {**vars(end), "at": _said(end.at)} if end else None,
    }


def grant_in(said: Json) -> Grant:
    """Read what `grant_json` wrote; raises ValueError, TypeError or LookupError for anything else."""
    end = said.get("end")
    return Grant(
        id=_text(said["id"]),
        subject=Subject.parse(_text(said["subject"])),
        resource=Resource.parse(_text(said["resource"])),
        reason=_text(said["reason"]),
        ticket=_text(said.get("ticket", "")),
        begins=_moment(said["begins"]),
        until=_moment(said["until"]),
        granted_by=_text(said["granted_by"]),
        granted_at=_moment(said["granted_at"]),
        includes_management=said.get("includes_management") is True,
        extensions=tuple(_extension(one) for one in said.get("extensions", [])),
        end=None if end is None else _end(end),
    )


def _extension(said: Json) -> Extension:
    return Extension(
        at=_moment(said["at"]), until=_moment(said["until"]), by=_text(said["by"]), change=_text(said["change"])
    )


def _end(said: Json) -> End:
    return End(
        at=_moment(said["at"]),
        how=Ending(said["how"]),
        by=_text(said["by"]),
        change=_text(said["change"]),
        because=_text(said.get("because", "")),
    )


def _said(moment: datetime) -> str:
    return moment.isoformat()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not str")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
