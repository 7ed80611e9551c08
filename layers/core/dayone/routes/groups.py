"""Groups and permission sets: who is in them, and where they are assigned."""

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_groups import GroupAnswer, GroupsAnswer
from dayone.domain.subjects import ITSELF, SubjectKind
from dayone.routes.answers import confirmed_answer, head_answer, member_answer
from dayone.routes.described import described
from dayone.routes.described_lists import GROUP, GROUPS
from dayone.routes.list_answers import groups_answer
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.list_subjects import list_subjects
from dayone.usecases.read_access import read_group


def group_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about groups."""

    @app.get("/v1/groups")
    @described(GROUPS)
    def list_groups() -> GroupsAnswer:
        """List the recorded groups by their keys in the policy."""
        window = window_of(app.current_event)
        return groups_answer(list_subjects(SubjectKind.GROUP, window=window, known=api.known))

    @app.get("/v1/groups/<group>")
    @described(GROUP)
    def get_group(group: str) -> GroupAnswer:
        """Read a group and a page of its members."""
        window = window_of(app.current_event)
        state = read_group(unquote(group), known=api.known)
        members = api.records.members(state.head.subject.name, cursor=window.cursor, limit=window.limit)
        there = state.applied.get(ITSELF[SubjectKind.GROUP])
        return {
            "group": state.head.subject.name,
            "head": head_answer(state.head),
            "confirmed": confirmed_answer(there) if there else None,
            "members": [member_answer(one) for one in members.entries],
            "cursor": members.cursor,
        }
