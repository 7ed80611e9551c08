"""List, show, approve, reject and retry changes: /v1/changes."""

import json
from collections.abc import Sequence
from dataclasses import replace

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.access.find import find_subject, find_subjects
from dayone.access.held_words import held_explanation
from dayone.adoption import service as adoption
from dayone.api.context import AccessApi
from dayone.api.params import (
    Event,
    caller_of,
    moment_of,
    object_of,
    seconds_of,
    subject_in,
    subjects_of,
    window_of,
    word_of,
)
from dayone.api.responses import names_answer, operation_answer, time_answer, time_or_none
from dayone.api.schemas import changes as api_changes
from dayone.api.schemas.change_specs import (
    ACCOUNTS_OF_CHANGE,
    ADOPTION,
    APPROVAL,
    CHANGE_READ,
    CHANGES,
    REJECTION,
    RETRY,
)
from dayone.api.schemas.changes import (
    ChangeAccountsAnswer,
    ChangeDetailAnswer,
    ChangesAnswer,
    DecidedAnswer,
    NotPlannedAnswer,
    RetriedAnswer,
)
from dayone.api.spec import described
from dayone.changes import decision_request
from dayone.changes.decisions import decide_change
from dayone.changes.progress import (
    LONGEST_WAIT,
    AccessEnded,
    Followed,
    NotPlannedYet,
    accounts_of_change,
    await_change,
    follow_change,
)
from dayone.model.changes import Cause, CauseKind, Change, ChangeFilter, ChangeState, Decision, Part, Share
from dayone.model.subjects import Subject
from dayone.ports.records import Page
from dayone.reconcile import retry


def changes_answer(page: Page[Change]) -> api_changes.ChangesAnswer:
    """Part of the list of changes."""
    return {"changes": [_change(change) for change in page.entries], "cursor": page.cursor}


def change_answer(followed: Followed, *, api: AccessApi) -> api_changes.ChangeDetailAnswer:
    """One change, how far it has come, and part of its operations."""
    change, operations, accounts = followed.change, followed.operations, followed.accounts
    # The plans of many subjects often note the same.
    notes = dict.fromkeys((*change.notes, *(f"waits for {each.subject}: {each.reason}" for each in followed.waits_for)))
    return {
        "change": _change(change),
        "progress": {
            "done": change.done,
            "total": change.operations,
            "by_account": [_account(share) for share in accounts.entries],
            "cursor": accounts.cursor,
        },
        "estimated_seconds_remaining": followed.seconds_left,
        "access_ended": _access_ended(followed.access_ended) if followed.access_ended else None,
        "notes": list(notes),
        "held_explanation": list(held_explanation(change, sole_administrator=api.overview.given.sole_administrator)),
        "operations": [operation_answer(operation) for operation in operations.entries],
        "names": names_answer((operation.subject for operation in operations.entries), index=api.index),
        "cursor": operations.cursor,
    }


def not_planned_answer(waiting: NotPlannedYet) -> api_changes.NotPlannedAnswer:
    """Return a change that is not planned yet, with the backlog of the inbox."""
    backlog = waiting.backlog
    oldest = f", the oldest for {backlog.oldest_seconds} s" if backlog.oldest_seconds is not None else ""
    given_up = f"; {waiting.dead_letters} dead letters" if waiting.dead_letters else ""
    return {
        "change": {"id": waiting.id, "state": "accepted", "at": time_answer(waiting.at)},
        "message": f"not planned yet: about {backlog.messages} messages wait in the inbox{oldest}{given_up}",
        "inbox": {"messages": backlog.messages, "oldest_seconds": backlog.oldest_seconds},
        "dead_letters": waiting.dead_letters,
    }


def change_accounts_answer(page: Page[Share], *, api: AccessApi) -> api_changes.ChangeAccountsAnswer:
    """Part of the accounts of a change."""
    names = names_answer((share.subject for share in page.entries), index=api.index)
    return {"accounts": [_account(share) for share in page.entries], "names": names, "cursor": page.cursor}


def retried_answer(cause: Cause) -> api_changes.RetriedAnswer:
    """Return an accepted retry."""
    return {"change": cause.change, "retries": cause.reference, "href": f"/v1/changes/{cause.change}"}


def decided_answer(change: str, decision: Decision) -> api_changes.DecidedAnswer:
    """Return an accepted decision."""
    return {"change": change, "decision": _decision(decision), "href": f"/v1/changes/{change}"}


def _access_ended(ended: AccessEnded) -> api_changes.AccessEndedAnswer:
    sessions = ended.sessions_ended_at
    return {
        "at": time_answer(ended.at),
        "seconds": round(ended.seconds, 3),
        "sessions_ended_at": time_or_none(sessions),
    }


def _account(share: Share) -> api_changes.AccountProgressAnswer:
    return {
        "account": share.subject.name,
        "done": share.done,
        "total": share.operations,
        "succeeded": share.succeeded,
        "failed": share.failed,
        "superseded": share.superseded,
        "held": share.held,
    }


def cause_answer(cause: Cause) -> api_changes.CauseAnswer:
    """Return the cause of a change."""
    return {
        "kind": str(cause.kind),
        "actor": cause.actor,
        "authors": list(cause.authors),
        "reference": cause.reference,
        "at": time_answer(cause.at),
    }


def _change(change: Change) -> api_changes.ChangeAnswer:
    return {
        "id": change.id,
        "state": str(change.state),
        "cause": cause_answer(change.cause),
        "subjects": change.subjects,
        "planned": change.planned,
        "unplanned": change.unplanned,
        "operations": change.operations,
        "succeeded": change.succeeded,
        "already_deleted": change.already_deleted,
        "failed": change.failed,
        "failed_before": change.failed_before,
        "superseded": change.superseded,
        "held": change.held,
        "held_reason": change.held_reason,
        "held_version": change.held_version,
        "waits_for_held": change.behind_held + change.held_elsewhere,
        "expired": change.expired,
        "blame": [
            {"actor": each.actor, "reason": each.reason, "of_leavers": each.of_leavers} for each in change.blamed
        ],
        "removals": change.removals,
        "additions": change.additions,
        "decision": _decision(change.decision) if change.decision else None,
    }


def _decision(decision: Decision) -> api_changes.DecisionAnswer:
    return {
        "decision": "approved" if decision.is_approved else "rejected",
        "actor": decision.actor,
        "at": time_answer(decision.at),
    }


def change_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about changes."""

    @app.get("/v1/changes")
    @described(CHANGES)
    def list_changes() -> ChangesAnswer:
        """List changes with their causes and progress, newest first."""
        window, query = window_of(app.current_event), _filter_of(app.current_event)
        return changes_answer(api.overview.history.changes(query, cursor=window.cursor, limit=window.limit))

    @app.get("/v1/changes/<change>")
    @described(CHANGE_READ)
    def get_change(change: str) -> Response[str]:
        """Read a change: its progress and its operations, or that it is not planned yet."""
        await_change(change, seconds=seconds_of(app.current_event, "wait", most=LONGEST_WAIT), ports=api)
        followed = follow_change(change, window=window_of(app.current_event), ports=api)
        if isinstance(followed, NotPlannedYet):
            return _answered(202, not_planned_answer(followed), href=f"/v1/changes/{change}")
        return _answered(200, change_answer(followed, api=api))

    @app.get("/v1/changes/<change>/accounts")
    @described(ACCOUNTS_OF_CHANGE)
    def list_change_accounts(change: str) -> Response[str]:
        """List the progress of a change in each account, or that it is not planned yet."""
        listed = accounts_of_change(change, window=window_of(app.current_event), ports=api)
        if isinstance(listed, NotPlannedYet):
            return _answered(202, not_planned_answer(listed), href=f"/v1/changes/{change}")
        return _answered(200, change_accounts_answer(listed, api=api))

    _retry_routes(app, api)
    _decision_routes(app, api)


def _retry_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/changes/<change>/retry")
    @described(RETRY)
    def retry_change(change: str) -> Response[str]:
        """Retry the failed operations of a change, or those of the subjects named, as a new change."""
        event = app.current_event
        cause = retry.retry_change(change, chosen=_with_ids(subjects_of(event)), actor=caller_of(event), ports=api)
        return _taken(retried_answer(cause))

    @app.post("/v1/changes/<change>/adopt")
    @described(ADOPTION)
    def adopt_existing_resource(change: str) -> Response[str]:
        """Adopt what exists under the name of a subject that failed for it, and bring it in line, as a new change."""
        event = app.current_event
        wish = adoption.read_adoption(object_of(event, members=adoption.MEMBERS, what=f"`{adoption.EXAMPLE}`"))
        wish = replace(wish, subject=find_subject(wish.subject, ports=api))
        cause = adoption.request_adoption(change, wish=wish, actor=caller_of(event), ports=api)
        return _taken(retried_answer(cause))

    def _with_ids(texts: Sequence[str]) -> Sequence[str]:
        try:
            subjects = [*map(Subject.parse, texts)]
        except ValueError:
            subjects = []
        if not 0 < len(subjects) <= retry.MOST_CHOSEN:
            return texts  # for the use case to refuse
        return [*map(str, find_subjects(subjects, ports=api))]


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
        part = replace(part, subjects=find_subjects(part.subjects, ports=api))
        decision = decide_change(change, is_approved=is_approved, actor=caller_of(event), ports=api, part=part)
        return _taken(decided_answer(change, decision))


def _filter_of(event: Event) -> ChangeFilter:
    return ChangeFilter(
        state=word_of(event, "state", ChangeState),
        kind=word_of(event, "cause", CauseKind),
        subject=subject_in(event),
        since=moment_of(event, "since"),
        until=moment_of(event, "until"),
    )


def _taken(answer: DecidedAnswer | RetriedAnswer) -> Response[str]:
    return _answered(202, answer, href=answer["href"])


type _Answer = ChangeAccountsAnswer | ChangeDetailAnswer | DecidedAnswer | NotPlannedAnswer | RetriedAnswer


def _answered(status: int, answer: _Answer, *, href: str = "") -> Response[str]:
    headers = {"Location": href} if href else {}
    return Response(status, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
