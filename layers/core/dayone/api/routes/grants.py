"""Access for a time: /v1/grants."""

import json
from collections.abc import Container
from dataclasses import replace
from datetime import datetime

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.access.find import find_person, find_subject
from dayone.api.context import AccessApi
from dayone.api.params import caller_of, query_text, text_of, window_of, word_of
from dayone.api.responses import names_answer, time_answer
from dayone.api.schemas import grants as api_grants
from dayone.api.schemas.grants import END, EXTENSION, GIFT, GRANT, GRANTS, HELD, GrantDetailAnswer, GrantsAnswer
from dayone.api.spec import described
from dayone.grants import service
from dayone.grants.request import GrantWish, read_end, read_extension, read_grant
from dayone.grants.service import GrantAtNow
from dayone.model.grants import Ending, Grant, GrantState
from dayone.model.subjects import Assignment, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.ports.records import Page


def grant_taken_answer(grant: str, *, change: str) -> api_grants.GrantAcceptedAnswer:
    """Something about a grant that was taken."""
    return {"grant": grant, "change": change, "href": f"/v1/grants/{grant}"}


def grant_in_full_answer(found: GrantAtNow) -> api_grants.GrantDetailAnswer:
    """One grant, and what of it is there."""
    grant = grant_answer(found.grant, now=found.now, is_held=found.is_held)
    return {"grant": grant, "exists": found.is_there, "note": found.note}


def grants_answer(page: Page[Grant], *, held: Container[str], api: AccessApi) -> api_grants.GrantsAnswer:
    """Part of a list of grants, of which those `held` wait for an approval."""
    now = api.clock()
    found = [grant_answer(grant, now=now, is_held=grant.id in held) for grant in page.entries]
    people = (Subject(SubjectKind.PERSON, grant["person"]) for grant in found if grant["person"])
    accounts = (Subject(SubjectKind.ACCOUNT, grant["account"]) for grant in found if grant["account"])
    return {"grants": found, "names": names_answer((*people, *accounts), index=api.index), "cursor": page.cursor}


def grant_answer(grant: Grant, *, now: datetime, is_held: bool) -> api_grants.GrantAnswer:
    """Return a grant as it is at a given time."""
    ending = grant.ending(now=now)
    return {
        "id": grant.id,
        "state": HELD if is_held else str(grant.state(now=now)),
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
            {
                "until": time_answer(extension.until),
                "at": time_answer(extension.at),
                "by": extension.by,
                "change": extension.change,
            }
            for extension in grant.extensions
        ],
        "ended": _end_answer(grant, ending) if ending else None,
    }


def _end_answer(grant: Grant, ending: Ending) -> api_grants.GrantEndAnswer:
    end = grant.end if ending is not Ending.EXPIRED else None
    return {
        "cause": str(ending),
        "at": time_answer(end.at if end else grant.lasts_until),
        "by": end.by if end else "",
        "reason": end.because if end else "",
        "change": end.change if end else "",
    }


def grant_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about grants."""
    _reading_routes(app, api)
    _giving_routes(app, api)
    _changing_routes(app, api)


def _reading_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.get("/v1/grants")
    @described(GRANTS)
    def list_grants() -> GrantsAnswer:
        """List grants, optionally of a person, in an account or in a state."""
        event = app.current_event
        window = window_of(event)
        page = service.list_grants(
            person=query_text(event, "person"),
            account=query_text(event, "account"),
            state=word_of(event, "state", GrantState),
            cursor=window.cursor,
            limit=window.limit,
            ports=api,
        )
        held = service.held_among(page.entries, ports=api)
        return grants_answer(page, held=held, api=api)

    @app.get("/v1/grants/<grant>")
    @described(GRANT)
    def get_grant(grant: str) -> GrantDetailAnswer:
        """Read a grant: its state, and whether AWS has confirmed the access it gives."""
        return grant_in_full_answer(service.read_grant_at_now(grant, ports=api))


def _giving_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/grants")
    @described(GIFT)
    def create_grant() -> Response[str]:
        """Give a person or group temporary access: a membership or an assignment."""
        event = app.current_event
        wish = read_grant(text_of(event, what="the grant in JSON"))
        given = service.give_grant(_with_ids(wish, api=api), actor=caller_of(event), ports=api)
        return _taken(given.id, change=given.id)


def _with_ids(wish: GrantWish, *, api: AccessApi) -> GrantWish:
    """Put the ids of the person and the account in the place of what the grant calls them."""
    wish = replace(wish, subject=find_subject(wish.subject, ports=api))
    if wish.resource.kind is not ResourceKind.ASSIGNMENT:
        return wish
    permission_set, principal = assignment_in(wish.resource)
    person = find_person(principal.person, ports=api) if principal.person else ""
    return replace(wish, resource=Assignment(permission_set, principal._replace(person=person)).resource)


def _changing_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/grants/<grant>/extend")
    @described(EXTENSION)
    def extend_grant(grant: str) -> Response[str]:
        """Extend a grant until a later time."""
        event = app.current_event
        until = read_extension(text_of(event, what='`{"until": "2026-11-23T17:00:00Z"}`'))
        return _taken(grant, change=service.extend_grant(grant, until=until, actor=caller_of(event), ports=api))

    @app.post("/v1/grants/<grant>/end")
    @described(END)
    def end_grant(grant: str) -> Response[str]:
        """End a grant early and revoke the access it gives."""
        event = app.current_event
        because = read_end(text_of(event)) if event.get("body") else ""
        return _taken(grant, change=service.end_grant(grant, because=because, actor=caller_of(event), ports=api))


def _taken(grant: str, *, change: str) -> Response[str]:
    answer = grant_taken_answer(grant, change=change)
    headers = {"Location": answer["href"]}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
