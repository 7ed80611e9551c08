"""What the API answers about grants, made from what is remembered."""

from datetime import datetime

from dayone.contracts import api_grants
from dayone.domain.grants import Ending, Grant
from dayone.domain.subjects import ResourceKind, SubjectKind
from dayone.ports.records import Page
from dayone.routes.answers import time_answer
from dayone.usecases.read_grants import GrantAtNow


def grant_taken_answer(grant: str, *, change: str) -> api_grants.GrantTakenAnswer:
    """Something about a grant that was taken."""
    return {"grant": grant, "change": change, "href": f"/v1/grants/{grant}"}


def grant_in_full_answer(found: GrantAtNow) -> api_grants.GrantInFullAnswer:
    """One grant, and what of it is there."""
    return {"grant": grant_answer(found.grant, now=found.now), "is_there": found.is_there, "note": found.note}


def grants_answer(page: Page[Grant], *, now: datetime) -> api_grants.GrantsAnswer:
    """Part of a list of grants."""
    return {"grants": [grant_answer(one, now=now) for one in page.entries], "cursor": page.cursor}


def grant_answer(grant: Grant, *, now: datetime) -> api_grants.GrantAnswer:
    """A grant as it is at a moment."""
    ending = grant.ending(now=now)
    return {
        "id": grant.id,
        "state": str(grant.state(now=now)),
        "kind": "membership" if grant.resource.kind is ResourceKind.MEMBERSHIP else "assignment",
        "person": grant.person,
        "group": grant.group,
        "account": grant.subject.name if grant.subject.kind is SubjectKind.ACCOUNT else "",
        "permission_set": grant.permission_set,
        "reason": grant.reason,
        "ticket": grant.ticket,
        "from": time_answer(grant.begins),
        "until": time_answer(grant.lasts_until),
        "granted_by": grant.granted_by,
        "granted_at": time_answer(grant.granted_at),
        "extensions": [
            {"until": time_answer(one.until), "at": time_answer(one.at), "by": one.by, "change": one.change}
            for one in grant.extensions
        ],
        "ended": _end_answer(grant, ending) if ending else None,
    }


def _end_answer(grant: Grant, ending: Ending) -> api_grants.GrantEndAnswer:
    end = grant.end if ending is not Ending.EXPIRED else None
    return {
        "how": str(ending),
        "at": time_answer(end.at if end else grant.lasts_until),
        "by": end.by if end else "",
        "because": end.because if end else "",
        "change": end.change if end else "",
    }
