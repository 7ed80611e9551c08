"""People entered manually, and the configuration of HR systems."""

from datetime import date
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.api.context import AccessApi
from dayone.api.params import Event, caller_of, etag_of, object_of, precondition_of, text_of
from dayone.api.responses import accepted_response
from dayone.api.schemas.people import (
    HR_APPROVAL,
    HR_CONFIGURATION,
    PEOPLE_PUT,
    PERSON_END,
    PERSON_FORGET,
    PERSON_PUT,
    HrConfigurationAnswer,
    HrVersionAnswer,
)
from dayone.api.spec import described
from dayone.errors import Invalid
from dayone.hr import forget, manual
from dayone.hr.manual_request import parse_person, read_people
from dayone.model.hr_sources import HrVersion
from dayone.ops.hr_configuration_approval import request_hr_approval


def hr_configuration_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the configuration of HR systems."""

    @app.get("/v1/hr-configuration")
    @described(HR_CONFIGURATION)
    def get_hr_configuration() -> HrConfigurationAnswer:
        """Read the configuration of HR systems that counts, and the newest one."""
        versions = api.hr_versions.versions()
        return {"in_force": _version_answer(versions.in_force), "newest": _version_answer(versions.newest)}

    @app.post("/v1/hr-configuration/<digest>/approve")
    @described(HR_APPROVAL)
    def approve_hr_configuration(digest: str) -> Response[str]:
        """Approve the configuration of HR systems that is held; nobody can who has written it."""
        return accepted_response(request_hr_approval(digest, actor=caller_of(app.current_event), ports=api))


def _version_answer(version: HrVersion | None) -> HrVersionAnswer | None:
    if version is None:
        return None
    return {
        "version": version.number,
        "digest": version.digest,
        "state": str(version.state),
        "at": version.at.isoformat(),
        "authors": list(version.authors),
        "reasons": list(version.reasons),
        "approved_by": version.approved_by,
        "text": version.text,
    }


_WHAT = "a person in JSON"


def people_by_hand_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes for manual people."""

    @app.put("/v1/people/<person>")
    @described(PERSON_PUT)
    def put_person(person: str) -> Response[str]:
        """Record a person manually. Attributes from HR systems take precedence over these."""
        event, person = app.current_event, unquote(person)
        attributes = parse_person(text_of(event, what=_WHAT), person=person)
        found = manual.put_person(
            person, attributes, actor=caller_of(event), precondition=precondition_of(event), ports=api
        )
        return accepted_response(found.change, headers={"ETag": etag_of(found.tag)})

    @app.post("/v1/people")
    @described(PEOPLE_PUT)
    def put_people() -> Response[str]:
        """Record up to 100 people manually, as one change."""
        event = app.current_event
        people = read_people(text_of(event, what='`{"people": [...]}`'))
        return accepted_response(manual.put_people(people, actor=caller_of(event), ports=api).change)

    @app.post("/v1/people/<person>/end")
    @described(PERSON_END)
    def end_person(person: str) -> Response[str]:
        """Record that a person leaves and revoke their access: on a date, at the end of today, or at once."""
        event = app.current_event
        on, is_at_once = _end_in(event)
        ended = manual.end_person(unquote(person), on=on, is_at_once=is_at_once, actor=caller_of(event), ports=api)
        return accepted_response(ended.change)


def forgetting_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that has a person forgotten."""

    @app.post("/v1/people/<person>/forget")
    @described(PERSON_FORGET)
    def forget_person(person: str) -> Response[str]:
        """Delete what is recorded of a person who left long enough ago; the audit log stays whole."""
        actor, retention = caller_of(app.current_event), api.overview.given.person_retention
        taken = forget.request_forgetting(unquote(person), actor=actor, retention=retention, ports=api)
        return accepted_response(taken.change)


def _end_in(event: Event) -> tuple[date | None, bool]:
    value = object_of(event, members=("on", "at_once"), what='`{"on": "2026-12-31"}` or `{"at_once": true}`')
    on, is_at_once = value.get("on"), value.get("at_once", False)
    if not isinstance(is_at_once, bool) or (is_at_once and on is not None):
        raise Invalid(
            "the end is not valid", findings=("at_once: must be true or false, and cannot be true with `on`",)
        )
    try:
        return (None if on is None else date.fromisoformat(on)), is_at_once  # type: ignore[arg-type] # a TypeError
    except (TypeError, ValueError) as error:
        raise Invalid("the end is not valid", findings=("on: must be a date such as 2026-12-31",)) from error
