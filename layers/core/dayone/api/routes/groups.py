"""Groups and permission sets: who is in them, and where they are assigned."""

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.access.queries import list_subjects
from dayone.api.context import AccessApi
from dayone.api.lists import groups_answer
from dayone.api.params import window_of
from dayone.api.responses import confirmed_answer, head_answer, member_answer
from dayone.api.schemas.lists import GROUP, GROUPS, GroupAnswer, GroupsAnswer
from dayone.api.spec import described
from dayone.lookups import read_group
from dayone.model.subjects import ITSELF, SubjectKind


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
