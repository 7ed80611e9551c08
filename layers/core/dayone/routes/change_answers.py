"""What the API answers about changes, made from what is remembered."""

from dayone.contracts import api_changes
from dayone.domain.changes import Cause, Change, Decision, Share
from dayone.domain.held_words import about_held
from dayone.ports.records import Page
from dayone.routes.answers import operation_answer, time_answer
from dayone.usecases.follow_change import Followed, NotPlannedYet
from dayone.usecases.time_to_no_access import AccessEnded


def changes_answer(page: Page[Change]) -> api_changes.ChangesAnswer:
    """Part of the list of changes."""
    return {"changes": [_change(one) for one in page.entries], "cursor": page.cursor}


def change_answer(followed: Followed, *, sole_administrator: bool) -> api_changes.ChangeInFullAnswer:
    """One change, how far it has come, and part of its operations."""
    change, operations, accounts = followed.change, followed.operations, followed.accounts
    return {
        "change": _change(change),
        "progress": {
            "done": change.done,
            "total": change.operations,
            "by_account": [_account(one) for one in accounts.entries],
            "cursor": accounts.cursor,
        },
        "estimated_seconds_left": followed.seconds_left,
        "access_ended": _access_ended(followed.access_ended) if followed.access_ended else None,
        "notes": [*change.notes, *(f"waits for {each.subject}: {each.reason}" for each in followed.waits_for)],
        "about_held": list(about_held(change, sole_administrator=sole_administrator)),
        "operations": [operation_answer(one) for one in operations.entries],
        "cursor": operations.cursor,
    }


def not_planned_answer(waiting: NotPlannedYet) -> api_changes.NotPlannedAnswer:
    """A change that is not planned yet, and what waits in the inbox."""
    backlog = waiting.backlog
    oldest = f", the oldest for {backlog.oldest_seconds} s" if backlog.oldest_seconds is not None else ""
    given_up = f"; {waiting.dead_letters} dead letters" if waiting.dead_letters else ""
    return {
        "change": {"id": waiting.id, "state": "accepted", "at": time_answer(waiting.at)},
        "message": f"not planned yet: about {backlog.messages} messages wait in the inbox{oldest}{given_up}",
        "inbox": {"messages": backlog.messages, "oldest_seconds": backlog.oldest_seconds},
        "dead_letters": waiting.dead_letters,
    }


def accounts_answer(page: Page[Share]) -> api_changes.AccountsOfChangeAnswer:
    """Part of the accounts of a change."""
    return {"accounts": [_account(one) for one in page.entries], "cursor": page.cursor}


def retried_answer(cause: Cause) -> api_changes.RetriedAnswer:
    """What was taken to be tried again."""
    return {"change": cause.change, "retries": cause.reference, "href": f"/v1/changes/{cause.change}"}


def decided_answer(change: str, decision: Decision) -> api_changes.DecidedAnswer:
    """A decision that was taken."""
    return {"change": change, "decision": _decision(decision), "href": f"/v1/changes/{change}"}


def _access_ended(ended: AccessEnded) -> api_changes.AccessEndedAnswer:
    sessions = ended.sessions_ended_at
    return {
        "at": time_answer(ended.at),
        "seconds": round(ended.seconds, 3),
        "sessions_ended_at": time_answer(sessions) if sessions else None,
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


def _change(change: Change) -> api_changes.ChangeAnswer:
    cause = change.cause
    return {
        "id": change.id,
        "state": str(change.state),
        "cause": {
            "kind": str(cause.kind),
            "actor": cause.actor,
            "authors": list(cause.authors),
            "reference": cause.reference,
            "at": time_answer(cause.at),
        },
        "subjects": change.subjects,
        "planned": change.planned,
        "unplanned": change.unplanned,
        "operations": change.operations,
        "succeeded": change.succeeded,
        "was_not_there": change.was_not_there,
        "failed": change.failed,
        "failed_before": change.failed_before,
        "superseded": change.superseded,
        "held": change.held,
        "held_because": change.held_because,
        "held_version": change.held_version,
        "expired": change.expired,
        "blame": [{"actor": one.actor, "reason": one.reason, "of_leavers": one.of_leavers} for one in change.blamed],
        "removals": change.removals,
        "decision": _decision(change.decision) if change.decision else None,
    }


def _decision(decision: Decision) -> api_changes.DecisionAnswer:
    return {
        "decision": "approved" if decision.is_approved else "rejected",
        "actor": decision.actor,
        "at": time_answer(decision.at),
    }
