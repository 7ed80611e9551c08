"""What was set off, by whom, and how far it has come: /v1/changes; decisions about what is held; trying again."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts import adoption_request, decision_request
from dayone.contracts.api_changes import (
    AccountsOfChangeAnswer,
    ChangeInFullAnswer,
    ChangesAnswer,
    DecidedAnswer,
    NotPlannedAnswer,
    RetriedAnswer,
)
from dayone.domain.changes import CauseKind, ChangeState, Part
from dayone.domain.history import ChangesWanted
from dayone.routes.change_answers import (
    accounts_answer,
    change_answer,
    changes_answer,
    decided_answer,
    not_planned_answer,
    retried_answer,
)
from dayone.routes.described import described
from dayone.routes.described_changes import (
    ACCOUNTS_OF_CHANGE,
    ADOPTION,
    APPROVAL,
    CHANGE_READ,
    CHANGES,
    REJECTION,
    RETRY,
)
from dayone.routes.queries import moment_of, seconds_of, subject_in, word_of
from dayone.routes.requests import Event, caller_of, object_of, subjects_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.await_change import LONGEST_WAIT, await_change
from dayone.usecases.decide_change import decide_change
from dayone.usecases.follow_change import NotPlannedYet, accounts_of_change, follow_change
from dayone.usecases.request_adoption import request_adoption
from dayone.usecases.retry_change import retry_change


def change_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about changes."""

    @app.get("/v1/changes")
    @described(CHANGES)
    def list_changes() -> ChangesAnswer:
        """List changes with their causes and progress, newest first."""
        window, wanted = window_of(app.current_event), _wanted(app.current_event)
        return changes_answer(api.overview.history.changes(wanted, cursor=window.cursor, limit=window.limit))

    @app.get("/v1/changes/<change>")
    @described(CHANGE_READ)
    def get_change(change: str) -> Response[str]:
        """Read a change: its progress and its operations, or that it is not planned yet."""
        await_change(change, seconds=seconds_of(app.current_event, "wait", most=LONGEST_WAIT), ports=api)
        followed = follow_change(change, window=window_of(app.current_event), ports=api)
        if isinstance(followed, NotPlannedYet):
            return _answered(202, not_planned_answer(followed), href=f"/v1/changes/{change}")
        return _answered(200, change_answer(followed, sole_administrator=api.overview.given.sole_administrator))

    @app.get("/v1/changes/<change>/accounts")
    @described(ACCOUNTS_OF_CHANGE)
    def get_accounts_of_change(change: str) -> Response[str]:
        """List the progress of a change in each account, or that it is not planned yet."""
        listed = accounts_of_change(change, window=window_of(app.current_event), ports=api)
        if isinstance(listed, NotPlannedYet):
            return _answered(202, not_planned_answer(listed), href=f"/v1/changes/{change}")
        return _answered(200, accounts_answer(listed))

    _retry_routes(app, api)
    _decision_routes(app, api)


def _retry_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/changes/<change>/retry")
    @described(RETRY)
    def post_retry(change: str) -> Response[str]:
        """Retry the failed operations of a change, or those of the subjects named, as a new change."""
        event = app.current_event
        cause = retry_change(change, chosen=subjects_of(event), actor=caller_of(event), ports=api)
        return _taken(retried_answer(cause))

    @app.post("/v1/changes/<change>/adopt")
    @described(ADOPTION)
    def adopt_existing(change: str) -> Response[str]:
        """Adopt what exists under the name of a subject that failed for it, and bring it in line, as a new change."""
        event = app.current_event
        wish = adoption_request.read_adoption(
            object_of(event, members=adoption_request.MEMBERS, what=f"`{adoption_request.EXAMPLE}`")
        )
        cause = request_adoption(change, wish=wish, actor=caller_of(event), ports=api)
        return _taken(retried_answer(cause))


def _decision_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/changes/<change>/approve")
    @described(APPROVAL)
    def approve_change(change: str) -> Response[str]:
        """Approve a held change and carry out all that it holds, or a part of it; the rest stays held."""
        return decide(change, is_approved=True, only_leavers=word_of(app.current_event, "only", Part) is not None)

    @app.post("/v1/changes/<change>/reject")
    @described(REJECTION)
    def reject_change(change: str) -> Response[str]:
        """Reject a held change, or a part of it; nothing of that is carried out."""
        return decide(change, is_approved=False)

    def decide(change: str, *, is_approved: bool, only_leavers: bool = False) -> Response[str]:
        event = app.current_event
        sent = object_of(event, members=decision_request.MEMBERS, what=f"`{decision_request.EXAMPLE}`, or nothing")
        part = decision_request.read_decision(sent, only_leavers=only_leavers)
        decision = decide_change(change, is_approved=is_approved, actor=caller_of(event), ports=api, part=part)
        return _taken(decided_answer(change, decision))


def _wanted(event: Event) -> ChangesWanted:
    return ChangesWanted(
        state=word_of(event, "state", ChangeState),
        kind=word_of(event, "cause", CauseKind),
        subject=subject_in(event),
        since=moment_of(event, "since"),
        until=moment_of(event, "until"),
    )


def _taken(answer: DecidedAnswer | RetriedAnswer) -> Response[str]:
    return _answered(202, answer, href=answer["href"])


type _Answer = AccountsOfChangeAnswer | ChangeInFullAnswer | DecidedAnswer | NotPlannedAnswer | RetriedAnswer


def _answered(status: int, answer: _Answer, *, href: str = "") -> Response[str]:
    headers = {"Location": href} if href else {}
    return Response(status, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
