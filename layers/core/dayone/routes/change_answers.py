"""What the API answers about changes, made from what is remembered."""

from dayone.contracts import api_changes
from dayone.domain.changes import Change, Decision
from dayone.domain.operations import Operation
from dayone.ports.records import Page
from dayone.routes.answers import operation_answer, time_answer


def changes_answer(page: Page[Change]) -> api_changes.ChangesAnswer:
    """Part of the list of changes."""
    return {"changes": [_change(one) for one in page.entries], "cursor": page.cursor}


def change_answer(change: Change, operations: Page[Operation]) -> api_changes.ChangeInFullAnswer:
    """One change with part of its operations."""
    return {
        "change": _change(change),
        "notes": list(change.notes),
        "operations": [operation_answer(one) for one in operations.entries],
        "cursor": operations.cursor,
    }


def decided_answer(change: str, decision: Decision) -> api_changes.DecidedAnswer:
    """A decision that was taken."""
    return {"change": change, "decision": _decision(decision), "href": f"/v1/changes/{change}"}


def _change(change: Change) -> api_changes.ChangeAnswer:
    cause = change.cause
    return {
        "id": change.id,
        "state": str(change.state),
        "cause": {
            "kind": str(cause.kind),
            "actor": cause.actor,
            "reference": cause.reference,
            "at": time_answer(cause.at),
        },
        "subjects": change.subjects,
        "planned": change.planned,
        "operations": change.operations,
        "succeeded": change.succeeded,
        "failed": change.failed,
        "superseded": change.superseded,
        "held": change.held,
        "held_because": change.held_because,
        "removals": change.removals,
        "decision": _decision(change.decision) if change.decision else None,
    }


def _decision(decision: Decision) -> api_changes.DecisionAnswer:
    return {
        "decision": "approved" if decision.is_approved else "rejected",
        "actor": decision.actor,
        "at": time_answer(decision.at),
    }
