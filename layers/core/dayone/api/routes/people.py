"""People and groups, what people can reach, and why: GET /v1/people, /v1/groups, /v1/explain and below."""

import json
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.access.explain.explanation import Explained, Explanation, describe_step, explain_access, in_short
from dayone.access.explain.steps import ExplainContext, Step
from dayone.access.find import has_text, search_subjects
from dayone.access.queries import list_subjects, person_access
from dayone.api.context import AccessApi
from dayone.api.lists import groups_answer, people_answer
from dayone.api.params import Event, etag_of, query_text, required_of, window_of, word_of
from dayone.api.responses import (
    confirmed_answer,
    head_answer,
    member_answer,
    operation_answer,
    person_access_answer,
    person_answer,
    reasons_answer,
)
from dayone.api.schemas import explain as api
from dayone.api.schemas.base import PersonAccessAnswer
from dayone.api.schemas.explain import EXPLANATION, EXPLANATION_OF_PERSON, ExplainAnswer
from dayone.api.schemas.lists import GROUP, GROUPS, PEOPLE, GroupAnswer, GroupsAnswer
from dayone.api.schemas.people import PERSON_ACCESS, PERSON_READ, PeopleAnswer
from dayone.api.spec import described
from dayone.hr.merge import version_tag
from dayone.lookups import read_group, read_person
from dayone.model.guardrails import HeldPart
from dayone.model.people import Person, Status
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, SubjectKind
from dayone.policy.unmet_conditions import UnmetCondition
from dayone.ports.records import Page


def explain_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that answers why."""

    @app.get("/v1/explain")
    @described(EXPLANATION)
    def explain_access() -> ExplainAnswer:
        """Explain which access a person has in an account, which they lack, and why."""
        event = app.current_event
        return explanation_of_person(required_of(event, "person", example="e-1001"), event=event, api=api)


def explanation_of_person(person: str, *, event: Event, api: AccessApi) -> ExplainAnswer:
    """Explain the access of a person for the filters in the query."""
    found = explain_access(
        person,
        required_of(event, "account", example="123456789012"),
        permission_set=query_text(event, "permission_set"),
        records=api.records,
        grants=api.grants,
        policies=api.policies,
        now=api.clock(),
    )
    return explain_answer(found)


def explain_answer(found: Explained) -> api.ExplainAnswer:
    """Return every explained path."""
    context = found.context
    return {
        "person": context.person.head.subject.name,
        "account": context.account.head.subject.name,
        "policy_version": context.policy.version,
        "access": [_way(explanation, context) for explanation in found.ways],
    }


def _way(explanation: Explanation, context: ExplainContext) -> api.AccessPathAnswer:
    return {
        "permission_set": explanation.permission_set,
        "has_access": explanation.has,
        "through": explanation.principal,
        "message": in_short(explanation, context),
        "steps": [_step(step, policy_version=context.policy.version) for step in explanation.steps],
    }


def _step(step: Step, *, policy_version: int) -> api.StepAnswer:
    under_way = step.operation
    return {
        "subject": str(step.target.subject),
        "resource": str(step.target.resource),
        "exists": step.is_there,
        "reasons": reasons_answer(step.reasons),
        "obstacles": [_obstacle(obstacle) for obstacle in step.nearness.obstacles],
        "confirmed": confirmed_answer(step.applied) if step.applied else None,
        "operation": operation_answer(under_way) if under_way else None,
        "held": _held(step.held) if step.held else None,
        "change": under_way.change if under_way else step.applied.change if step.applied else "",
        "message": describe_step(step, policy_version=policy_version),
    }


def _held(removal: HeldPart) -> api.HeldPartAnswer:
    return {
        "held_as": removal.held_as,
        "sensitive": removal.sensitive,
        "approval_status": str(removal.verdict),
        "change": removal.change,
        "operation": removal.operation,
    }


def _obstacle(obstacle: UnmetCondition) -> api.ObstacleAnswer:
    return {
        "rule": obstacle.rule,
        "about": obstacle.about,
        "actual": obstacle.actual,
        "required": obstacle.needed,
        "message": str(obstacle),
    }


def people_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes that read people."""

    @app.get("/v1/people")
    @described(PEOPLE)
    def list_people() -> PeopleAnswer:
        """List the recorded people by id, optionally only those with a `status`, or that a `search` finds."""
        return people_answer(_listed(app.current_event, api=api))

    @app.get("/v1/people/<person>")
    @described(PERSON_READ)
    def get_person(person: str) -> Response[str]:
        """Read a person: their HR record, their user in Identity Center, and their planning status."""
        state = read_person(person, records=api.records)
        headers = {"ETag": etag_of(version_tag(state.head.version))} if state.head.version else {}
        return Response(200, content_types.APPLICATION_JSON, json.dumps(person_answer(state)), headers=headers)

    @app.get("/v1/people/<person>/access")
    @described(PERSON_ACCESS)
    def get_person_access(person: str) -> PersonAccessAnswer:
        """Read a person's access as AWS last confirmed it, with the reasons."""
        window = window_of(app.current_event)
        return person_access_answer(person, person_access(person, window=window, records=api.records))

    @app.get("/v1/people/<person>/explain")
    @described(EXPLANATION_OF_PERSON)
    def explain_person(person: str) -> ExplainAnswer:
        """Explain which access a person has in an account, which they lack, and why."""
        return explanation_of_person(person, event=app.current_event, api=api)


def group_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about groups."""

    @app.get("/v1/groups")
    @described(GROUPS)
    def list_groups() -> GroupsAnswer:
        """List the recorded groups by their keys in the policy."""
        window = window_of(app.current_event)
        return groups_answer(list_subjects(SubjectKind.GROUP, window=window, index=api.index))

    @app.get("/v1/groups/<group>")
    @described(GROUP)
    def get_group(group: str) -> GroupAnswer:
        """Read a group and a page of its members."""
        window = window_of(app.current_event)
        state = read_group(unquote(group), index=api.index)
        members = api.records.members(state.head.subject.name, cursor=window.cursor, limit=window.limit)
        there = state.applied.get(ITSELF[SubjectKind.GROUP])
        return {
            "group": state.head.subject.name,
            "head": head_answer(state.head),
            "confirmed": confirmed_answer(there) if there else None,
            "members": [member_answer(member) for member in members.entries],
            "cursor": members.cursor,
        }


def _listed(event: Event, *, api: AccessApi) -> Page[SubjectState]:
    search, status = query_text(event, "search"), word_of(event, "status", Status)

    def matches(state: SubjectState) -> bool:
        fact = state.head.fact
        return has_text(state, search) and (status is None or (isinstance(fact, Person) and fact.status is status))

    return search_subjects(SubjectKind.PERSON, window=window_of(event), index=api.index, matches=matches)
